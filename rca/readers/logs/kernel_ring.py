"""The kernel's ring buffer as dmesg prints it: seconds since boot, or the wall clock with `-T`.

    [   12.345678] Out of memory: Killed process 41 (cart)
    [Fri Nov 20 10:00:00 2026] eth0: link is up

Seconds since boot are kept in `attributes`: the file does not say when the machine was started. Source: dmesg(1).
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "kernel-ring-buffer"
TABLES = ("logs", "events")
SAMPLES = (
    # written from dmesg(1)
    "[    0.000000] Linux version 6.1.0\n[   12.345678] Out of memory: Killed process 41 (cart) total-vm:88kB\n",
    "[Fri Nov 20 10:00:00 2026] eth0: link is up\n[Fri Nov 20 10:00:02 2026] eth0: link is down\n",
)
FORMS = (
    LineForm(
        "dmesg",
        (
            r"(?:<\d+>|(?:kern|user|daemon|syslog|auth) *:(?P<level>[a-z]+) *: )?\[ "
            r"*(?P<uptime_s>\d+\.\d{6})\](?:\[ *[TC]\d+\])? ",
        ),
        constants={"service": "kernel"},
        watched=True,
    ),
    LineForm(
        "dmesg -T",
        (r"\[(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] ",),
        constants={"service": "kernel"},
        watched=True,
    ),
)
looks_like, read = text_reader(FORMS)
