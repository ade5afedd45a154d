"""MongoDB server logs before 4.4, which are text; later ones are JSON lines.

    2026-11-20T10:00:00.123+0000 I NETWORK  [conn17] end connection 192.0.2.7:50022

Source: MongoDB manual 4.2, Log Messages.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "mongodb-text"
TABLES = ("logs",)
SAMPLES = (
    # written from the manual
    "2026-11-20T10:00:00.123+0000 I NETWORK  [conn17] end connection 192.0.2.7:50022 (3 connections now "
    "open)\n2026-11-20T10:00:01.000+0000 W STORAGE  [initandlisten] no access control\n",
)
FORMS = (
    LineForm(
        "mongodb",
        (
            r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d{4})) (?P<level>[FEWID])\d? "
            r"(?P<logger>[A-Z_-]+) +\[(?P<thread>[^\]]*)\] ",
        ),
    ),
)
looks_like, read = text_reader(FORMS)
