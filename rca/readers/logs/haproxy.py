"""HAProxy's HTTP log format, bare or behind syslog.

    192.0.2.7:50022 [20/Nov/2026:10:00:00.123] front back/web-1 0/0/1/5/7 200 512 - - ---- 1/1/0/0/0 0/0 "GET /
    HTTP/1.1"

`duration_ms` is the total time (Ta), `service` the backend. Source: HAProxy configuration manual, section 8.2.3.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "haproxy"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from the manual
    '192.0.2.7:50022 [20/Nov/2026:10:00:00.123] front back/web-1 0/0/1/5/7 200 512 - - ---- 1/1/0/0/0 0/0 "GET '
    '/cart HTTP/1.1"\n',
    "Nov 20 10:00:00 lb-1 haproxy[41]: 192.0.2.7:50022 [20/Nov/2026:10:00:00.123] front~ back/<NOSRV> "
    '-1/-1/-1/-1/+7 503 212 - - SC-- 1/1/0/0/0 0/0 {shop|curl} "POST /orders HTTP/2.0"\n',
)
_SYSLOG = r"(?:(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ haproxy\[\d+\]: )?"
FORMS = (
    LineForm(
        "haproxy http",
        (
            rf"{_SYSLOG}(?P<client_ip>[0-9A-Fa-f.:]+):\d+ "
            rf"\[(?P<time>\d\d/[A-Z][a-z]{{2}}/\d{{4}}:\d\d:\d\d:\d\d\.\d+)\] \S+ (?P<service>[^\s/]+)/\S+ ",
            r"(?:-?\d+/){4}\+?(?P<millis>-?\d+) (?P<status>-?\d+) \+?(?P<bytes>\d+) ",
            r'\S+ \S+ \S+ \S+ \S+ (?:\{[^}]*\} ){0,2}"(?P<method>[A-Z]+) (?P<path>[^ "]+)',
        ),
        table="requests",
        joins=False,
        early=True,
    ),
)
looks_like, read = text_reader(FORMS)
