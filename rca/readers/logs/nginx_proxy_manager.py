"""Access logs of Nginx Proxy Manager and NPMplus.

    [20/Nov/2026:10:00:00 +0000] - 200 200 - GET https shop.example "/cart" [Client 192.0.2.7] [Length 512] [Gzip -] ...
    [20/Nov/2026:10:00:00 +0100] shop.example 192.0.2.7 0.227 "GET /cart HTTP/2.0" 200 125 440 - curl/8.5

Sources: the `log_format` lines in the configuration templates of the two programs.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "nginx-proxy-manager"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from the configuration templates
    '[20/Nov/2026:10:00:00 +0000] - 200 200 - GET https shop.example "/cart?id=7" [Client 192.0.2.7] [Length 512] '
    '[Gzip 2.1] [Sent-to web] "curl/8.5" "-"\n',
    '[20/Nov/2026:10:00:00 +0100] shop.example 192.0.2.7 0.227 "GET /cart HTTP/2.0" 200 125 440 - curl/8.5 (X11)\n',
)
_QUOTED = r'(?:[^"\\]|\\.)*'
_WHEN = r"\[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
FORMS = (
    LineForm(
        "proxy host",
        (
            rf"{_WHEN}\S+ (?:\S+ )?(?P<status>\d+) - (?P<method>[A-Z]+) ",
            rf'https? (?P<service>\S+) "(?P<path>{_QUOTED})" \[Client (?P<client_ip>[^\]]+)\] ',
            rf'\[Length (?P<bytes>\d+|-)\] (?:\[[^\]]*\] )*"(?P<user_agent>{_QUOTED})"',
        ),
        table="requests",
        joins=False,
    ),
    LineForm(
        "NPMplus",
        (
            rf"{_WHEN}(?P<service>\S+) (?P<client_ip>[0-9A-Fa-f.:]+) ",
            rf'(?P<seconds>\d+\.\d+) "(?P<_request>{_QUOTED})" (?P<status>\d+) ',
            r"(?P<bytes>\d+|-) (?:\d+|-) \S+ (?P<user_agent>.*)$",
        ),
        parts=(("_request", r"^(?P<method>[A-Z][A-Z_-]*) (?P<path>[^ ]+)"),),
        table="requests",
        joins=False,
    ),
)
looks_like, read = text_reader(FORMS)
