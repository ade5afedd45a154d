"""Logs of Java programs: log4j, logback, Spring Boot, java.util.logging.

    2026-11-20 10:00:00,123 INFO  [main] com.shop.Cart - started
    2026-11-20T10:00:00.123Z  INFO 41 --- [cart] [main] com.shop.Cart : started
    Nov 20, 2026 10:00:00 AM com.shop.Cart start
    INFO: started

Stack traces with their causes and suppressed exceptions belong to the entry before them. Sources: log4j 2
PatternLayout, logback layouts, Spring Boot's defaults.xml, java.util.logging.SimpleFormatter.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "java-log"
TABLES = ("logs",)
SAMPLES = (
    # written from the default patterns of these libraries
    "2026-11-20 10:00:00,123 INFO  [main] com.shop.Cart - started\n2026-11-20 10:00:01,007 ERROR [main] "
    "com.shop.Cart - failed\njava.io.IOException: closed\n\tat com.shop.Cart.add(Cart.java:7)\nCaused by: "
    "java.lang.Error\n\t... 7 more\n",
    "2026-11-20T10:00:00.123Z  INFO 41 --- [cart] [main] com.shop.Cart                            : started\n",
    "10:00:00.123 [main] DEBUG com.shop.Cart - started\n",
    "Nov 20, 2026 10:00:00 AM com.shop.Cart start\nINFO: started\nNov 20, 2026 10:00:07 AM com.shop.Cart "
    "stop\nSEVERE: late\n",
)
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:(?:Z|[+-]\d\d:?\d\d))?"
_LEVEL = "(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)"
FORMS = (
    LineForm("log4j", (rf"(?P<time>{_ISO}) {_LEVEL} +\[(?P<thread>[^\]]+)\] (?P<logger>[\w.$]+)(?: -|:) ",)),
    LineForm(
        "logback",
        (
            rf"(?P<time>{_ISO}|\d\d:\d\d:\d\d[.,]\d{{3}}) \[(?P<thread>[^\]]+)\] {_LEVEL} "
            rf"+(?P<logger>[\w.$]+)(?:\.\.)? ?(?:-|:) ",
        ),
    ),
    LineForm(
        "Spring Boot",
        (
            rf"(?P<time>{_ISO}) +{_LEVEL} (?P<pid>\d+) --- ",
            r"(?:\[(?P<service>[\w.-]+)\] )?\[ *(?P<thread>[^\]]*)\] (?P<logger>\S+) +: ",
        ),
    ),
    LineForm(
        "java.util.logging",
        (r"(?P<time>[A-Z][a-z]{2} \d\d?, \d{4} \d\d?:\d\d:\d\d [AP]M) (?P<logger>[\w.$]+) (?P<method>[\w$<>]+)$",),
        tail=r"\n(?P<level>[A-Z]+): ",
    ),
)
looks_like, read = text_reader(FORMS)
