"""Access logs of AWS load balancers: Application (ALB) and Classic.

    https 2026-11-20T10:00:00.123456Z app/shop/1 192.0.2.7:50022 10.0.0.7:80 0.001 0.005 0.000 200 200 34 512 "GET
    ..." ...

`duration_ms` is the target's processing time. Source: AWS documentation, Access log entries.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "aws-load-balancer"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from that documentation
    "https 2026-11-20T10:00:00.123456Z app/shop/50dc6c495c0c9188 192.0.2.7:50022 10.0.0.7:80 0.001 0.005 0.000 200 "
    '200 34 512 "GET https://shop.example:443/cart?id=7 HTTP/1.1" "curl/8.5" ECDHE TLSv1.2 arn:aws:1 "Root=1-5" '
    '"shop.example" "-" 0\n',
    '2026-11-20T10:00:00.123456Z shop 192.0.2.7:50022 - -1 -1 -1 503 0 0 0 "GET http://shop.example:80/ HTTP/1.1" '
    '"curl/8.5" - -\n',
)
_QUOTED = r'(?:[^"\\]|\\.)*'
FORMS = (
    LineForm(
        "load balancer",
        (
            r"(?:(?:http|https|h2|grpcs|ws|wss) )?(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) (?P<service>\S+) "
            r"(?P<client_ip>[0-9A-Fa-f.:]+):\d+ \S+ -?[\d.]+ ",
            r"(?P<seconds>-?[\d.]+) -?[\d.]+ (?P<status>\d+|-) \S+ \d+ (?P<bytes>\d+) ",
            rf'"(?P<method>[A-Z-]+) (?:[a-z]+://[^/ "]+)?(?P<path>[^ "]*)[^"]*" "(?P<user_agent>{_QUOTED})"',
        ),
        table="requests",
        joins=False,
    ),
)
looks_like, read = text_reader(FORMS)
