import gzip

import rca
from rca.readers._reader import Head
from rca.readers.heaps import hprof
from tests.memory.hprof_writer import Shop


def test_a_dump_is_recognised_by_its_first_bytes():
    assert hprof.looks_like(Head("heap", Shop().bytes()[:400], complete=False)) > 0.9
    assert hprof.looks_like(Head("heap.hprof", b"JAVA PROFILES\n", complete=True)) == 0


def test_reading_notes_the_dump_and_opens_nothing(tmp_path):
    file = tmp_path / "shop.hprof"
    file.write_bytes(Shop().bytes())
    heap, = rca.read(file).heaps
    assert (heap.path, heap.format) == (str(file), "hprof")


def test_a_packed_dump_can_be_opened_as_long_as_the_telemetry_lives(tmp_path):
    file = tmp_path / "shop.hprof.gz"
    file.write_bytes(gzip.compress(Shop().bytes()))
    telemetry = rca.read(file)
    assert rca.memory.open_heap(telemetry.heaps[0].path).total_objects == 163
