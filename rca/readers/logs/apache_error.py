"""Apache httpd error logs, 2.2 and 2.4.

    [Fri Nov 20 10:00:00.123456 2026] [core:error] [pid 31:tid 140] [client 192.0.2.7:50022] AH00126: Invalid URI

Source: Apache httpd manual, ErrorLogFormat.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "apache-error"
TABLES = ("logs",)
SAMPLES = (
    # written from the default ErrorLogFormat
    "[Fri Nov 20 10:00:00.123456 2026] [core:error] [pid 31:tid 140] [client 192.0.2.7:50022] AH00126: Invalid URI "
    "in request\n[Fri Nov 20 10:00:01 2026] [notice] caught SIGTERM, shutting down\n",
)
FORMS = (
    LineForm(
        "apache error",
        (
            r"\[(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})\] "
            r"\[(?:(?P<logger>[\w-]*):)?(?P<level>[a-z]+\d?)\] ",
            r"\[pid (?P<pid>\d+)(?::tid (?P<thread>\d+))?\] ",
            r"\[client (?P<client>[^\]]+)\] ",
        ),
    ),
)
looks_like, read = text_reader(FORMS)
