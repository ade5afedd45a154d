"""Clusters patterns into templates. What joins them never depends on the order of the lines.

Three ways to join, repeated until none applies:

1. one place: patterns that differ in a single place, if enough different words stand there for what surrounds it;
2. values: patterns that differ only where a value stands by its position (`_values.skeleton`);
3. rare words: patterns that are equal once their rarest words are left out, if many different words stand at each of
   these places (names of users and hosts, several to a line; after Brain, Yu et al. 2023, and IPLoM, Makanju
   et al. 2009).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from rca.logs._hashes import STAR, place_hashes
from rca.logs._patterns import Pattern, Patterns, Whole
from rca.logs._values import Span, skeleton
from rca.logs._vocabulary import Vocabulary

MANY_WORDS = 5
"""Different words at one place from which on it varies, in a line with two other words or more."""
MANY_IDENTIFIERS = 3
"""The same where most are identifiers like `com.shop.Cart`: a program's own wording seldom chooses among those."""
FIRST_PLACE_FACTOR = 3
"""Lines that begin with different words are usually different statements."""
LONELY_FACTOR = 2
"""The same where only one other word holds the lines together."""
RARE_ROWS = 8
"""Patterns that must be equal without their rare words before those are taken for names."""
NEVER = 1 << 40


class Clusters:
    """Patterns that are joined step by step. `live` holds the rows that are left, with their messages."""

    def __init__(self, found: Patterns) -> None:
        self.words = Vocabulary(found.kinds, found.texts)
        self.live = dict(zip(found.rows, found.weight, strict=True))
        self.joined: dict[Pattern, Pattern] = {}
        self._origin: dict[Pattern, tuple[Pattern, tuple[Span, ...]]] = {}

    def run(self) -> None:
        """Joins until nothing changes."""
        while any([self.join_one_place(), self.join_values(), self.join_rare_words()]):
            pass

    def leader(self, row: Pattern) -> Pattern:
        """The row that `row` became part of."""
        while row in self.joined:
            row = self.joined[row]
        return row

    def origin(self, row: Pattern) -> tuple[Pattern, tuple[Span, ...]]:
        """A pattern that is part of `row`, and which of its places each place of `row` covers."""
        return self._origin.get(row) or (row, tuple((i, i + 1) for i in range(len(row))))

    def join_values(self) -> bool:
        """Joins the rows that differ only in values."""
        groups: dict[Pattern, list[tuple[Pattern, list[Span]]]] = defaultdict(list)
        for row in self.live:
            key, values = skeleton(row, self.words)
            groups[key].append((row, values))
        sound = [rows for key, rows in groups.items() if len(rows) > 1 and self._holds_a_word(key)]
        for rows in sound:
            self._join_group(rows)
        return bool(sound)

    def _holds_a_word(self, key: Pattern) -> bool:
        return any(word >= 0 and self.words.plain[word] for word in key)

    def _join_group(self, rows: list[tuple[Pattern, list[Span]]]) -> None:
        """Joins rows with the same skeleton: a value that differs becomes a star, the others stay."""
        rows.sort()
        first, spans = rows[0]
        differs = [len({row[slice(*values[i])] for row, values in rows}) > 1 for i in range(len(spans))]
        merged: list[int] = []
        origins: list[Span] = []
        root, ranges = self.origin(first)
        at = 0
        for (start, end), varies in zip([*spans, (len(first), len(first))], [*differs, False], strict=True):
            stop = start if varies else end
            merged += first[at:stop]
            origins += ranges[at:stop]
            if varies:
                merged.append(STAR)
                origins.append((ranges[start][0], ranges[end - 1][1]))
            at = end
        self._replace([row for row, _ in rows], tuple(merged), (root, tuple(origins)))

    def join_rare_words(self) -> bool:
        """Joins rows that are equal but for rare words, the rarest first."""
        total, rarity, changed = sum(self.live.values()), 1, False
        seen = self._frequencies()
        least = {row: min((seen[word] for word in row[1:] if word >= 0), default=NEVER) for row in self.live}
        while rarity <= total // 20 and len(self.live) >= RARE_ROWS:
            rows = [row for row in self.live if least.get(row, 0) <= rarity]
            changed |= len(rows) >= RARE_ROWS and self._join_at_rarity(rows, rarity, seen)
            rarity *= 2
        return changed

    def _frequencies(self) -> list[int]:
        """Messages per word; separators and variable parts are never rare."""
        seen = [0 if able else NEVER for able in self.words.nameable]
        for row, weight in self.live.items():
            for word in set(row):
                if word >= 0:
                    seen[word] += weight
        return seen

    def _join_at_rarity(self, rows: list[Pattern], rarity: int, seen: list[int]) -> bool:
        groups: dict[Pattern, list[Pattern]] = defaultdict(list)
        for row in rows:
            key = tuple([STAR if word == STAR or seen[word] <= rarity else word for word in row[1:]])
            groups[row[:1] + key].append(row)
        large = ((key, group) for key, group in groups.items() if len(group) >= RARE_ROWS)
        sound = [(key, group) for key, group in large if self._are_names(key, group)]
        for key, group in sound:
            varies = [word == STAR and len({row[i] for row in group}) > 1 for i, word in enumerate(key)]
            self._join_same_length(group, tuple(STAR if star else group[0][i] for i, star in enumerate(varies)))
        return bool(sound)

    def _are_names(self, key: Pattern, rows: list[Pattern]) -> bool:
        """Whether many words stand at each place that varies, between at least two that do not."""
        variety = [len({row[i] for row in rows}) for i, word in enumerate(key) if word == STAR]
        return self.words.constants(key) >= 2 and min((n for n in variety if n > 1), default=0) >= MANY_WORDS

    def join_one_place(self) -> bool:
        """Joins rows that differ in one place, the largest groups first."""
        changed = False
        for place, group in self._differing_in_one_place():
            rows = [row for row in group if row in self.live]
            if len(rows) > 1 and len({row[place] for row in rows}) >= self._enough(place, rows):
                self._join_same_length(rows, (*rows[0][:place], STAR, *rows[0][place + 1:]))
                changed = True
        return changed

    def _differing_in_one_place(self) -> Iterable[tuple[int, list[Pattern]]]:
        """Groups of rows that are equal but for one place, and that place; largest first, then by the words."""
        rows = sorted(self.live)
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        words = np.array([word for row in rows for word in row], dtype=np.int64)
        if not len(words):
            return []
        row_of = np.repeat(np.arange(len(rows)), lengths)
        place = np.arange(len(words)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        hashes = place_hashes(words, place)
        whole = np.zeros(len(rows), dtype=np.uint64)
        np.add.at(whole, row_of, hashes)
        without = (whole[row_of] - hashes) ^ place_hashes(np.full(len(words), STAR), place)
        varies = np.append(~np.array(self.words.separator, dtype=bool), True)[words]
        return _groups(without[varies].view(np.int64), place[varies], row_of[varies], rows)

    def _enough(self, place: int, rows: list[Pattern]) -> int:
        """How many different words must stand at `place` before the rows are one template."""
        words, constants = self.words, self.words.constants(rows[0], place)
        some = {row[place] for row in rows}
        if constants == 0:
            return NEVER
        if STAR in some:
            return 2
        if any(words.variable[word] or words.glued[word] for word in some):
            return 2 if constants > 1 else 3
        stems = {words.texts[word].rstrip("0123456789") if words.numbered[word] else word for word in some}
        if len(stems) == 1:
            return MANY_IDENTIFIERS
        identifiers = 2 * sum(words.identifier[word] for word in some) >= len(some)
        wanted = MANY_WORDS * (FIRST_PLACE_FACTOR if place == 0 else 1) * (LONELY_FACTOR if constants == 1 else 1)
        return wanted - (MANY_WORDS - MANY_IDENTIFIERS) * identifiers

    def _join_same_length(self, rows: list[Pattern], merged: Pattern) -> None:
        self._replace(rows, merged, self.origin(min(rows)))

    def _replace(self, rows: list[Pattern], merged: Pattern, origin: tuple[Pattern, tuple[Span, ...]]) -> None:
        weight = sum(self.live.pop(row) for row in rows)
        self.live[merged] = self.live.get(merged, 0) + weight
        self._origin.setdefault(merged, origin)
        self.joined.update((row, merged) for row in rows if row != merged)


def _groups(keys: Whole, place: Whole, row_of: Whole, rows: list[Pattern]) -> list[tuple[int, list[Pattern]]]:
    codes, _ = pd.factorize(keys)
    sizes = np.bincount(codes)
    shared = np.flatnonzero(sizes[codes] > 1)
    shared = shared[np.argsort(codes[shared], kind="stable")]
    parts = np.split(shared, np.flatnonzero(np.diff(codes[shared])) + 1) if len(shared) else []
    found = [(int(place[part[0]]), [rows[i] for i in row_of[part]]) for part in parts]
    return sorted(found, key=lambda group: (-len(group[1]), group))


