"""Records of the Linux audit daemon.

    type=SYSCALL msg=audit(1795168800.123:77): arch=c000003e syscall=59 success=yes comm="cart"

Records of one event share the number after the colon. Source: auditd(8), audit userspace docs.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "auditd"
TABLES = ("logs",)
SAMPLES = (
    # written from the record format that the audit documentation gives
    'type=SYSCALL msg=audit(1795168800.123:77): arch=c000003e syscall=59 success=yes pid=41 comm="cart" '
    'exe="/usr/bin/env"\nnode=web-1 type=EOE msg=audit(1795168800.123:77): \n',
)
FORMS = (
    LineForm(
        "auditd",
        (r"(?:node=(?P<host>\S+) )?type=(?P<logger>\S+) msg=audit\((?P<time>\d{10}\.\d{3}):", r"(?P<serial>\d+)\): ?"),
        early=True,
    ),
)
looks_like, read = text_reader(FORMS)
