"""What the README shows is what the commands print."""

import re
from pathlib import Path

import pytest

from rca.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n\$ rca (?P<command>.+)\n(?P<shown>(?:.*\n)*?)```")


@pytest.mark.parametrize("block", tuple(BLOCK.finditer(README)), ids=lambda block: block["command"])
def test_a_console_block_is_the_beginning_of_what_its_command_prints(block, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(block["command"].split()) == 0
    printed = capsys.readouterr().out
    shown = block["shown"].removesuffix("[...]\n")
    assert shown == printed[:len(shown)]
    assert len(shown.splitlines()) > 5


def test_the_readme_shows_a_command():
    assert BLOCK.search(README)


def test_two_commands_set_up_everything():
    commands = re.findall(r"^    (python3 -m venv .+)$", README, re.MULTILINE)
    assert len(commands) == 2


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:rca|examples|docs|notebooks|tests)/[\w./-]+)`", README))))
def test_what_the_readme_names_is_there(path):
    assert (ROOT / path).exists()
