"""Logs of Kafka and its relatives, in the pattern of their log4j.properties: time in brackets, logger at the end.

    [2026-11-20 10:00:00,123] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)

Source: Kafka config/log4j.properties.
"""

from __future__ import annotations

from rca.readers._line_form import LineForm
from rca.readers._text_log import text_reader

NAME = "kafka-log"
TABLES = ("logs",)
SAMPLES = (
    # written from that pattern
    "[2026-11-20 10:00:00,123] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)\n[2026-11-20 "
    "10:00:01,007] ERROR Failed to write (kafka.log.Log)\n",
)
FORMS = (
    LineForm(
        "kafka", (r"\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] (?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL) ",)
    ),
)
looks_like, read = text_reader(FORMS)
