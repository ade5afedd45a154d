"""Log messages cut into atoms: words, separators and variable parts, by looking at bytes only.

These functions are written in the part of Python that Numba compiles too. `rca.algorithms.shapes` calls them as they
stand for a few messages, and compiled from the very same code for many, so that both give the same answer.

What an atom is never depends on the value or the length of a run of digits that touches no letter: `fold_hash` forgets
those, and messages that it cannot tell apart are cut once.
"""

from __future__ import annotations

from typing import Any

SEPARATOR, WORD, GLUED, NUM, IP, ID, PATH, DURATION, VALUE = range(9)
"""Kinds of atoms. GLUED: letters and digits in one token, as in `task_12` or `eth0`. VALUE: true, false, null."""

FIRST_VARIABLE = NUM
"""Kinds from here on stand for a variable part by their form alone."""

MASK62 = (1 << 62) - 1
"""Hashes have 62 bits: the low bits of a product are the same in int64 and in Python's integers."""
PRIME = 0x00000100000001B3 * 0x9E3779B1 & MASK62 | 1
SEED = 0x2BF29CE484222325
DIGITS_SEEN = 1
"""What a folded run of digits counts as: a byte that no text holds."""
VARIABLE_HASH = 0x1234567

SPACE_CLASS, DIGIT_CLASS, HEX_CLASS, LETTER_CLASS, JOINT_CLASS, CUT_CLASS = range(6)
"""Classes of bytes. JOINT: `. - _ / \\ + $ ~ ^ :`, which stand inside tokens; CUT: other punctuation, which ends them."""

_JOINTS = b"._-/\\+$~^:"
_SPACES = b" \t\n\r\x0b\x0c"


def _class_of(byte: int) -> int:
    if byte in _SPACES:
        return SPACE_CLASS
    if byte in b"0123456789":
        return DIGIT_CLASS
    if byte in b"abcdefABCDEF":
        return HEX_CLASS
    if byte in _JOINTS:
        return JOINT_CLASS
    return LETTER_CLASS if byte >= 128 or chr(byte).isalpha() else CUT_CLASS


CLASSES: Any = tuple(_class_of(byte) for byte in range(256))
"""The class of each byte; bytes beyond ASCII count as letters."""


def is_letter(byte_class: int) -> bool:
    """Whether a class of bytes is one of letters."""
    return byte_class in (HEX_CLASS, LETTER_CLASS)


def mix(hashed: int, byte: int) -> int:
    """`hashed` with one more byte (FNV-1a with another prime)."""
    return ((hashed ^ byte) * PRIME) & MASK62


def among(byte: int, some: bytes) -> bool:
    """Whether `byte` is one of `some`."""
    for one in some:
        if byte == one:
            return True
    return False


def fold_hash(text: Any, start: int, end: int) -> int:
    """Hash of `text[start:end]` in which each run of digits that touches no letter counts as one sign."""
    hashed, i = SEED, start
    while i < end:
        byte = text[i]
        if CLASSES[byte] != DIGIT_CLASS:
            hashed = mix(hashed, byte)
            i += 1
            continue
        stop = i + 1
        while stop < end and CLASSES[text[stop]] == DIGIT_CLASS:
            stop += 1
        if (i > start and is_letter(CLASSES[text[i - 1]])) or (stop < end and is_letter(CLASSES[text[stop]])):
            for k in range(i, stop):
                hashed = mix(hashed, text[k])
        else:
            hashed = mix(hashed, DIGITS_SEEN)
        i = stop
    return (hashed ^ (hashed >> 29)) & MASK62


def span_hash(text: Any, start: int, end: int) -> int:
    """Hash of the bytes as they are."""
    hashed = SEED
    for i in range(start, end):
        hashed = mix(hashed, text[i])
    return hashed


def letters_hash(text: Any, start: int, end: int) -> int:
    """Hash of the bytes with each run of digits, and of digits joined by punctuation, as one sign."""
    hashed, in_digits, i = SEED, False, start
    while i < end:
        byte_class = CLASSES[text[i]]
        joins = byte_class == JOINT_CLASS and in_digits and i + 1 < end and CLASSES[text[i + 1]] == DIGIT_CLASS
        if byte_class != DIGIT_CLASS and not joins:
            in_digits = False
            hashed = mix(hashed, text[i])
        elif not in_digits:
            in_digits = True
            hashed = mix(hashed, DIGITS_SEEN)
        i += 1
    return hashed


def count_of(text: Any, start: int, end: int, byte: int) -> int:
    """How often `byte` occurs."""
    found = 0
    for i in range(start, end):
        found += text[i] == byte
    return found


def count_class(text: Any, start: int, end: int, byte_class: int) -> int:
    """How many bytes are of a class."""
    found = 0
    for i in range(start, end):
        found += CLASSES[text[i]] == byte_class
    return found


def is_path(text: Any, start: int, end: int) -> bool:
    """`/var/log`, `a/b/c`, `C:\\dir`, `~/x`, `https://host/page`; not `read/write`."""
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
        return count_class(text, start + 2, end, DIGIT_CLASS) + count_class(text, start + 2, end, HEX_CLASS) == end - start - 2
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


def token_kind(text: Any, start: int, end: int) -> int:
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
        if is_value(text, start, end):
            return VALUE
        return ID if letters >= 8 and is_long_hex(text, start, end) else WORD
    if is_long_hex(text, start, end):
        return ID
    unit = unit_kind(text, start, end)
    if unit != WORD:
        return unit
    return ID if alternations(text, start, end) >= 4 else GLUED


def is_short_glued(text: Any, start: int, end: int) -> bool:
    """`eth0`, `NAT64`: two letters or more with one or two digits behind them, which may be a plain name."""
    digits = count_class(text, start, end, DIGIT_CLASS)
    if digits > 2 or end - start < digits + 2:
        return False
    for i in range(start, end - digits):
        if not is_letter(CLASSES[text[i]]):
            return False
    return True


def run_end(text: Any, start: int, end: int) -> int:
    """Where the run of token bytes that begins at `start` ends."""
    i = start
    while i < end and CLASSES[text[i]] not in (SPACE_CLASS, CUT_CLASS):
        i += 1
    return i


def link_end(text: Any, start: int, stop: int, end: int) -> int:
    """The end of a link, or of a path with a query, which may hold `= ? & # %`; `stop` where there is none before it."""
    asks = stop + 1 < end and text[start] == 47 and text[stop] == 63
    if asks or has_scheme(text, start, stop):
        while stop < end and CLASSES[text[stop]] != SPACE_CLASS and not among(text[stop], b"\"'<>()[]{};|,"):
            stop += 1
    return stop


def keeps_colons(text: Any, start: int, end: int) -> bool:
    """Whether the colons of the run belong to one value: `10.1.2.3:80`, `12:30:01`, `fe80::1`, `a0:b1:...`, `C:\\x`, a link."""
    hexes = count_class(text, start, end, HEX_CLASS)
    letters = count_class(text, start, end, LETTER_CLASS)
    digits = count_class(text, start, end, DIGIT_CLASS)
    if letters + hexes == 0:
        return digits > 0
    colons = count_of(text, start, end, 58)
    if letters == 0 and digits > 0 and colons >= 2 and colons + hexes + digits + count_of(text, start, end, 46) == end - start:
        doubled = False
        for i in range(start, end - 1):
            doubled = doubled or (text[i] == 58 and text[i + 1] == 58)
        return doubled or colons >= 5
    if end - start > 2 and text[start + 1] == 58 and text[start + 2] in (47, 92) and is_letter(CLASSES[text[start]]):
        return True
    return has_scheme(text, start, end)


def has_scheme(text: Any, start: int, end: int) -> bool:
    """Whether `://` stands in the run."""
    for i in range(start + 1, end - 2):
        if text[i] == 58 and text[i + 1] == 47 and text[i + 2] == 47:
            return True
    return False


def trimmed(text: Any, start: int, end: int) -> int:
    """The end of the run without the punctuation of the sentence behind it: `. : - + ~ ^`."""
    while end > start and CLASSES[text[end - 1]] == JOINT_CLASS and text[end - 1] not in (47, 92, 95, 36):
        end -= 1
    return end


def next_token(text: Any, start: int, end: int) -> tuple[int, int]:
    """The end of the atom at `start` (no space stands there), and its kind."""
    if CLASSES[text[start]] == CUT_CLASS or text[start] == 58:
        return start + 1, SEPARATOR
    stop = run_end(text, start, end)
    linked = link_end(text, start, stop, end)
    if linked != stop:
        return linked, PATH
    stop = trimmed(text, start, stop)
    if stop == start:
        return start + 1, SEPARATOR
    if count_of(text, start, stop, 58) > 0:
        if keeps_colons(text, start, stop):
            kind = token_kind(text, start, stop)
            return stop, ID if kind in (WORD, GLUED) else kind
        i = start
        while text[i] != 58:
            i += 1
        stop = trimmed(text, start, i)
        if stop == start:
            return start + 1, SEPARATOR
    return stop, token_kind(text, start, stop)


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
