"""Redaction: the cases stand in redaction_cases.txt, the laws here."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rca.reports._redact import MASK, redact

CASES = [
    re.sub(r'"(\w+)"\+"([^"]*)"', r"\1\2", line).replace("\\n", "\n")
    for line in (Path(__file__).parent / "redaction_cases.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith(("finds", "spares"))
]
FINDS = [case[5:].strip(" ").split(" => ") for case in CASES if case.startswith("finds")]
SPARES = [case[6:].strip(" ") for case in CASES if case.startswith("spares")]
PIECES = (
    "password",
    "token",
    "secret",
    "api_key",
    "cookie",
    "authorization",
    "bearer",
    "://",
    "@",
    ":",
    "=",
    '"',
    "'",
    "\\",
    " ",
    "\n",
    ";",
    ",",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "a1b2c3d4e5f6a7b8c9d0",
    "x",
    "eyJ",
    ".",
    "--",
    "-u",
    "curl",
    MASK,
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "identified by",
    "$6$",
    "?",
    "/",
)
HOSTILE = (
    "password=",
    'password="',
    "password='\\\"",
    "eyJa-",
    "eyJa.",
    "://a:",
    "://",
    "cookie: a=",
    "authorization:",
    "bearer a",
    "--a-",
    "-----BEGIN PRIVATE KEY-----",
    "curl ",
    "<password>",
    "$6$aaaa",
    "a",
    " ",
    "sk-",
    "identified by '",
    "password   ",
    "gho_a",
)


@pytest.mark.parametrize(("before", "after"), FINDS, ids=[before for before, _ in FINDS])
def test_a_secret_is_masked_and_its_place_stays(before, after):
    assert redact(before) == after


@pytest.mark.parametrize("text", SPARES)
def test_what_only_speaks_of_secrets_is_spared(text):
    assert redact(text) == text


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=14).map("".join))
def test_redacting_twice_changes_nothing_more(text):
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=60))
def test_text_without_names_or_forms_stays(text):
    plain = re.sub(r"[=:@$<-]|ey", " ", text)
    assert redact(plain) == plain


def cpu_s(text):
    times = []
    for _ in range(3):
        start = time.process_time()
        redact(text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_linearly_with_the_text(piece):
    small = piece * (4_000 // len(piece))
    assert cpu_s(small * 8) < 16 * cpu_s(small) + 0.005
