"""Bytes of log messages: their classes, hashes that forget digits and ids, and the pieces of letters and digits.

These functions are written in the part of Python that Numba compiles too. `rca.algorithms.shapes` calls them as they
stand for a few messages, and compiled from the very same code for many, so that both give the same answer.
"""
# ruff: noqa: SIM110 - Numba compiles loops, no generator expressions

from __future__ import annotations

from typing import Any

MASK62 = (1 << 62) - 1
"""Hashes have 62 bits: the low bits of a product are the same in wrapping arithmetic and in Python's integers."""
PRIME = 0x00000100000001B3 * 0x9E3779B1 & MASK62 | 1
SEED = 0x2BF29CE484222325
DIGITS_SEEN, ID_SEEN, MARKED_SEEN = 1, 2, 3
"""What a folded run of digits, a hex id and one marked by `0x` count as: control characters that no text holds."""

DIGIT_CLASS, HEX_CLASS, LETTER_CLASS, JOINT_CLASS, CUT_CLASS, SPACE_CLASS = range(6)
"""Classes of bytes; those of letters and digits come first.

JOINT: the signs of `_JOINTS`, which stand inside tokens; CUT: other punctuation.
"""

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


def piece_end(text: Any, start: int, end: int) -> int:
    """Where the letters and digits that begin at `start` end."""
    i = start
    while i < end and CLASSES[text[i]] <= LETTER_CLASS:
        i += 1
    return i


def is_id_piece(text: Any, start: int, end: int) -> bool:
    """`8a2a501`, `0x7f`: six hex digits or more of which some are letters and some not, or marked as hex."""
    if end - start < 3:
        return False
    if text[start] == 48 and (text[start + 1] | 32) == 120:
        start += 2
    elif end - start < 6:
        return False
    else:
        digits = 0
        for i in range(start, end):
            byte_class = CLASSES[text[i]]
            if byte_class == LETTER_CLASS:
                return False
            digits += byte_class == DIGIT_CLASS
        return digits > 0 and digits < end - start
    for i in range(start, end):
        if CLASSES[text[i]] == LETTER_CLASS:
            return False
    return True


def goes_on(text: Any, start: int, end: int) -> int:
    """The end of the further groups of a UUID behind its first: `-2fa1-11d2`; `start` where there are none."""
    while start + 1 < end and text[start] == 45:
        stop = piece_end(text, start + 1, end)
        digits = count_class(text, start + 1, stop, DIGIT_CLASS)
        if count_class(text, start + 1, stop, LETTER_CLASS) or (digits == 0 and stop - start > 5) or stop == start + 1:
            return start
        start = stop
    return start


def is_short_glued(text: Any, start: int, end: int) -> bool:
    """`eth0`, `NAT64`: two letters or more with one or two digits behind them, which may be a plain name."""
    digits = count_class(text, start, end, DIGIT_CLASS)
    if digits > 2 or end - start < digits + 2:
        return False
    for i in range(start, end - digits):
        if not is_letter(CLASSES[text[i]]):
            return False
    return True


def may_be_short_glued(text: Any, begin: int, start: int, end: int) -> bool:
    """Whether the piece could be a token like `eth0` by itself: then its digits may be part of a name."""
    if start > begin and CLASSES[text[start - 1]] == JOINT_CLASS and text[start - 1] != 58:
        return False
    return is_short_glued(text, start, end)


def without_digits(hashed: int, text: Any, start: int, end: int) -> int:
    """`hashed` with a piece in which each run of digits counts as one sign."""
    for i in range(start, end):
        if CLASSES[text[i]] != DIGIT_CLASS:
            hashed = mix(hashed, text[i])
        elif i == start or CLASSES[text[i - 1]] != DIGIT_CLASS:
            hashed = mix(hashed, DIGITS_SEEN)
    return hashed


def fold_hash(text: Any, start: int, end: int) -> int:
    """Hash of `text[start:end]` in which runs of digits and hex ids count as one sign each.

    The digits of short names like `eth0` stay: they may be constant.
    """
    hashed, i = SEED, start
    while i < end:
        byte = text[i]
        byte_class = CLASSES[byte]
        if byte_class > LETTER_CLASS:
            hashed = mix(hashed, byte)
            i += 1
            continue
        before, digits, letters, stop = hashed, 0, 0, i
        while byte_class <= LETTER_CLASS:
            digits += byte_class == DIGIT_CLASS
            letters += byte_class == LETTER_CLASS
            hashed = mix(hashed, byte)
            stop += 1
            if stop == end:
                break
            byte = text[stop]
            byte_class = CLASSES[byte]
        if digits == stop - i:
            hashed = mix(before, DIGITS_SEEN)
        elif digits > 0 and is_id_piece(text, i, stop):
            marked = text[i] == 48 and (text[i + 1] | 32) == 120
            stop = stop if marked else goes_on(text, stop, end)
            hashed = mix(before, MARKED_SEEN if marked else ID_SEEN)
        elif digits > 0 and letters > 0 and not may_be_short_glued(text, start, i, stop):
            hashed = without_digits(before, text, i, stop)
        i = stop
    hashed &= MASK62
    return hashed ^ (hashed >> 29)


def span_hash(text: Any, start: int, end: int) -> int:
    """Hash of the bytes as they are."""
    hashed = SEED
    for i in range(start, end):
        hashed = mix(hashed, text[i])
    return hashed & MASK62


def letters_hash(text: Any, start: int, end: int) -> int:
    """Hash of a token with each run of digits, also joined by punctuation, and each hex id as one sign."""
    hashed, in_digits, i = SEED, False, start
    while i < end:
        byte_class = CLASSES[text[i]]
        if byte_class in (DIGIT_CLASS, HEX_CLASS):
            stop = piece_end(text, i, end)
            begins_piece = i == start or CLASSES[text[i - 1]] in (JOINT_CLASS, CUT_CLASS)
            if begins_piece and is_id_piece(text, i, stop):
                hashed, in_digits = mix(hashed, ID_SEEN), False
                i = goes_on(text, stop, end)
                continue
        joins = byte_class == JOINT_CLASS and in_digits and i + 1 < end and CLASSES[text[i + 1]] == DIGIT_CLASS
        if byte_class != DIGIT_CLASS and not joins:
            in_digits = False
            hashed = mix(hashed, text[i])
        elif not in_digits:
            in_digits = True
            hashed = mix(hashed, DIGITS_SEEN)
        i += 1
    return hashed & MASK62


def has_id_piece(text: Any, start: int, end: int) -> bool:
    """Whether a hex id is among the pieces of a token."""
    i = start
    while i < end:
        stop = piece_end(text, i, end)
        if is_id_piece(text, i, stop):
            return True
        i = max(stop, i + 1)
    return False
