"""nginx error logs.

    2026/11/20 10:00:00 [error] 31#31: *7 open() "/srv/a" failed (2: No such file or directory), client: 192.0.2.7

Source: nginx src/core/ngx_log.c.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "nginx-error"
TABLES = ("logs",)
SAMPLES = (
    # written from ngx_log_error_core
    '2026/11/20 10:00:00 [error] 31#31: *7 open() "/srv/a" failed (2: No such file or directory), client: '
    "192.0.2.7\n2026/11/20 10:00:01 [notice] 1#1: signal 15 received\n",
)
FORMS = (
    LineForm(
        "nginx error",
        (
            r"(?P<time>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(?P<level>[a-z]+)\] (?P<pid>\d+)#(?P<thread>\d+): ",
            r"\*(?P<connection>\d+) ",
        ),
    ),
)
looks_like, read = text_reader(FORMS)
