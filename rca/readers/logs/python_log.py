"""Logs of Python programs: the logging module's usual forms, Celery, uvicorn and gunicorn.

    2026-11-20 10:00:00,123 - shop.cart - INFO - started
    INFO:shop.cart:started
    [2026-11-20 10:00:00,123: INFO/MainProcess] started

Tracebacks, chained ones too, belong to the entry before them. Source: Python's Logging HOWTO and logging cookbook.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "python-log"
TABLES = ("logs",)
SAMPLES = (
    # captured from the logging module of Python 3.11
    "2026-11-24 15:11:43,925 - shop.cart - INFO - started\n2026-11-24 15:11:43,925 - shop.cart - ERROR - failed\n"
    "Traceback (most recent call last):\n"
    '  File "/tmp/cap.py", line 7, in <module>\n    try: add(0)\n         ^^^^^^\n'
    '  File "/tmp/cap.py", line 3, in add\n    return 1 // x\n           ~~^^~~\n'
    "ZeroDivisionError: integer division or modulo by zero\n",
    "INFO:shop.cart:started\nERROR:shop.cart:failed\n",
    # written from the documentation of Celery and gunicorn
    "[2026-11-20 10:00:00,123: INFO/MainProcess] celery@web-1 ready.\n",
    "[2026-11-20 10:00:00 +0000] [41] [INFO] Listening at: http://127.0.0.1:8000\n",
)
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
_LEVELS = "(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
FORMS = (
    LineForm("logging, dashes", (rf"(?P<time>{_ISO}) - (?P<logger>[\w.]+) - (?P<level>{_LEVELS}) - ",)),
    LineForm("logging, default", (rf"(?P<level>{_LEVELS}):(?P<logger>[\w.]+):",)),
    LineForm("celery", (rf"\[(?P<time>{_ISO}): (?P<level>{_LEVELS})/(?P<thread>[^\]]+)\] ",)),
    LineForm("gunicorn", (rf"\[(?P<time>{_ISO})\] \[(?P<thread>\d+)\] \[(?P<level>{_LEVELS})\] ",)),
)
looks_like, read = text_reader(FORMS)
