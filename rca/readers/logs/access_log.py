"""Access logs of Apache, nginx and their kin: common and combined format, with a virtual host before or times after.

    192.0.2.7 - ada [24/Nov/2026:13:26:26 +0000] "GET /orders/7 HTTP/1.1" 200 1448 "-" "curl/8.5" 0.004

`service` is the virtual host where the line begins with one. `duration_ms` comes from the first decimal behind the
known fields, which is seconds (nginx `$request_time`), or from a number with its unit (Traefik). A whole number there
may be seconds or microseconds (Apache `%T`, `%D`); it is left out, with a note. Requests that are no HTTP (`-`, TLS
sent to a plain port, escaped bytes) are rows without method and path. Sources: Apache mod_log_config, nginx
ngx_http_log_module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rca.readers._line_form import LineForm
from rca.readers._open import Source
from rca.readers._reader import Head, Output
from rca.readers._text_log import read_text, score

NAME = "access-log"
TABLES = ("requests", "logs")
SAMPLES = (
    '127.0.0.1 - - [24/Nov/2026:13:26:26 +0000] "POST /orders HTTP/1.1" 201 1448 "-" "order-load/1.0" 0.001\n'
    '127.0.0.1 - - [24/Nov/2026:13:26:37 +0000] "GET /health HTTP/1.1" 200 16 "-" "order-load/1.0" 0.000\n',
    '192.0.2.7 - ada [02/Mar/2026:09:00:00 +0100] "GET /a?b=1 HTTP/1.0" 404 -\n'
    '2001:db8::7 - - [02/Mar/2026:09:00:01 +0100] "-" 408 0\n',
    'shop.example:443 192.0.2.7 - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/2.0" 200 5 "https://shop.example/" '
    '"Mozilla/5.0 \\"x\\""\n',
)
_QUOTED = r'(?:[^"\\]|\\.)*'
_DATE = r"\d\d?/(?:[A-Z][a-z]{2}|\d\d?)/\d{4}[: ]\d\d:\d\d:\d\d"
_WHEN = rf"\[(?P<time>{_DATE}(?: [+-]\d{{4}})?)\] \x22"
_ADDRESS = r"\[?[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+\]?"
ANSWERED = (
    r'(?P<method>[A-Z][A-Z_-]*) (?P<path>[^ "\\]+)(?: HTTP/[\d.]+)?" (?P<status>\d{3}|-) ',
    rf'(?P<_request>{_QUOTED})" (?P<status>\d{{3}}|-) ',
    rf'(?P<bytes>\d+|-)(?: "{_QUOTED}" "(?P<user_agent>{_QUOTED})")?',
    r'(?:.*?[ ="])?(?:(?P<seconds>\d+\.\d+)(?:[^\d.ms]|$)|(?P<millis>\d+(?:\.\d+)?)ms\b)',
    r' "?(?P<_whole>\d+)"?(?: |$)',
)
"""Steps from the request on: a plain one, or any other; bytes, referrer and agent; how long it took."""
REQUEST = (("_request", r"^(?P<method>[A-Z][A-Z_-]*) (?P<path>[^ ]+)"),)
"""How a request line that is not plain is cut."""
_NOTES = (("_whole", "the number after the agent may be seconds or microseconds; durations are left out"),)


def _form(name: str, *begin: str) -> LineForm:
    return LineForm(name, (*begin, *ANSWERED), REQUEST, table="requests", joins=False, notes=_NOTES)


FORMS = (
    replace(
        _form("with virtual host", rf"(?P<service>[^ \[]+) (?P<client_ip>{_ADDRESS}) (?:[^ \[]+ ){{1,3}}{_WHEN}"),
        early=True,
    ),
    _form("common or combined", rf"(?P<client_ip>[^ \[]+) [^ ]+ [^ ]+ {_WHEN}"),
    _form("fewer or more words before the time", rf"(?P<client_ip>[^ \[]+) [^\[\"]* ?{_WHEN}"),
)


def looks_like(head: Head) -> float:
    """The share of lines that are access lines."""
    return score(head, FORMS)


def read(source: Source) -> Iterator[Output]:
    """One row of `requests` a line; other lines of the file as what they are."""
    return read_text(source, FORMS)
