"""The service's HTTP face: routes, answers, and one log line per request."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple

from order_service import runtime
from order_service.log import AccessLog, JsonLog
from order_service.orders import InvalidOrderError, OrderDesk


class Answer(NamedTuple):
    """What a route returns: the status, the document, and the fields that the log line gets."""

    status: int
    document: dict[str, Any]
    route: str
    msg: str = ""
    fields: Mapping[str, Any] = MappingProxyType({})


class OrderServer(ThreadingHTTPServer):
    """The listening socket with what its handlers share."""

    daemon_threads = True

    def __init__(self, port: int, desk: OrderDesk, log: JsonLog, access: AccessLog) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.desk, self.log, self.access = desk, log, access


class Handler(BaseHTTPRequestHandler):
    """Serves one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: OrderServer

    def do_GET(self) -> None:
        """GET requests; those below /internal are for the recorder and logged nowhere."""
        if self.path.startswith("/internal/"):
            self._send(self._internal())
        else:
            self._serve(self._get)

    def do_POST(self) -> None:
        """POST requests."""
        self._serve(self._post)

    def log_message(self, *_: Any) -> None:
        """The access log is written in `_serve`, with the time that it took."""

    def _serve(self, route: Any) -> None:
        started = time.perf_counter()
        try:
            answer = route()
        except Exception as error:
            answer = Answer(500, {"error": "internal error"}, self.command, f"{type(error).__name__}: {error}")
        size = self._send(answer)
        seconds = time.perf_counter() - started
        self.server.access.write(client=self.client_address[0], request=self.requestline, status=answer.status,
                                 size=size, agent=self.headers.get("User-Agent", "-"), seconds=seconds)
        if answer.msg:
            level = "error" if answer.status >= 500 else "warning" if answer.status >= 400 else "info"
            self.server.log.write(level, answer.msg, trace_id=self._trace_id(), route=answer.route,
                                  status=answer.status, duration_ms=round(seconds * 1000, 2), **answer.fields)

    def _get(self) -> Answer:
        if self.path == "/health":
            return Answer(200, {"status": "ok"}, "GET /health")
        head, _, order_id = self.path.rpartition("/")
        document = self.server.desk.find(order_id) if head == "/orders" else None
        if document is None:
            return Answer(404, {"error": "not found"}, "GET /orders/<id>", f"order {order_id} not found")
        return Answer(200, document, "GET /orders/<id>")

    def _post(self) -> Answer:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/orders":
            return Answer(404, {"error": "not found"}, "POST", f"no route for POST {self.path}")
        try:
            order = self.server.desk.place(json.loads(body))
        except (InvalidOrderError, json.JSONDecodeError) as error:
            return Answer(400, {"error": str(error)}, "POST /orders", f"order rejected: {error}")
        return Answer(201, order.document(), "POST /orders", "order placed", {"order_id": order.order_id})

    def _internal(self) -> Answer:
        if self.path.startswith("/internal/heap/"):
            label = self.path.rpartition("/")[2]
            return Answer(200, runtime.snapshot(label, self.server.log.clock), "heap")
        return Answer(200, runtime.collector(), "runtime")

    def _send(self, answer: Answer) -> int:
        body = json.dumps(answer.document).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return len(body)

    def _trace_id(self) -> str:
        """The trace of the caller (W3C traceparent), or a new one."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else uuid.uuid4().hex
