import gzip
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rca.memory import UnknownNode, open_heap
from rca.model import UnreadableInput
from tests.memory.hprof_writer import HprofWriter, Shop


def opened(tmp_path, data, name="shop.hprof"):
    file = tmp_path / name
    file.write_bytes(data)
    return open_heap(file)


def counts(heap):
    table = heap.histogram()
    return dict(zip(table["class_name"], zip(table["objects"], table["shallow_bytes"], strict=True), strict=True))


def test_every_object_is_counted_with_the_bytes_of_a_64_bit_machine(tmp_path):
    heap = opened(tmp_path, Shop().bytes())
    assert counts(heap) == {
        "byte[]": (40, 40 * 56), "java.lang.String": (40, 40 * 32), "java.util.HashMap$Node": (40, 40 * 40),
        "shop.Session": (40, 40 * 32), "java.util.HashMap$Node[]": (1, 24 + 42 * 8), "java.util.HashMap": (1, 32),
        "long[]": (1, 56)}
    assert heap.total_objects == 163
    assert heap.total_shallow_bytes == 40 * (56 + 32 + 40 + 32) + 360 + 32 + 56


def test_objects_that_stand_closer_than_they_could_have_compressed_references(tmp_path):
    heap = opened(tmp_path, Shop(spacing=24).bytes())
    assert counts(heap)["java.lang.String"] == (40, 40 * 24)
    assert counts(heap)["java.util.HashMap$Node[]"] == (1, 16 + 42 * 4)
    assert "sizes of objects as 64 bit with compressed references" in heap.notes


def test_identifiers_of_4_bytes_mean_a_32_bit_machine(tmp_path):
    heap = opened(tmp_path, Shop(id_size=4).bytes())
    assert counts(heap)["java.lang.String"] == (40, 40 * 16)
    assert counts(heap)["java.util.HashMap$Node[]"] == (1, 184)


@pytest.mark.parametrize("version", ["1.0.1", "1.0.2", "1.0.3"])
@pytest.mark.parametrize("id_size", [4, 8])
@pytest.mark.parametrize("segments", [1, 3, 20])
def test_versions_identifiers_and_segments_change_nothing(tmp_path, version, id_size, segments):
    shop = Shop(version=version, id_size=id_size)
    heap = opened(tmp_path, shop.bytes(segments=segments))
    assert heap.total_objects == 163
    assert heap.dominated_by(shop.map) == (shop.table,)


def test_what_the_map_alone_holds_is_its_retained_size(tmp_path):
    shop = Shop()
    heap = opened(tmp_path, shop.bytes())
    assert heap.retained_bytes(shop.map) == heap.total_shallow_bytes - 56
    assert heap.shallow_bytes(shop.map) == 32
    assert len(heap.dominated_by(shop.table)) == 40
    assert heap.class_name(shop.map) == "java.util.HashMap"
    assert heap.class_name(shop.service) == "class shop.Service"


def test_what_no_root_reaches_retains_nothing_and_has_no_path(tmp_path):
    shop = Shop()
    heap = opened(tmp_path, shop.bytes())
    assert heap.retained_bytes(shop.lost) == 0
    assert heap.path_to_root(shop.lost) == ()
    table = heap.histogram().set_index("class_name")
    assert table.loc["long[]", "retained_bytes"] == 0
    assert table.loc["java.util.HashMap", "retained_bytes"] == heap.retained_bytes(shop.map)


def test_the_path_names_every_field_from_the_root_on(tmp_path):
    shop = Shop()
    heap = opened(tmp_path, shop.bytes())
    entry = heap.dominated_by(shop.table)[2]
    path = heap.path_to_root(entry)
    assert [step.node for step in path] == [shop.service, shop.map, shop.table, entry]
    assert [step.link and step.link.name for step in path] == ["SESSIONS", "table", "[2]", None]
    assert path[0].class_name == "class shop.Service"


def test_fields_of_super_classes_are_read_behind_the_own_ones(tmp_path):
    dump = HprofWriter()
    base = dump.klass("shop/Base", fields=[("flag", "boolean"), ("owner", "ref")])
    derived = dump.klass("shop/Derived", parent=base, fields=[("count", "int"), ("detail", "ref")])
    owner, detail = dump.primitives("int", 1), dump.primitives("int", 2)
    thing = dump.instance(derived, 7, detail, 1, owner)
    dump.root("unknown", thing)
    heap = opened(tmp_path, dump.bytes())
    assert heap.dominated_by(thing) == (owner, detail)
    assert heap.path_to_root(owner)[0].link[:2] == ("owner", "shop.Base")
    assert heap.path_to_root(detail)[0].link[:2] == ("detail", "shop.Derived")


def test_classes_of_one_name_are_one_row_and_counted(tmp_path):
    dump = HprofWriter()
    for _ in range(3):
        dump.root("unknown", dump.instance(dump.klass("shop/Plugin")))
    row = opened(tmp_path, dump.bytes()).histogram().iloc[0]
    assert (row["class_name"], row["objects"], row["classes"]) == ("shop.Plugin", 3, 3)


def test_numbers_of_fields_are_read_with_their_sign(tmp_path):
    dump = HprofWriter()
    base = dump.klass("shop/Base", fields=[("size", "int")])
    derived = dump.klass("shop/Derived", parent=base, fields=[("max", "short"), ("rate", "double")])
    node = dump.instance(derived, 7, 0, 3)
    heap = opened(tmp_path, dump.bytes())
    assert heap._graph.links.numbers(heap._index(node)) == (("max", "shop.Derived", 7), ("size", "shop.Base", 3))
    assert heap._graph.links.numbers(heap._index(dump.object)) == ()


def test_arrays_of_a_primitive_type_are_of_the_class_that_the_dump_holds(tmp_path):
    dump = HprofWriter()
    dump.klass("[B")
    dump.primitives("byte", 3)
    row = opened(tmp_path, dump.bytes()).histogram().iloc[0]
    assert (row["class_name"], row["objects"], row["classes"]) == ("byte[]", 1, 1)


def test_packed_dumps_are_read_like_plain_ones(tmp_path):
    data = Shop().bytes()
    heap = opened(tmp_path, gzip.compress(data), "shop.hprof.gz")
    assert heap.total_objects == 163


def test_a_segment_without_a_length_ends_where_the_next_record_begins(tmp_path):
    assert opened(tmp_path, Shop().bytes(segments=2, length=0)).total_objects == 163
    assert opened(tmp_path, Shop().bytes(length=0)).total_objects == 163


def test_a_dump_that_is_cut_off_gives_what_came_before_and_says_so(tmp_path):
    data = Shop().bytes()
    heap = opened(tmp_path, data[:-400])
    assert 100 < heap.total_objects < 163
    assert any("cut off at byte" in note for note in heap.notes)


def test_a_cut_gzip_file_is_said_in_the_notes(tmp_path):
    packed = gzip.compress(Shop(sessions=4000).bytes(), compresslevel=1)
    heap = opened(tmp_path, packed[:len(packed) * 2 // 3], "shop.hprof.gz")
    assert 1000 < heap.total_objects < 16_003
    assert any("gzip data is cut off" in note for note in heap.notes)


def test_an_unknown_tag_ends_the_reading_and_is_named(tmp_path):
    shop = Shop()
    shop.dump._heap.append(b"\x77" * 40)
    heap = opened(tmp_path, shop.bytes())
    assert heap.total_objects == 163
    assert any("tag 0x77" in note for note in heap.notes)


@settings(deadline=None, max_examples=60)      # the first call compiles
@given(cut=st.integers(0, 12_000), at=st.integers(0, 12_000), value=st.integers(0, 255))
def test_damage_is_refused_or_survived_and_never_crashes(tmp_path_factory, cut, at, value):
    data = bytearray(Shop(sessions=60).bytes(segments=3))
    data[at % len(data)] = value
    file = tmp_path_factory.mktemp("damaged") / "shop.hprof"
    file.write_bytes(data[:max(1, len(data) - cut)])
    with suppress(UnreadableInput):
        heap = open_heap(file)
        heap.histogram()
        heap.suspects()


def test_what_is_no_dump_is_refused_with_the_formats_that_are(tmp_path):
    with pytest.raises(UnreadableInput, match=r"expected a heap dump \(hprof"):
        opened(tmp_path, b"this is no heap dump\n" * 50)
    with pytest.raises(UnreadableInput, match="4 or 8 bytes, got 3"):
        opened(tmp_path, b"JAVA PROFILE 1.0.2\0" + struct.pack(">IQ", 3, 0) + bytes(20))
    with pytest.raises(UnreadableInput, match="holds no objects"):
        opened(tmp_path, HprofWriter().bytes())
    with pytest.raises(FileNotFoundError):
        open_heap(tmp_path / "missing.hprof")


def test_an_address_that_is_not_in_the_dump_is_named(tmp_path):
    heap = opened(tmp_path, Shop().bytes())
    with pytest.raises(UnknownNode, match="no object 5 in this dump"):
        heap.retained_bytes(5)


def test_a_heap_shows_itself_in_a_notebook(tmp_path):
    heap = opened(tmp_path, Shop().bytes())
    assert repr(heap).startswith("<Heap of 163 objects, 6,848 bytes")
    assert "shop.Session" in heap._repr_html_()
