"""Logs of Ruby programs: the standard Logger.

    E, [2026-11-20T10:00:00.123456 #41] ERROR -- cart: no stock

Source: Ruby's logger/formatter.rb.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "ruby-log"
TABLES = ("logs",)
SAMPLES = (
    # written from the formatter
    "I, [2026-11-20T10:00:00.123456 #41]  INFO -- cart: started\nE, [2026-11-20T10:00:01.000007 #41] ERROR -- : no "
    "stock\n",
)
FORMS = (
    LineForm(
        "ruby",
        (
            r"[DIWEFA], \[(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?: ?Z| ?[+-]\d\d:?\d\d)?) #(?P<pid>\d+)\] "
            r"+(?P<level>\w+) -- ",
            r"(?P<service>[^:]*): ",
        ),
    ),
)
looks_like, read = text_reader(FORMS)
