"""Access logs of the Zoraxy reverse proxy.

    [2026-11-20 10:00:00.123456] [router:host-http] [origin:shop.example] [client: 192.0.2.7] [useragent: curl] GET /
    200

Source: Zoraxy src/mod/dynamicproxy/access logging and src/mod/info/logger.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "zoraxy"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from the logger's source
    "[2026-11-20 10:00:00.123456] [router:host-http] [origin:shop.example] [client: 192.0.2.7] "
    "[useragent: curl/8.5] GET /cart 200\n",
)
FORMS = (
    LineForm(
        "zoraxy",
        (
            r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\] \[router:[^\]]*\] ",
            r"\[origin:(?P<service>[^\]]*)\] \[client: (?P<client_ip>[^\]]*)\] (?:\[useragent: "
            r"(?P<user_agent>[^\]]*)\] )?",
            r"(?P<method>[A-Z]+) (?P<path>\S+) (?P<status>\d{3})",
        ),
        table="requests",
        joins=False,
        early=True,
    ),
)
looks_like, read = text_reader(FORMS)
