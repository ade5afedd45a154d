"""A bounded load on the service: loopback only, limited in time and requests, at a rate that rises and falls."""

from __future__ import annotations

import http.client
import json
import math
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

MEAN_RATE_PER_S = 11.0
SWING = 0.4
"""The rate runs from 60 % to 140 % of its mean."""
PERIOD_S = 110.0
"""Real seconds from peak to peak. It does not go into the length of any part of the recording."""
MOST_REQUESTS = 20_000
WORKERS = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One request to be sent."""

    method: str
    path: str
    body: bytes = b""


@dataclass
class Load:
    """Clients that share a random generator; `placed` are the ids of orders that were taken lately."""

    port: int
    seed: int
    placed: deque[str] = field(default_factory=lambda: deque(maxlen=500))
    sent: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._lock = threading.Lock()

    def run(self, began: float, until: float) -> None:
        """Sends requests until the real moment `until`; the phase of the rate counts from `began`."""
        waiting: queue.Queue[Request | None] = queue.Queue(maxsize=100)
        workers = [threading.Thread(target=self._work, args=(waiting,), daemon=True) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for due in self._arrivals(began, until):
            time.sleep(max(0.0, due - time.time()))
            waiting.put(self._request())
        for _ in workers:
            waiting.put(None)
        for worker in workers:
            worker.join(timeout=10)

    def _arrivals(self, began: float, until: float) -> Iterator[float]:
        """Poisson arrivals at a rate that swings (thinning: draw at the peak rate, keep in proportion)."""
        peak, due = MEAN_RATE_PER_S * (1 + SWING), time.time()
        while self.sent < MOST_REQUESTS:
            due += self.random.expovariate(peak)
            if due >= until:
                return
            rate = MEAN_RATE_PER_S * (1 + SWING * math.sin(2 * math.pi * (due - began) / PERIOD_S))
            if self.random.random() * peak < rate:
                yield due

    def _request(self) -> Request:
        self.sent += 1
        chance = self.random.random()
        if chance < 0.70 or not self.placed:
            return Request("POST", "/orders", self._order(invalid=chance < 0.005))
        if chance < 0.71:
            return Request("GET", f"/orders/o-{self.random.randrange(16**12):012x}")
        if chance < 0.94:
            with self._lock:
                return Request("GET", f"/orders/{self.random.choice(self.placed)}")
        return Request("GET", "/health")

    def _order(self, *, invalid: bool) -> bytes:
        """An order of 8 to 40 lines; an invalid one names an article that does not exist."""
        lines = [{"sku": f"sku-{self.random.randrange(400):03d}", "quantity": 1 + int(self.random.expovariate(0.2))}
                 for _ in range(self.random.randint(8, 40))]
        if invalid:
            lines[0]["sku"] = "sku-999"
        return json.dumps({"customer": f"c-{self.random.randrange(3000)}", "lines": lines}).encode()

    def _work(self, waiting: queue.Queue[Request | None]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while (request := waiting.get()) is not None:
            try:
                self._send(connection, request)
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection.close()
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, request: Request) -> None:
        trace = f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-01"
        connection.request(request.method, request.path, request.body or None,
                           {"traceparent": trace, "User-Agent": "order-load/1.0"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 201:
            with self._lock:
                self.placed.append(json.loads(body)["order_id"])
