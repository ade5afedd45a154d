"""The text of a template: the constant text of an example, with named wildcards where its messages differ."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rca.algorithms import log_tokens
from rca.logs._clusters import Clusters
from rca.logs._patterns import STAR, Pattern, Patterns

ANYTHING = "<*>"
_NAMES = {log_tokens.NUM: "<num>", log_tokens.IP: "<ip>", log_tokens.ID: "<id>", log_tokens.PATH: "<path>",
          log_tokens.DURATION: "<duration>", log_tokens.VALUE: ANYTHING}
_PIECE = re.compile(r"[A-Za-z0-9_~^\\\x80-\U0010ffff]+")
_DIGITS_ONLY = re.compile(r"\d[\d_]*")


def template_text(members: list[int], merged: Pattern, clusters: Clusters, found: Patterns, text: NDArray[np.uint8],
                  atoms: NDArray[np.int64]) -> str:
    """The template of the patterns `members`, which were joined to `merged`.

    Variable parts get the name of their form (`<num>`, `<ip>`, `<id>`, `<path>`, `<duration>`) where all messages agree
    in it, else `<*>`. Blanks are single.
    """
    root, ranges = clusters.origin[merged]
    example = found.number[root]
    alike = [p for p in members if len(found.rows[p]) == len(merged)]
    parts: list[str] = []
    before = -1
    for place, word in enumerate(merged):
        first, last = (found.slots[example] + end for end in (ranges[place][0], ranges[place][1] - 1))
        rows = atoms[found.slot_atoms[first]:found.slot_ends[last]]
        if before >= 0 and rows[0, 1] > before:
            parts.append(" ")
        before = int(rows[-1, 2])
        parts.append(_part(word, place, rows, alike if len(merged) == len(root) else [], found, text))
    return "".join(parts)


def _part(word: int, place: int, rows: NDArray[np.int64], alike: list[int], found: Patterns, text: NDArray[np.uint8]) -> str:
    if word == STAR:
        return _common_name(place, alike, found)
    if len(rows) == 1:
        return _atom_text(rows[0], text, _common_name(place, alike, found))
    slots = [found.slots[p] + place for p in alike]
    if not slots or min(found.slot_lengths[0][slots]) != max(found.slot_lengths[1][slots]):
        return _common_name(place, alike, found, many="+")
    return "".join(_with_blanks(rows, (_atom_text(row, text, _NAMES.get(int(row[0]), "")) for row in rows)))


def _with_blanks(rows: NDArray[np.int64], texts: Iterable[str]) -> Iterable[str]:
    before = int(rows[0, 1])
    for row, text in zip(rows, texts, strict=True):
        yield " " * bool(row[1] > before) + text
        before = int(row[2])


def _common_name(place: int, alike: list[int], found: Patterns, many: str = "") -> str:
    """The name of the variable parts at a place; `<*>` where they differ in form or words are among them."""
    slots = [found.slots[p] + place for p in alike]
    kinds = {int(kind) for bound in found.slot_kinds for kind in bound[slots]}
    name = _NAMES.get(kinds.pop(), ANYTHING) if len(kinds) == 1 else ANYTHING
    return name + many


def _atom_text(atom: NDArray[np.int64], text: NDArray[np.uint8], name: str) -> str:
    kind, start, end, short = atom[:4].tolist()
    seen = text[start:end].tobytes().decode("utf-8", "replace")
    if kind >= log_tokens.FIRST_VARIABLE:
        return name
    return glued_text(seen) if kind == log_tokens.GLUED and not short else seen


def glued_text(token: str) -> str:
    """A token of letters and digits with its variable pieces masked.

    >>> glued_text("core.2275"), glued_text("node-129"), glued_text("blk_4711"), glued_text("jdk-v6.1.7601")
    ('core.<num>', 'node-<num>', '<id>', 'jdk-<id>.<num>.<num>')
    """
    return _PIECE.sub(_piece_text, token)


def _piece_text(match: re.Match[str]) -> str:
    piece = match.group()
    if _DIGITS_ONLY.fullmatch(piece):
        return "<num>"
    return "<id>" if any(sign.isdigit() for sign in piece) else piece
