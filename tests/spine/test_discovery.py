from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from rca import _discovery

NEEDS = ("NAME", "read")


@pytest.fixture
def installed(monkeypatch):
    """Pretends that third parties have installed these plug-ins; the cache of discoveries is emptied around it."""
    def offer(**plugins):
        entries = [EntryPoint(name, f"third_party.{name}", "rca.readers") for name in plugins]

        def load(entry):
            plugin = plugins[entry.name]
            if isinstance(plugin, Exception):
                raise plugin
            return plugin
        monkeypatch.setattr(EntryPoint, "load", load)
        monkeypatch.setattr(_discovery, "entry_points", lambda group: entries)
        _discovery.discover.cache_clear()
    yield offer
    _discovery.discover.cache_clear()


def test_a_plug_in_with_all_that_is_needed_is_found(installed):
    plugin = SimpleNamespace(NAME="mine", read=print)
    installed(mine=plugin)
    assert _discovery.discover((), "rca.readers", NEEDS) == (plugin,)


def test_a_plug_in_that_cannot_be_imported_is_named_and_stops_no_other(installed):
    plugin = SimpleNamespace(NAME="mine", read=print)
    installed(broken=ImportError("no module named zstd"), mine=plugin)
    with pytest.warns(RuntimeWarning, match="'broken' of rca.readers .* is left out: ImportError: no module named"):
        assert _discovery.discover((), "rca.readers", NEEDS) == (plugin,)


def test_a_plug_in_that_lacks_something_is_told_what(installed):
    installed(half=SimpleNamespace(NAME="half"))
    with pytest.warns(RuntimeWarning, match="lacks read"):
        assert _discovery.discover((), "rca.readers", NEEDS) == ()


def test_modules_with_a_leading_underscore_are_no_plug_ins():
    found = _discovery.discover(("rca.causes",), "rca.nothing", ("NAME", "explain"))
    assert all(not module.__name__.rsplit(".", 1)[-1].startswith("_") for module in found)
