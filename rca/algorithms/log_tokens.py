"""Log messages cut into atoms: words, separators and variable parts, by looking at bytes only.

Written for Numba as well, see `log_bytes`. What an atom is never depends on what `log_bytes.fold_hash` forgets: the
value and length of most runs of digits, and the digits of hex ids. Messages that it cannot tell apart are cut once.
"""
# ruff: noqa: SIM110 - Numba compiles loops, no generator expressions

from __future__ import annotations

from typing import Any

from rca.algorithms.log_bytes import (
    CLASSES,
    CUT_CLASS,
    DIGIT_CLASS,
    HEX_CLASS,
    JOINT_CLASS,
    LETTER_CLASS,
    SPACE_CLASS,
    among,
    count_class,
    count_of,
    has_id_piece,
    is_letter,
    is_short_glued,
    letters_hash,
    span_hash,
)

SEPARATOR, WORD, GLUED, NUM, IP, ID, PATH, DURATION, VALUE = range(9)
"""Kinds of atoms. GLUED: letters and digits in one token, as in `task_12` or `eth0`. VALUE: true, false, null."""

FIRST_VARIABLE = NUM
"""Kinds from here on stand for a variable part by their form alone."""

MOST_COLONS = 16
"""A value with more colons in it is cut at them. Addresses of some networks have eleven."""

VARIABLE_HASH = 0x1234567
"""The hash of every variable part."""


def is_path(text: Any, start: int, end: int) -> bool:
    """`/var/log`, `a/b/c`, `~/x`, `https://host/page` and what holds a backslash; not `read/write`."""
    slashes = count_of(text, start, end, 47)
    if end - start > 1 and text[start] == 47 and CLASSES[text[start + 1]] != JOINT_CLASS:
        return True
    if slashes >= 2 or (slashes == 1 and text[start] == 126):
        return True
    return end - start > 2 and count_of(text, start, end, 92) >= 1


def is_long_hex(text: Any, start: int, end: int) -> bool:
    """`0x7f`, `8a2a501`, `deadbeef`, `1b4e28ba-2fa1-11d2-883f-b9a761bde3fb`: hex digits in one piece or joined by `-`.

    A piece of digits and letters mixed needs six bytes, one of letters only eight, beside a mixed piece four.
    """
    if end - start > 2 and text[start] == 48 and text[start + 1] in (120, 88):
        start += 2
        return count_class(text, start, end, DIGIT_CLASS) + count_class(text, start, end, HEX_CLASS) == end - start
    long_piece, piece, digits, letters = False, 0, 0, 0
    for i in range(start, end + 1):
        byte_class = CUT_CLASS if i == end else CLASSES[text[i]]
        if i == end or text[i] == 45:
            long_piece = long_piece or (digits > 0 and letters > 0 and piece >= 6) or letters >= 8
            if digits == 0 and letters > 4 and letters < 8:
                return False
            piece, digits, letters = 0, 0, 0
        elif byte_class == DIGIT_CLASS:
            digits, piece = digits + 1, piece + 1
        elif byte_class == HEX_CLASS:
            letters, piece = letters + 1, piece + 1
        else:
            return False
    return long_piece


def unit_kind(text: Any, start: int, end: int) -> int:
    """DURATION for `12ms`, `1.5s`, `1h3m`; NUM for `41C`, `12KB`, `1.5e-05`; WORD for what is no number with a unit."""
    if CLASSES[text[start]] != DIGIT_CLASS and not (
            end - start > 1 and text[start] in (43, 45, 46) and CLASSES[text[start + 1]] == DIGIT_CLASS):
        return WORD
    units, run, timely = 0, 0, True
    for i in range(start, end):
        if is_letter(CLASSES[text[i]]):
            run += 1
            units += run == 1
            timely = timely and among(text[i], b"hmsnucdei\xc2\xb5\xce\xbc")
            if run > 3:
                return WORD
        else:
            run = 0
    if CLASSES[text[end - 1]] == DIGIT_CLASS:
        return NUM if units == 1 and is_exponent(text, start, end) else WORD
    if units == 1 and timely:
        return DURATION if among(text[end - 1], b"smhdnc") else NUM
    return NUM if units == 1 else (DURATION if timely else WORD)


def is_exponent(text: Any, start: int, end: int) -> bool:
    """Whether the only letter is the `e` of `1.5e-05`."""
    for i in range(start + 1, end - 1):
        if is_letter(CLASSES[text[i]]):
            return text[i] in (69, 101) and (text[i + 1] in (43, 45) or CLASSES[text[i + 1]] == DIGIT_CLASS)
    return False


def alternations(text: Any, start: int, end: int) -> int:
    """The most changes between letters and digits within one piece of letters and digits."""
    most, changes, last = 0, 0, -1
    for i in range(start, end):
        byte_class = CLASSES[text[i]]
        if byte_class == DIGIT_CLASS:
            changes += last == 1
            last = 0
        elif is_letter(byte_class):
            changes += last == 0
            last = 1
        else:
            changes, last = 0, -1
        most = max(most, changes)
    return most


def matches(text: Any, start: int, end: int, word: bytes) -> bool:
    """Whether the token is `word`, in lower case, whatever its case."""
    if end - start != len(word):
        return False
    for i in range(len(word)):
        if (text[start + i] | 32) != word[i]:
            return False
    return True


def is_value(text: Any, start: int, end: int) -> bool:
    """The words that no message is named after: true, false, null, nil, none, nan."""
    length = end - start
    if length == 4:
        return matches(text, start, end, b"true") or matches(text, start, end, b"null")
    if length == 5:
        return matches(text, start, end, b"false")
    return length == 3 and (matches(text, start, end, b"nil") or matches(text, start, end, b"nan"))


def token_kind(text: Any, start: int, end: int) -> int:  # noqa: PLR0911 - one exit per kind
    """The kind of the token `text[start:end]`, which holds no separator."""
    digits = count_class(text, start, end, DIGIT_CLASS)
    letters = count_class(text, start, end, LETTER_CLASS) + count_class(text, start, end, HEX_CLASS)
    if digits + letters == 0:
        return SEPARATOR
    if letters == 0:
        return IP if count_of(text, start, end, 46) == 3 else NUM
    if is_path(text, start, end):
        return PATH
    if digits == 0:
        if letters == end - start:
            return letters_kind(text, start, end)
        return ID if letters >= 8 and is_long_hex(text, start, end) else WORD
    if is_long_hex(text, start, end):
        return ID
    if has_id_piece(text, start, end):
        return GLUED
    unit = unit_kind(text, start, end)
    if unit != WORD:
        return unit
    return ID if alternations(text, start, end) >= 4 else GLUED


def has_double_colon(text: Any, start: int, end: int) -> bool:
    """Whether `::` stands in the run."""
    for i in range(start, end - 1):
        if text[i] == 58 and text[i + 1] == 58:
            return True
    return False


def run_end(text: Any, start: int, end: int) -> int:
    """Where the run of token bytes that begins at `start` ends; before its colon number MOST_COLONS at the latest."""
    i, colons = start, 0
    while i < end and CLASSES[text[i]] not in (SPACE_CLASS, CUT_CLASS):
        colons += text[i] == 58
        if colons == MOST_COLONS:
            return i
        i += 1
    return i


def is_end_mark(byte: int) -> bool:
    """`. : - + ~ ^`, which behind a token belong to the sentence."""
    return CLASSES[byte] == JOINT_CLASS and not among(byte, b"/\\_$")


def marks_end(text: Any, start: int, end: int) -> int:
    """Where the marks that begin at `start` end, if no token follows on them; else `start`."""
    i = start
    while i < end and is_end_mark(text[i]):
        i += 1
    return i if i == end or CLASSES[text[i]] in (SPACE_CLASS, CUT_CLASS) else start


def trimmed(text: Any, start: int, end: int) -> int:
    """The end of the run without the marks behind it."""
    while end > start and is_end_mark(text[end - 1]):
        end -= 1
    return end


def has_scheme(text: Any, start: int, end: int) -> bool:
    """Whether the run begins like `https://`."""
    i = start
    while i < end and (CLASSES[text[i]] in (DIGIT_CLASS, HEX_CLASS, LETTER_CLASS) or among(text[i], b"+-.")):
        i += 1
    return start < i < end - 2 and text[i] == 58 and text[i + 1] == 47 and text[i + 2] == 47


def link_end(text: Any, start: int, stop: int, end: int) -> int:
    """The end of a link, or of a path with a query, which may hold `= ? & # %`; `stop` where neither begins."""
    asks = stop + 1 < end and text[start] == 47 and text[stop] == 63
    if asks or has_scheme(text, start, stop):
        while stop < end and CLASSES[text[stop]] != SPACE_CLASS and not among(text[stop], b"\"'<>()[]{};|,"):
            stop += 1
    return stop


def keeps_colons(text: Any, start: int, end: int) -> bool:
    """Whether the colons belong to one value: `10.1.2.3:80`, `12:30:01`, `fe80::1`, `a0:b1:...`, a drive, a link."""
    hexes = count_class(text, start, end, HEX_CLASS)
    letters = count_class(text, start, end, LETTER_CLASS)
    digits = count_class(text, start, end, DIGIT_CLASS)
    if letters + hexes == 0:
        return digits > 0
    colons, dots = count_of(text, start, end, 58), count_of(text, start, end, 46)
    if letters == 0 and digits > 0 and colons >= 2 and colons + dots + hexes + digits == end - start:
        return colons >= 5 or has_double_colon(text, start, end)
    if end - start > 2 and text[start + 1] == 58 and text[start + 2] in (47, 92) and is_letter(CLASSES[text[start]]):
        return True
    return has_scheme(text, start, end)


def letters_end(text: Any, start: int, end: int) -> int:
    """Where the letters that begin at `start` end."""
    i = start
    while i < end and CLASSES[text[i]] in (HEX_CLASS, LETTER_CLASS):
        i += 1
    return i


def letters_kind(text: Any, start: int, end: int) -> int:
    """The kind of a token of letters only."""
    if end - start >= 8:
        return ID if is_long_hex(text, start, end) else WORD
    return VALUE if end - start > 2 and is_value(text, start, end) else WORD


def first_colon(text: Any, start: int, end: int) -> int:
    """Where the first colon stands; `end` where there is none."""
    i = start
    while i < end and text[i] != 58:
        i += 1
    return i


def next_token(text: Any, start: int, end: int) -> tuple[int, int]:
    """The end of the atom at `start` (no space stands there), and its kind.

    Looks no further than a fixed number of colons, so that a hostile line costs time in proportion to its length.
    """
    if CLASSES[text[start]] == CUT_CLASS or text[start] == 58:
        return start + 1, SEPARATOR
    stop = letters_end(text, start, end)
    if stop > start and (stop == end or CLASSES[text[stop]] in (SPACE_CLASS, CUT_CLASS)):
        return stop, letters_kind(text, start, stop)
    stop = marks_end(text, start, end)
    if stop > start:
        return stop, SEPARATOR
    return joined_token(text, start, run_end(text, start, end), end)


def joined_token(text: Any, start: int, run: int, end: int) -> tuple[int, int]:
    """The end and the kind of the token that begins the run `text[start:run]`."""
    linked = link_end(text, start, run, end)
    if linked != run:
        return linked, PATH
    whole = run == end or text[run] != 58
    stop = trimmed(text, start, run)
    colon = first_colon(text, start, stop)
    if colon < stop and whole and keeps_colons(text, start, stop):
        kind = token_kind(text, start, stop)
        return stop, ID if kind in (WORD, GLUED) else kind
    stop = trimmed(text, start, colon)
    return (stop, token_kind(text, start, stop)) if stop > start else (colon, SEPARATOR)


def tokenise(text: Any, start: int, end: int, atoms: Any, row: int) -> int:
    """Writes the atoms of a message to `atoms` from `row` on; the row after the last one.

    Columns: kind, start, end, whether the atom is a short GLUED one, hash. The hash is the same for all variable kinds,
    and forgets the digits of a GLUED atom unless they are few enough to be part of a name.
    """
    i = start
    while i < end:
        if CLASSES[text[i]] == SPACE_CLASS:
            i += 1
            continue
        stop, kind = next_token(text, i, end)
        atoms[row, 0], atoms[row, 1], atoms[row, 2] = kind, i, stop
        if kind >= FIRST_VARIABLE:
            atoms[row, 3], atoms[row, 4] = 0, VARIABLE_HASH
        elif kind == GLUED:
            short = is_short_glued(text, i, stop)
            atoms[row, 3] = short
            atoms[row, 4] = span_hash(text, i, stop) if short else letters_hash(text, i, stop)
        else:
            atoms[row, 3], atoms[row, 4] = 0, span_hash(text, i, stop)
        row += 1
        i = stop
    return row
