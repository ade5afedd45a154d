"""The wordings: each finds its own examples, spares its look-alikes, and stays linear on hostile lines."""

import time

import pytest

from rca.logs.signature_catalogue import BY_NAME, SIGNATURES, matching

HOSTILE = ("a", " ", "error: ")


def examples(side):
    return [pytest.param(s, text, id=f"{s.name}-{text[:40]}") for s in SIGNATURES for text in getattr(s, side)]


@pytest.mark.parametrize(("signature", "text"), examples("finds"))
def test_a_signature_finds_its_wordings(signature, text):
    assert signature.pattern.search(text)


@pytest.mark.parametrize(("signature", "text"), examples("spares"))
def test_a_signature_spares_its_look_alikes(signature, text):
    assert not signature.pattern.search(text)


def test_every_entry_has_both_sides_and_its_own_name():
    assert len(BY_NAME) == len(SIGNATURES)
    assert all(s.finds and s.spares for s in SIGNATURES)


@pytest.mark.parametrize(
    "text",
    [
        "GET /orders/7 200 12ms",
        "user 5031 signed in",
        "decoded 503 envelopes in 504 ms",
        "cache hit for product:17",
        "server listening on :8080",
        "migration 0042 applied",
        "published OrderPaid to orders",
        "health check passed",
        "loaded 37 signatures",
        "scheduled job finished in 812 ms",
        "session opened for user app",
        "resolved 12 hosts",
        "worker 3 started",
        "GET /cart 304",
        "committed offset 9917",
    ],
)
def test_ordinary_lines_have_no_signature(text):
    assert matching(text) == ()


def test_letter_case_does_not_matter():
    assert matching("CONNECTION REFUSED") == matching("connection refused") == ("connection-refused",)


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda signature: signature.name)
def test_a_hostile_line_of_100_kilobytes_takes_linear_time(signature):
    """Eight times the text takes well under sixteen times as long; its own wording broken off is a bad line."""
    for piece in (*HOSTILE, signature.finds[0][: len(signature.finds[0]) // 2]):
        short, long = (process_time_of(signature.pattern, piece, size) for size in (12_500, 100_000))
        assert long < max(16 * short, 0.2)


def process_time_of(pattern, piece, size):
    line = (piece * (size // len(piece) + 1))[:size]
    start = time.process_time()
    pattern.search(line)
    return time.process_time() - start
