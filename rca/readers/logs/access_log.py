"""Access logs of web servers in the common and combined forms: Apache, nginx and the many programs that write like them.

Sources: Apache mod_log_config, nginx ngx_http_log_module. Before the client may stand a virtual host; after the
combined fields may stand the time taken, as Apache's %D, nginx's $request_time or Traefik's 12ms. Requests that are
no HTTP (`-`, TLS sent to a plain port, escaped bytes) are rows without method and path.
"""

from __future__ import annotations

from collections.abc import Iterator

from rca.readers._line_form import LineForm
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._text_log import read_text, score

NAME = "access-log"
TABLES = ("requests",)
SAMPLES = (
    # written from the manuals of Apache httpd 2.4 and nginx 1.27
    '192.0.2.7 - - [20/Nov/2026:10:00:00 +0000] "GET /cart?id=7 HTTP/1.1" 200 512\n'
    '192.0.2.8 - ada [20/Nov/2026:10:00:01 +0000] "-" 408 -\n',
    '192.0.2.7 - - [20/Nov/2026:10:00:00 +0100] "POST /orders HTTP/2.0" 201 88 "https://shop.example/" "curl/8.5.0"\n',
    'shop.example:443 2001:db8::7 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 7 "-" "curl/8.5.0" 0.125\n',
)
_QUOTED = r'(?:[^"\\]|\\.)*'
_WHEN = r"\[(?P<time>\d\d?/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?)\] "
_USER = r"[^\s\[]+ (?:[^\[\"]*?)?"
_ANSWER = (
    rf'(?P<status>\d{{3}}|-) (?P<bytes>\d+|-)(?: "{_QUOTED}" "(?P<user_agent>{_QUOTED})")?',
    r" ?\"?(?:rt=)?(?P<seconds>\d+\.\d{3})\b",
)
_REQUEST = (("_request", r"^(?P<method>[A-Za-z]{3,20}) (?P<path>[^ ]+)"),)
FORMS = (
    LineForm(
        "common or combined",
        (rf'(?P<client_ip>[^\s\[]+) {_USER}{_WHEN}"(?P<_request>{_QUOTED})" ', *_ANSWER),
        _REQUEST,
        table="requests",
        joins=False,
    ),
    LineForm(
        "with virtual host",
        (
            rf"(?P<service>[^\s\[]+) (?P<client_ip>[^\s\[]+) [^\s\[]+ [^\s\[]+ {_WHEN}",
            rf'"(?P<_request>{_QUOTED})" ',
            *_ANSWER,
        ),
        _REQUEST,
        table="requests",
        joins=False,
    ),
)


def looks_like(head: Head) -> float:
    """The share of lines that are access lines."""
    return score(head, FORMS)


def read(source: Source) -> Iterator[Output]:
    """One row of `requests` a line; other lines of the file as what they are."""
    return read_text(source, FORMS)
