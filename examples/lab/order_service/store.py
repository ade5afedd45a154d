"""Orders in SQLite."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any


class OrderStore:
    """Keeps order documents in one SQLite file; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -256")     # KiB: the page cache must not look like growth
        self._db.execute("CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, document TEXT NOT NULL)")

    def keep(self, order_id: str, document: dict[str, Any]) -> None:
        """Stores a new order."""
        with self._lock, self._db:
            self._db.execute("INSERT INTO orders VALUES (?, ?)", (order_id, json.dumps(document)))

    def find(self, order_id: str) -> dict[str, Any] | None:
        """The document of an order, or None."""
        with self._lock:
            row = self._db.execute("SELECT document FROM orders WHERE order_id = ?", (order_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def close(self) -> None:
        """Writes what is pending and lets go of the file."""
        with self._lock:
            self._db.close()
