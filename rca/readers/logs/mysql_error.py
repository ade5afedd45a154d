"""MySQL and MariaDB error logs.

    2026-11-20T10:00:00.123456Z 7 [Warning] [MY-010055] [Server] IP address could not be resolved
    2026-11-20 10:00:00 7 [Note] InnoDB: started

Sources: MySQL 8.4 manual, Error Log Output Format; MariaDB sql/log.cc.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "mysql-error"
TABLES = ("logs",)
SAMPLES = (
    # written from the manuals
    "2026-11-20T10:00:00.123456Z 7 [Warning] [MY-010055] [Server] IP address '192.0.2.7' could not be "
    "resolved\n2026-11-20T10:00:01.000007Z 0 [ERROR] [MY-012574] [InnoDB] Unable to lock\n",
    "2026-11-20 10:00:00 7 [Note] InnoDB: started\n",
)
FORMS = (
    LineForm(
        "mysql error",
        (
            r"(?P<time>\d{4}-\d\d-\d\d[T ][ \d]\d:\d\d:\d\d(?:\.\d+Z?)?) (?P<thread>\d+) "
            r"\[(?P<level>System|Note|Warning|ERROR)\] ",
            r"\[(?P<code>MY-\d+)\] \[(?P<logger>\w+)\] ",
        ),
        levels={"System": "info"},
    ),
)
looks_like, read = text_reader(FORMS)
