"""How bytes of messages become atoms, and that nothing depends on what the fold forgets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.algorithms import log_tokens
from rca.algorithms.log_bytes import fold_hash, letters_hash

NAMES = {log_tokens.WORD: "word", log_tokens.GLUED: "glued", log_tokens.NUM: "num", log_tokens.IP: "ip",
         log_tokens.ID: "id", log_tokens.PATH: "path", log_tokens.DURATION: "duration", log_tokens.VALUE: "value"}


def cut(message: str) -> list[list[int]]:
    text = message.encode()
    rows = [[0] * 5 for _ in range(len(text) + 1)]
    return rows[:log_tokens.tokenise(text, 0, len(text), _Rows(rows), 0)]


class _Rows:
    """Plain lists behind the two-dimensional index of an array."""

    def __init__(self, rows):
        self.rows = rows

    def __setitem__(self, at, value):
        self.rows[at[0]][at[1]] = value


def kinds(message: str) -> str:
    text = message.encode()
    return " ".join(text[a:b].decode() + (f"/{NAMES[kind]}" if kind else "") for kind, a, b, _, _ in cut(message))


@pytest.mark.parametrize(("message", "atoms"), [
    ("took 12 ms", "took/word 12/num ms/word"),
    ("took 12ms, 1.5s and 1h3m", "took/word 12ms/duration , 1.5s/duration and/word 1h3m/duration"),
    ("41C 1.5e-05 -3 +2.5", "41C/num 1.5e-05/num -3/num +2.5/num"),
    ("from 10.1.2.3:8080 to /10.1.2.4", "from/word 10.1.2.3:8080/ip to/word /10.1.2.4/ip"),
    ("at 22:32:34.846 on 2024-05-06", "at/word 22:32:34.846/num on/word 2024-05-06/num"),
    ("mac a0:b1:c2:d3:e4:f5 v6 fe80::1", "mac/word a0:b1:c2:d3:e4:f5/id v6/glued fe80::1/id"),
    ("id 0x7f9950712080 and 8a2a501", "id/word 0x7f9950712080/id and/word 8a2a501/id"),
    ("req 1b4e28ba-2fa1-11d2-883f-b9a761bde3fb.", "req/word 1b4e28ba-2fa1-11d2-883f-b9a761bde3fb/id ."),
    ("read /var/log/x.log or C:\\temp\\y", "read/word /var/log/x.log/path or/word C:\\temp\\y/path"),
    ("GET https://a.example/b?c=d&e=1 done", "GET/word https://a.example/b?c=d&e=1/path done/word"),
    ("GET /v2/servers?all=true HTTP", "GET/word /v2/servers?all=true/path HTTP/word"),
    ("read/write task_12 eth0 node-129", "read/write/word task_12/glued eth0/glued node-129/glued"),
    ("ok=true,name=null", "ok/word = true/value , name/word = null/value"),
    ("key: value. Done...", "key/word : value/word . Done/word ..."),
    ("dead beef facade", "dead/word beef/word facade/word"),
])
def test_atoms_are_told_by_their_form(message, atoms):
    assert kinds(message) == atoms


def test_atoms_and_blanks_together_are_the_whole_message():
    message = "a=1, [b] 'c' <d> \t x-y_z ::é 0x1f 10.0.0.1"
    covered = "".join(message.encode()[a:b].decode() for _, a, b, _, _ in cut(message))
    assert covered == re.sub(r"\s", "", message)


PIECES = st.sampled_from(["abc", "KB", "eth", "0x", "-", "_", ".", ":", "/", " ", "=", ",", "12", "7",
                          "123456", "8a2a501", "ffff", "é", "ms", "(", "e5"])


@given(st.lists(PIECES, max_size=14).map("".join), st.data())
def test_messages_that_fold_alike_are_cut_alike(message, data):
    digits = data.draw(st.lists(st.sampled_from("0123456789"), min_size=len(message), max_size=len(message)))
    other = "".join(d if c.isdigit() else c for c, d in zip(message, digits, strict=True))
    if fold_hash(message.encode(), 0, len(message.encode())) == fold_hash(other.encode(), 0, len(other.encode())):
        assert [(a[0], a[3], a[4]) for a in cut(message)] == [(a[0], a[3], a[4]) for a in cut(other)]


@given(st.text(max_size=60))
def test_any_text_is_cut_into_atoms_in_order_without_overlap(message):
    before = 0
    for _, start, end, _, _ in cut(message):
        assert before <= start < end <= len(message.encode())
        before = end


def folded(message: str) -> int:
    return fold_hash(message.encode(), 0, len(message.encode()))


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("took 12 ms", "took 9431 ms", True),
    ("took 12ms", "took 9431ms", True),
    ("request 8a2a501b done", "request 7fb0c8 done", True),
    ("user 1b4e28ba-2fa1-11d2-883f-b9a761bde3fb", "user ab4e28b0-2fa1-31d2-983f-b9a761bde3f0", True),
    ("via eth0", "via eth1", False),
    ("order A placed", "order B placed", False),
])
def test_the_fold_forgets_digits_and_ids_but_no_names(one, other, alike):
    assert (folded(one) == folded(other)) == alike


def test_a_token_with_an_id_in_it_is_the_same_whatever_the_id():
    assert letters_hash(b"req-8a2a501b", 0, 12) == letters_hash(b"req-7fb0c8aa", 0, 12)
