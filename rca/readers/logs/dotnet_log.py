"""Logs of .NET programs: the console logger's two-line form and Serilog's console form.

    info: Microsoft.Hosting.Lifetime[14]
          Now listening on: http://localhost:5000
    [10:00:00 INF] started

Sources: Microsoft.Extensions.Logging.Console SimpleConsoleFormatter, Serilog.Sinks.Console.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "dotnet-log"
TABLES = ("logs",)
SAMPLES = (
    # written from the formatters
    "info: Microsoft.Hosting.Lifetime[14]\n      Now listening on: http://localhost:5000\nfail: Shop.Cart[0]\n      "
    "no stock\n",
    "[10:00:00 INF] started\n[10:00:01 ERR] no stock\nSystem.Exception: none\n   at Shop.Cart.Add() in "
    "/src/Cart.cs:line 7\n",
    "2026-11-20 10:00:00.123 +00:00 [INF] started\n",
)
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?"
FORMS = (
    LineForm(
        "console",
        (r"(?P<level>trce|dbug|info|warn|fail|crit): (?P<logger>[\w.`+]+)\[(?P<event>\d+)\]$",),
        tail=r"\n\s+",
    ),
    LineForm("serilog console", (r"\[(?P<time>\d\d:\d\d:\d\d(?:\.\d+)?) (?P<level>VRB|DBG|INF|WRN|ERR|FTL)\] ",)),
    LineForm("serilog file", (rf"(?P<time>{_ISO}) \[(?P<level>VRB|DBG|INF|WRN|ERR|FTL)\] ",)),
)
looks_like, read = text_reader(FORMS)
