"""Runs the service: `python -m order_service --port 8080 --folder DIR` until SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from order_service import __version__
from order_service.clock import LabClock
from order_service.log import AccessLog, JsonLog
from order_service.orders import OrderDesk
from order_service.server import OrderServer
from order_service.store import OrderStore


def main(arguments: list[str]) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    options = _options(arguments)
    clock = LabClock(*options.clock)
    log, access = JsonLog(options.folder / "logs.jsonl", clock), AccessLog(options.folder / "access.log", clock)
    store = OrderStore(options.folder / "orders.sqlite")
    server = OrderServer(options.port, OrderDesk(store), log, access)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    log.write("info", f"order-service {__version__} listening on 127.0.0.1:{options.port}", version=__version__)
    server.serve_forever(poll_interval=0.05)
    log.write("info", "order-service stopped on request", version=__version__)
    server.server_close()
    store.close()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="order_service", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where the logs and the database go")
    parser.add_argument("--clock", type=float, nargs=3, default=(0.0, 0.0, 1.0),
                        metavar=("REAL_S", "SHOWN_S", "FACTOR"),
                        help="the lab's clock, see clock.py; by default real time")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
