"""Syslog as files and the journal's short output hold it: RFC 3164, RFC 5424, ISO stamps, with or without `<PRI>`.

    Mar  7 10:00:00 web-1 sshd[77]: Accepted publickey for ada
    <34>1 2026-03-07T10:00:00.003Z web-1 su - ID47 [x@1 a="b"] 'su root' failed
    2026-03-07T10:00:00.003+01:00 web-1 kernel: oom-kill

The priority gives the level; where there is none, the program's own words stay in the message. Sources: RFC 3164
section 4, RFC 5424 section 6, rsyslog's RSYSLOG_FileFormat, systemd journalctl(1) `-o short`, `short-iso`,
`short-precise`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rca.readers._line_form import LineForm
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._text_log import read_text, score

NAME = "syslog"
TABLES = ("logs", "requests", "logins", "events")
SAMPLES = (
    # written from RFC 3164, RFC 5424 and journalctl(1)
    "Mar  7 10:00:00 web-1 sshd[77]: Accepted publickey for ada from 192.0.2.7 port 50022 ssh2\n"
    "Mar  7 10:00:02 web-1 kernel: [  12.345678] eth0: link is up\n",
    '<34>1 2026-03-07T10:00:00.003Z web-1 su - ID47 [x@1 a="b"] su root failed\n<165>1 2026-03-07T10:00:01Z web-1 '
    "cart 77 - - up\n",
    "2026-03-07T10:00:00+0100 web-1 cart[77]: listening\n",
)
_PRI = r"(?:<(?P<priority>\d{1,3})>)"
_STAMP = r"[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d+)?"
_YEAR_STAMP = r"(?:[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?(?: [A-Z]{3,4})?:?)"
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)"
_HOST = r" (?P<host>[A-Za-z0-9_][\w.:@%-]*) "
_PROGRAM = r"(?P<service>[^\s\[:(]+(?:\([^()\s]*\))?[^\s\[:]*)(?:\[(?P<pid>[\w./-]+)\])?:(?: |$)"
_LOOSE_PROGRAM = r"(?P<service>[A-Za-z][\w./-]*)\[(?P<pid>\d+)\] "
_DATA = r"(?:-|(?:\[[^\]]*\])+)"
_FACILITY = "(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])"
_SELECTOR = rf"{_FACILITY}\.(?P<level>emerg|alert|crit|err|warn|warning|notice|info|debug) "  # BusyBox, OpenWrt
_FORMS = (
    LineForm("RFC 3164", (rf"(?P<time>{_STAMP}){_HOST}", _SELECTOR, _PROGRAM)),
    LineForm(
        "RFC 5424",
        (
            rf"{_PRI}\d{{1,2}} (?P<time>{_ISO}|-) (?P<host>\S+) ",
            rf"(?P<service>\S+) (?P<pid>\S+) (?P<message_id>\S+) {_DATA}(?: \x{{FEFF}}?|$)",
        ),
        levels={},
    ),
    LineForm("ISO syslog", (rf"(?P<time>{_ISO}){_HOST}(?P<service>[A-Za-z][^\s\[:=\"']*)(?:\[(?P<pid>\d+)\])?: ",)),
    LineForm("RFC 3164 with priority", (rf"{_PRI}(?P<time>{_YEAR_STAMP}){_HOST}", _PROGRAM)),
    LineForm("ISO syslog with priority", (rf"{_PRI}(?P<time>{_ISO}){_HOST}", _PROGRAM)),
)


FORMS = tuple(replace(form, watched=True) for form in _FORMS)


def looks_like(head: Head) -> float:
    """The share of lines that are syslog."""
    return score(head, FORMS)


def read(source: Source) -> Iterator[Output]:
    """One row an entry."""
    return read_text(source, FORMS)
