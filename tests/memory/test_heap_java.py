"""Dumps of a real machine: a program of the lab is compiled and run here, for its dump has a megabyte when packed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from rca.memory import open_heap

PROGRAM = Path(__file__).parents[2] / "examples" / "lab" / "java" / "LeakyShop.java"
TOOLS = ("java", "javac", "jcmd")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs a JDK with java, javac and jcmd")

LEAKS = {
    "map": ("LeakyShop$Sessions.OPEN", "LeakyShop$Session"),
    "listener": ("LeakyShop$EventBus.listeners", "LeakyShop$Session"),
    "chain": ("LeakyShop$Orders.first", "LeakyShop$Order"),
    "thread-local": ("LeakyShop.CONTEXT", "LeakyShop$Session"),
}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-d", folder, PROGRAM], check=True, capture_output=True, timeout=120)
    return folder


def dumped(classes, folder, leak, *flags):
    """(the heap, the class histogram that the machine itself gives) of the program, both of one state."""
    command = ["java", "-Xmx64m", *(flags or ["-XX:+UseSerialGC"]), "-cp", str(classes), "LeakyShop", leak, "4000"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout.readline() == "ready\n"
            file = folder / "shop.hprof"
            jcmd = ["jcmd", str(program.pid)]
            subprocess.run([*jcmd, "GC.heap_dump", str(file)], check=True, capture_output=True, timeout=60)
            histogram = subprocess.check_output([*jcmd, "GC.class_histogram"], text=True, timeout=60)
        finally:
            program.kill()
    return open_heap(file), histogram


def rows(histogram):
    """{class name: (objects, bytes)} of `jcmd GC.class_histogram`, no arrays: `   1:   40   1280  shop.Session`."""
    cells = (line.split() for line in histogram.splitlines())
    return {row[3]: (int(row[1]), int(row[2])) for row in cells
            if len(row) > 3 and row[0].rstrip(":").isdigit() and not row[3].startswith("[")}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_field_that_leaks_is_named(classes, tmp_path, leak):
    heap, _ = dumped(classes, tmp_path, leak)
    holder, class_name = LEAKS[leak]
    suspect = heap.suspects()[0]
    assert (suspect.holder, suspect.class_name, suspect.objects) == (holder, class_name, 4000)
    assert 0.6 < suspect.share < 1
    assert all(not other.holder.startswith("java.") for other in heap.suspects())


def test_a_healthy_program_has_no_suspects(classes, tmp_path):
    heap, _ = dumped(classes, tmp_path, "healthy")
    assert heap.suspects() == ()


@pytest.mark.parametrize("flags", [
    ["-XX:+UseSerialGC"], ["-XX:+UseParallelGC", "-XX:-UseCompressedOops"],
    ["-XX:+UseG1GC", "-XX:-UseCompressedClassPointers"],
    ["-XX:+UseSerialGC", "-XX:-UseCompressedOops", "-XX:-UseCompressedClassPointers"]], ids=" ".join)
def test_sizes_are_those_of_the_machine_itself(classes, tmp_path, flags):
    heap, histogram = dumped(classes, tmp_path, "map", *flags)
    table = heap.histogram().set_index("class_name")
    told = {name: counts for name, counts in rows(histogram).items() if name in table.index}
    ours = {name: tuple(table.loc[name, ["objects", "shallow_bytes"]]) for name in told}
    differ = {name for name in told if told[name][0] == ours[name][0] and told[name] != ours[name]}
    assert len(told) > 150
    assert differ <= {"java.lang.Class"} or len(differ) < 0.02 * len(told)      # other versions pad other classes
