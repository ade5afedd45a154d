import pytest

from rca.memory import diff_heaps, open_heap
from rca.memory.leak_suspects import THREAD_LOCAL_ENTRY
from tests.memory.hprof_writer import HprofWriter, Shop


def opened(tmp_path, dump, name="shop.hprof"):
    file = tmp_path / name
    file.write_bytes(dump.bytes())
    return open_heap(file)


def test_the_static_field_is_the_holder_and_the_collection_the_accumulation_point(tmp_path):
    shop = Shop()
    heap = opened(tmp_path, shop)
    suspect, = heap.suspects()
    assert suspect.holder == "shop.Service.SESSIONS"
    assert (suspect.class_name, suspect.objects) == ("shop.Session", 40)
    assert suspect.accumulation_point == shop.map
    assert suspect.retained_bytes == heap.retained_bytes(shop.map)
    assert suspect.path == ("shop.Service.SESSIONS",)
    assert str(suspect) == ("shop.Service.SESSIONS holds 6,792 bytes (99% of the heap), most of it in 40 shop.Session")


def test_a_threshold_must_be_a_share(tmp_path):
    heap = opened(tmp_path, Shop())
    for wrong in (0, -1, 1.5):
        with pytest.raises(ValueError, match="a share of the heap"):
            heap.suspects(threshold=wrong)


def test_a_heap_of_the_class_library_alone_has_no_suspects(tmp_path):
    dump = HprofWriter()
    dump.klass("java/lang/Keeper", statics=[("CACHE", dump.primitives("byte", 100_000))])
    assert opened(tmp_path, dump).suspects() == ()


def chained(dump):
    """shop.Queue.head -> Order -> Order -> ... : a list of the application's own making."""
    order = dump.klass("shop/Order", fields=[("lines", "ref"), ("next", "ref")])
    first = 0
    for _ in range(200):
        first = dump.instance(order, dump.primitives("int", 50), first)
    dump.klass("shop/Queue", statics=[("head", first)])
    return first


def test_the_holder_of_a_chain_is_not_a_link_of_it(tmp_path):
    dump = HprofWriter()
    first = chained(dump)
    suspect, = opened(tmp_path, dump).suspects()
    assert suspect.holder == "shop.Queue.head"
    assert suspect.accumulation_point == first
    assert (suspect.class_name, suspect.objects) == ("shop.Order", 200)


def thread_locals(dump, *, threads, key_is_held=True):
    """Each thread has one entry of the same key with a value of its own."""
    local = dump.instance(dump.klass("java/lang/ThreadLocal"))
    reference = dump.klass("java/lang/ref/Reference", fields=[("referent", "ref")])
    weak = dump.klass("java/lang/ref/WeakReference", parent=reference)
    entry = dump.klass(THREAD_LOCAL_ENTRY.replace(".", "/"), parent=weak, fields=[("value", "ref")])
    entries = dump.klass("[Ljava/lang/ThreadLocal$ThreadLocalMap$Entry;")
    thread = dump.klass("java/lang/Thread", fields=[("threadLocals", "ref")])
    context = dump.klass("shop/Context", fields=[("buffer", "ref")])
    for _ in range(threads):
        value = dump.instance(context, dump.primitives("byte", 1000))
        dump.root("thread", dump.instance(thread, dump.array(entries, [0, dump.instance(entry, value, local)])))
    if key_is_held:
        dump.klass("shop/Requests", statics=[("CURRENT", local)])


def test_the_shares_of_all_threads_belong_to_the_field_that_holds_the_key(tmp_path):
    dump = HprofWriter()
    thread_locals(dump, threads=30)
    heap = opened(tmp_path, dump)
    suspect, = heap.suspects(threshold=0.2)
    assert suspect.holder == "shop.Requests.CURRENT"
    assert (suspect.class_name, suspect.objects) == ("shop.Context", 30)
    assert suspect.share > 0.8
    assert suspect.path == ("shop.Requests.CURRENT", f"{THREAD_LOCAL_ENTRY}.value")


def test_a_thread_local_without_a_known_key_names_the_field_of_its_value(tmp_path):
    dump = HprofWriter()
    thread_locals(dump, threads=2, key_is_held=False)
    suspect, = opened(tmp_path, dump).suspects(threshold=0.2)
    assert suspect.holder == "shop.Context.buffer"


def test_what_is_both_in_a_static_field_and_on_a_stack_is_told_by_the_field(tmp_path):
    shop = Shop()
    shop.dump.root("Java frame", shop.map)
    shop.dump.root("Java frame", shop.table)
    suspect, = opened(tmp_path, shop).suspects()
    assert suspect.holder == "shop.Service.SESSIONS"


def bounded(dump, *, bound, entries):
    """shop.Pages extends java.util.HashMap and says how many entries it may have."""
    hash_map = dump.klass("java/util/HashMap", fields=[("table", "ref"), ("size", "int")])
    pages = dump.klass("shop/Pages", parent=hash_map, fields=[("maxPages", "int")])
    table = dump.array(dump.klass("[Ljava/lang/Object;"), [dump.primitives("byte", 500) for _ in range(entries)])
    dump.klass("shop/Site", statics=[("PAGES", dump.instance(pages, bound, table, entries))])


def test_a_cache_at_its_bound_is_no_suspect(tmp_path):
    dump = HprofWriter()
    bounded(dump, bound=50, entries=50)
    assert opened(tmp_path, dump).suspects() == ()


def test_a_map_that_grew_beyond_its_bound_is_one_and_its_content_is_named(tmp_path):
    dump = HprofWriter()
    bounded(dump, bound=50, entries=80)
    suspect, = opened(tmp_path, dump).suspects()
    assert suspect.holder == "shop.Site.PAGES"
    assert (suspect.class_name, suspect.objects) == ("byte[]", 80)


def test_a_field_of_the_application_explains_more_than_a_shorter_way_through_the_library(tmp_path):
    # system class java.lang.Threads.all -> Timer.tasks -> byte[][], and shop.Jobs.TIMER -> Timer
    dump = HprofWriter()
    tasks = dump.array(dump.klass("[[B"), [dump.primitives("byte", 300) for _ in range(30)])
    timer = dump.instance(dump.klass("java/util/Timer", fields=[("tasks", "ref")]), tasks)
    dump.klass("java/lang/Threads", statics=[("all", tasks)])
    dump.klass("shop/Jobs", statics=[("TIMER", timer)])
    suspect, = opened(tmp_path, dump).suspects()
    assert suspect.holder == "shop.Jobs.TIMER"
    assert suspect.accumulation_point == tasks


def test_what_a_class_loader_keeps_is_not_explained_by_the_classes_it_loaded(tmp_path):
    dump = HprofWriter()
    loader_class = dump.klass("java/lang/ClassLoader", fields=[("cache", "ref")])
    loader = dump.instance(loader_class, dump.primitives("byte", 50_000))
    dump.root("unknown", loader)
    dump.klass("shop/Main", loader=loader)
    assert opened(tmp_path, dump).suspects() == ()


def test_the_class_that_grew_most_comes_first(tmp_path):
    before, after = opened(tmp_path, Shop(), "before.hprof"), opened(tmp_path, Shop(sessions=90), "after.hprof")
    table = diff_heaps(before, after)
    row = table.set_index("class_name").loc["shop.Session"]
    assert (row["objects_before"], row["objects_after"], row["objects_grown"]) == (40, 90, 50)
    assert (row["bytes_before"], row["bytes_after"], row["bytes_grown"]) == (1280, 2880, 1600)
    assert table["class_name"].iloc[0] == "byte[]"
    assert table["bytes_grown"].is_monotonic_decreasing
    assert (diff_heaps(tmp_path / "after.hprof", after)["bytes_grown"] == 0).all()


def test_a_class_that_one_heap_lacks_counts_nothing_there(tmp_path):
    dump = HprofWriter()
    chained(dump)
    table = diff_heaps(opened(tmp_path, Shop(), "before.hprof"), opened(tmp_path, dump, "after.hprof"))
    table = table.set_index("class_name")
    assert table.loc["shop.Order", ["objects_before", "objects_after"]].tolist() == [0, 200]
    assert table.loc["shop.Session", ["objects_before", "objects_after"]].tolist() == [40, 0]
