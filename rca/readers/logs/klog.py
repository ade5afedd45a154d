"""Logs of Kubernetes components and other Go and C++ programs: klog and glog.

    E0517 15:04:22.619632       1 reflector.go:178] failed to list *v1.Pod

The letter is the severity; older glog writes the year before the month. Source: github.com/kubernetes/klog, klog.go.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "klog"
TABLES = ("logs",)
SAMPLES = (
    # written from the header that klog.go documents
    "I1120 10:00:00.123456       1 server.go:77] listening on 8080\nE1120 10:00:01.000007       1 server.go:91] no "
    "route\n",
    "W20261120 10:00:00.123456 41 cart.cc:12] late\n",
)
FORMS = (
    LineForm(
        "klog",
        (
            r"(?P<level>[IWEF])(?P<time>(?:\d{4})?\d{4} \d\d:\d\d:\d\d\.\d{1,9}) +(?P<thread>\d+) "
            r"(?P<logger>[^\s\]]+:\d+)\] ",
        ),
    ),
)
looks_like, read = text_reader(FORMS)
