"""The compiled and the plain way through the bytes of many texts give the same shapes."""

import random
import time

import numpy as np
import pytest

from rca.algorithms import shapes as module
from rca.algorithms.shapes import shapes

WORDS = ["order", "eth0", "x=5", "8a2a501b", "10.0.0.1", "/var/log", "näme", "12ms", "[7]", "true", "a-b_9", "::"]


def corpus(lines: int) -> tuple[np.ndarray, np.ndarray]:
    chance = random.Random(5)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(0, 12))).encode() for _ in range(lines)]
    return np.frombuffer(b"".join(texts), np.uint8), np.cumsum([0, *map(len, texts)])


def test_compiled_and_plain_code_agree(monkeypatch):
    text, offsets = corpus(3000)
    monkeypatch.setattr(module, "_is_loaded", lambda: False)
    plain = shapes(text, offsets)
    monkeypatch.setattr(module, "COMPILED_FROM_BYTES", 0)
    compiled = shapes(text, offsets)
    for field in ("index", "first", "count", "atoms", "starts"):
        assert np.array_equal(getattr(plain, field), getattr(compiled, field)), field


def test_shapes_are_counted_and_numbered_by_their_first_text():
    texts = [b"job 1 done", b"job 22 done", b"stopped", b"job 3 done"]
    found = shapes(np.frombuffer(b"".join(texts), np.uint8), np.cumsum([0, *map(len, texts)]))
    assert found.index.tolist() == [0, 0, 1, 0]
    assert found.first.tolist() == [0, 2]
    assert found.count.tolist() == [3, 1]


@pytest.mark.parametrize("hostile", [b"a-", b"1a", b"0x", b"://", b"a:", b"/", b"a1b2-", b"::1", b"."])
def test_a_hostile_line_costs_linear_time(hostile, monkeypatch):
    monkeypatch.setattr(module, "_is_loaded", lambda: False)

    def seconds(length: int) -> float:
        text = np.frombuffer(hostile * (length // len(hostile)), np.uint8)
        spent = []
        for _ in range(3):
            start = time.process_time()
            shapes(text, np.array([0, len(text)]))
            spent.append(time.process_time() - start)
        return min(spent)

    assert seconds(24_000) < 16 * max(seconds(3_000), 1e-3)
