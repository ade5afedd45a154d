"""Envoy's default access log, as Istio, Contour and other meshes and gateways write it.

    [2026-11-20T10:00:00.123Z] "GET /cart HTTP/1.1" 200 - 0 512 7 6 "192.0.2.7" "curl/8" "id-1" "shop" "10.0.0.7:80"

The client is the first address of X-Forwarded-For. Source: Envoy documentation, Default Format String.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "envoy"
TABLES = ("requests", "logs")
SAMPLES = (
    # written from the default format string
    '[2026-11-20T10:00:00.123Z] "GET /cart HTTP/1.1" 200 - 0 512 7 6 "192.0.2.7" "curl/8.5" "4bf92f" "shop.example" '
    '"10.0.0.7:80"\n[2026-11-20T10:00:01.000Z] "POST /orders HTTP/2" 503 UH via_upstream - "-" 88 91 1 - '
    '"192.0.2.8,10.0.0.1" "curl/8.5" "4bf930" "shop.example" "-"\n',
)
_QUOTED = r'(?:[^"\\]|\\.)*'
FORMS = (
    LineForm(
        "envoy",
        (
            rf'\[(?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z)\] "(?P<method>[A-Z-]+) (?P<path>{_QUOTED}) [^" ]+" ',
            rf'(?P<status>\d+) \S+ (?:[^\s"]+ \S+ "{_QUOTED}" )?\d+ (?P<bytes>\d+) (?P<millis>\d+|-) ',
            rf'\S+ "(?P<_forwarded>{_QUOTED})" "(?P<user_agent>{_QUOTED})" "(?P<trace_id>{_QUOTED})" ',
            rf'"(?P<service>{_QUOTED})"',
        ),
        parts=(("_forwarded", r"^(?P<client_ip>[^, ]+)"),),
        table="requests",
        joins=False,
    ),
)
looks_like, read = text_reader(FORMS)
