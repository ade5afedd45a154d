"""Redis and Valkey server logs.

    9:M 20 Nov 2026 10:00:00.123 * Ready to accept connections

The letter is the role (X sentinel, C child, S replica, M master); the mark is the severity: `.` debug, `-` verbose,
`*` notice, `#` warning. Source: redis src/server.c, serverLogRaw.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "redis"
TABLES = ("logs",)
SAMPLES = (
    # written from serverLogRaw
    "9:M 20 Nov 2026 10:00:00.123 * Ready to accept connections tcp\n9:M 20 Nov 2026 10:00:02.003 # Out Of Memory "
    "allocating 88 bytes\n",
    "[9] 20 Nov 10:00:00.123 * Server started\n",
)
_MARKS = {".": "debug", "-": "info", "*": "info", "#": "warning"}
FORMS = (
    LineForm(
        "redis",
        (
            r"(?P<pid>\d+):(?P<role>[XCSM]) (?P<time>\d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?) "
            r"(?P<level>[.*#-]) ",
        ),
        levels=_MARKS,
    ),
    LineForm(
        "redis 2",
        (r"\[(?P<pid>\d+)\] (?P<time>\d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?) (?P<level>[.*#-]) ",),
        levels=_MARKS,
    ),
)
looks_like, read = text_reader(FORMS)
