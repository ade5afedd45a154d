"""The text of a template: the constant text of an example, with named wildcards where its messages differ."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rca.algorithms import log_tokens
from rca.logs._clusters import Clusters
from rca.logs._hashes import STAR
from rca.logs._patterns import Pattern, Patterns

Row = list[int]
"""An atom, see `log_tokens.tokenise`."""

ANYTHING = "<*>"
_NAMES = {log_tokens.NUM: "<num>", log_tokens.IP: "<ip>", log_tokens.ID: "<id>", log_tokens.PATH: "<path>",
          log_tokens.DURATION: "<duration>", log_tokens.VALUE: ANYTHING}
_PIECE = re.compile(r"[A-Za-z0-9_~^\\\x80-\U0010ffff]+")
_DIGITS_ONLY = re.compile(r"\d[\d_]*")


class TemplateTexts:
    """Writes the templates of clustered patterns; `atoms` point into `text`."""

    def __init__(self, clusters: Clusters, found: Patterns, text: NDArray[np.uint8], atoms: NDArray[np.int64]) -> None:
        self.clusters, self.found, self.text, self.atoms = clusters, found, text, atoms

    def of(self, members: list[int], merged: Pattern) -> str:
        """The template of the patterns `members`, which were joined to `merged`.

        Variable parts get the name of their form (`<num>`, `<ip>`, `<id>`, `<path>`, `<duration>`) where all messages
        agree in it, else `<*>`. Blanks are single.
        """
        root, ranges = self.clusters.origin(merged)
        start = int(self.found.slots[self.found.number[root]])
        alike = [p for p in members if len(self.found.rows[p]) == len(merged)] if len(merged) == len(root) else []
        slots = self.found.slots[np.array(alike, dtype=np.int64)]
        parts: list[str] = []
        before = -1
        for place, word in enumerate(merged):
            first, last = start + ranges[place][0], start + ranges[place][1] - 1
            rows = self.atoms[self.found.slot_atoms[first]:self.found.slot_ends[last]].tolist()
            if 0 <= before < rows[0][1]:
                parts.append(" ")
            before = rows[-1][2]
            unlike = word == STAR and len(alike) < len(members)     # some hold a value of several words there
            parts.append(ANYTHING if unlike else self._part(word, rows, slots + place))
        return "".join(parts)

    def _part(self, word: int, rows: list[Row], slots: NDArray[np.int64]) -> str:
        """The text of one place; `slots` are that place in all patterns that have as many."""
        if word == STAR:
            return self._common_name(slots)
        fewest, most = self.found.slot_lengths
        if not len(slots) or fewest[slots].min() != most[slots].max():
            return self._common_name(slots) + "+"
        if len(rows) == 1:
            kind = rows[0][0]
            return self._common_name(slots) if kind >= log_tokens.FIRST_VARIABLE else self._constant(rows[0])
        return "".join(_with_blanks(rows, [_NAMES.get(row[0]) or self._constant(row) for row in rows]))

    def _common_name(self, slots: NDArray[np.int64]) -> str:
        """The name of the variable parts at a place; `<*>` where they differ in form or words are among them."""
        if not len(slots):
            return ANYTHING
        lowest, highest = self.found.slot_kinds
        kind = int(lowest[slots].min())
        return _NAMES.get(kind, ANYTHING) if kind == highest[slots].max() else ANYTHING

    def _constant(self, atom: Row) -> str:
        kind, start, end, short = atom[:4]
        seen = self.text[start:end].tobytes().decode("utf-8", "replace")
        return glued_text(seen) if kind == log_tokens.GLUED and not short else seen


def _with_blanks(rows: list[Row], texts: list[str]) -> Iterable[str]:
    before = rows[0][1]
    for row, text in zip(rows, texts, strict=True):
        yield " " * (row[1] > before) + text
        before = row[2]


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
