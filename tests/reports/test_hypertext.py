"""The HTML file and the notebook view: size, safety, and that they read well with styles stripped."""

import re
from html.parser import HTMLParser

import factory
import pytest

from rca.reports import html, notebook
from rca.reports._content import Detail
from rca.reports._hypertext import fitted

LIMITS = {html: 2_000_000, notebook: 50_000}
VOID = {"meta", "line", "rect", "polyline", "br"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "div", "h1", "h3", "h4",
    "p", "b", "strong",
    "small", "span", "bdi", "a", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "code",
    "figure", "figcaption", "table", "thead",
    "tbody", "tr", "th", "td", "svg", "line", "rect", "polyline",
}  # fmt: skip


class Outline(HTMLParser):
    """Collects elements and visible text, and fails where elements do not nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.words = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def outlined(text):
    outline = Outline()
    outline.feed(text)
    outline.close()
    assert outline.open == []
    return outline


@pytest.mark.parametrize("form", LIMITS, ids=lambda form: form.__name__.rpartition(".")[2])
@pytest.mark.parametrize("make", factory.ALL.values(), ids=factory.ALL)
def test_it_is_small_nests_and_holds_no_script_and_no_address(form, make):
    text = form.render(make())
    outline = outlined(text)
    assert len(text.encode()) <= LIMITS[form]
    assert outline.tags <= ALLOWED
    assert not [
        name
        for name, _ in outline.attributes
        if name.startswith("on") or name in ("src", "srcset", "action", "data", "xlink:href")
    ]
    assert all(value.startswith("#F") for name, value in outline.attributes if name == "href")
    assert not re.search(r"url\(|@import|https?://", re.search(r"<style>.*?</style>", text, re.DOTALL)[0])
    assert "hunter2" not in text


@pytest.mark.parametrize("form", LIMITS, ids=lambda form: form.__name__.rpartition(".")[2])
def test_telemetry_never_reaches_an_attribute(form):
    values = [
        value or ""
        for name, value in outlined(form.render(factory.hostile())).attributes
        if name not in ("content", "viewbox")
    ]
    assert all(re.fullmatch(r"[\w #%.,:()-]*", value) for value in values)


@pytest.mark.parametrize("form", LIMITS, ids=lambda form: form.__name__.rpartition(".")[2])
def test_stripped_of_all_styles_it_still_tells_everything_that_matters(form):
    words = " ".join(" ".join(outlined(form.render(factory.rich())).words).split())
    for told in (
        "Memory leak at orders since 2026-03-02 14:04 to 14:05 UTC", "87 %", "likely", "80 % or more", "7f3c2ab",
        "metrics.csv:302",
        "First failure", "Impact", "Reasons against", "Ruled out because", "Timeline", "Next checks", "Blind spots",
        "2026-03-02 13:00:00",
    ):  # fmt: skip
        assert told in words


def test_every_cited_finding_is_there_to_be_jumped_to():
    attributes = outlined(html.render(factory.big())).attributes
    targets = {f"#{value}" for name, value in attributes if name == "id"}
    assert {value for name, value in attributes if name == "href"} <= targets


def test_the_file_forbids_everything_but_its_own_style():
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html.render(factory.rich()))[1]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_the_limit_is_kept_whatever_the_report_holds():
    for limit in (400_000, 60_000, 25_000):
        drawn = fitted(factory.big(), html._page, detail=Detail(), most_bytes=limit, redact_secrets=True)
        assert len(drawn.encode()) <= limit


def test_an_inconclusive_report_says_what_would_settle_it():
    words = " ".join(outlined(html.render(factory.inconclusive())).words)
    assert "Inconclusive: 1 finding at 1 component since 2026-03-02 14:31 to 14:32 UTC" in words
    assert "What would settle it" in words
    assert "Nearest explanations" in words


def test_a_notebook_opens_only_the_answer():
    assert "<details open" not in notebook.render(factory.rich())


def test_the_file_is_written_where_asked(tmp_path):
    text = factory.rich().to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == text
