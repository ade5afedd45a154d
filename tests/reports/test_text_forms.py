"""Terminal and Markdown, compared whole. To renew the expected files after a wanted change, read the diff that the
failing test shows, then write the new text into `expected/`."""

import re
from pathlib import Path

import factory
import pytest
from markdown_it import MarkdownIt

from rca.reports import markdown, terminal

EXPECTED = Path(__file__).parent / "expected"
CASES = [
    (f"{name}.{ending}", lambda draw=draw, make=make: draw(make()))
    for name, make in (("rich", factory.rich), ("inconclusive", factory.inconclusive), ("empty", factory.empty))
    for ending, draw in (("txt", terminal.render), ("md", markdown.render))
] + [("rich-60-columns.txt", lambda: terminal.render(factory.rich(), width=60))]


@pytest.mark.parametrize(("name", "draw"), CASES, ids=[name for name, _ in CASES])
def test_the_text_is_as_expected_line_by_line(name, draw):
    assert draw().splitlines() == (EXPECTED / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("make", factory.ALL.values(), ids=factory.ALL)
@pytest.mark.parametrize("draw", [terminal.render, markdown.render])
def test_text_forms_hold_no_control_characters_and_no_secret(make, draw):
    text = draw(make())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "hunter2" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_no_line_is_wider_than_asked_where_words_allow(width):
    lines = terminal.render(factory.rich(), width=width).splitlines()
    assert [line for line in lines if len(line) > width and len(max(line.split(), key=len)) < width / 3] == []


def test_colour_changes_no_character():
    coloured = terminal.render(factory.rich(), colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal.render(factory.rich())


def test_the_environment_does_not_change_the_text(monkeypatch):
    before = terminal.render(factory.rich())
    for name, value in (("COLUMNS", "33"), ("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("TTY_COMPATIBLE", "1")):
        monkeypatch.setenv(name, value)
    assert terminal.render(factory.rich()) == before


def test_the_first_line_says_what_where_since_when_and_how_much():
    first = markdown.render(factory.rich()).splitlines()[0]
    assert re.search(r"Memory leak at orders since 2026-03-02 14:04 to 14:05 UTC .*87 %.*212 MB to 390 MB", first)


def test_a_big_report_says_how_much_it_leaves_out():
    text = terminal.render(factory.big())
    assert re.search(r"\.\.\. and 1\d\d more", text)
    assert len(text.splitlines()) < 600


def test_hostile_text_becomes_no_link_image_tag_or_heading_in_markdown():
    parser = MarkdownIt("commonmark").enable("table")  # the parser that rich brings along
    tokens = parser.parse(markdown.render(factory.hostile()))
    kinds = {token.type for block in tokens for token in (block, *(block.children or ()))}
    assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence", "code_block", "em_open"}
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert not [text for text in headings if text.startswith("heading")]


def test_markdown_tables_keep_their_columns_whatever_the_cells_hold():
    lines = [line for line in markdown.render(factory.hostile()).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {6, 7}


def test_str_and_to_text_are_the_terminal_form():
    report = factory.rich()
    assert str(report) == report.to_text() == terminal.render(report)


def test_secrets_are_shown_where_the_caller_says_so():
    assert "token=abc123def" in terminal.render(factory.rich(), redact_secrets=False)
    assert "token=abc123def" not in terminal.render(factory.rich())
