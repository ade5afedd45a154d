"""What system logs say beyond their text: logins become rows of `logins`, kills and restarts rows of `events`.

The lines are those of OpenSSH (auth.c, packet.c), Linux-PAM (pam_unix), the Linux kernel (mm/oom_kill.c,
kernel/hung_task.c, arch/x86/mm/fault.c, block/blk-core.c) and systemd (src/core). Each pattern stands with a line
that it finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rca.readers._line_form import flags, present
from rca.readers._reader import Batch
from rca.tables import frame


@dataclass(frozen=True, slots=True)
class Sign:
    """A message that is also a row of another table: the pattern's groups and `constants` fill its columns."""

    table: str
    pattern: str
    sample: str
    constants: Mapping[str, str] = field(default_factory=dict)


_IP = r"(?P<client_ip>[0-9A-Fa-f.:]+)"
SIGNS = (
    Sign(
        "logins",
        rf"^Accepted (?P<method>\S+) for (?P<user>\S+) from {_IP}",
        "Accepted publickey for ada from 192.0.2.7 port 50022 ssh2",
        {"outcome": "accepted"},
    ),
    Sign(
        "logins",
        rf"^Failed (?P<method>\S+) for (?:invalid user )?(?P<user>.*?) from {_IP} port \d+",
        "Failed password for invalid user admin from 192.0.2.7 port 50022 ssh2",
        {"outcome": "failed"},
    ),
    Sign(
        "logins",
        rf"^(?:Disconnected from|Connection closed by|Connection reset by) (?:(?:authenticating |invalid )?user "
        rf"(?P<user>\S+) )?{_IP} port \d+",
        "Disconnected from user ada 192.0.2.7 port 50022",
        {"outcome": "closed"},
    ),
    Sign(
        "logins",
        r"^pam_unix\((?:sudo|su|su-l|login|gdm-password|cron)[\w-]*:auth\): authentication failure;.* "
        r"ruser=(?P<_by>\S*) "
        r"rhost=(?P<client_ip>\S*) +user=(?P<user>\S+)",
        "pam_unix(sudo:auth): authentication failure; logname=ada uid=1000 euid=0 tty=/dev/pts/0 ruser=ada rhost=  "
        "user=ada",
        {"outcome": "failed", "method": "password"},
    ),
    Sign(
        "events",
        r"(?:Out of memory|out of memory|Memory cgroup out of memory): Kill(?:ed)? process \d+ "
        r"\((?P<component>[^)]+)\)",
        "Out of memory: Killed process 41 (cart) total-vm:88kB, anon-rss:77kB",
        {"kind": "kernel", "reason": "OOMKilling"},
    ),
    Sign(
        "events",
        r"INFO: task (?P<component>[^:]+):\d+ blocked for more than \d+ seconds",
        "INFO: task jbd2/sda1-8:41 blocked for more than 120 seconds.",
        {"kind": "kernel", "reason": "TaskHung"},
    ),
    Sign(
        "events",
        r"^(?:\[[ \d.]+\] )?(?P<component>[^\s\[]+)\[\d+\]: segfault at ",
        "cart[41]: segfault at 0 ip 00007f sp 00007f error 4 in libc.so",
        {"kind": "kernel", "reason": "Segfault"},
    ),
    Sign(
        "events",
        r"I/O error, dev (?P<component>\w+)",
        "blk_update_request: I/O error, dev sda, sector 88",
        {"kind": "kernel", "reason": "IOError"},
    ),
    Sign(
        "events",
        r"^(?P<component>\S+)\.service: Scheduled restart job",
        "cart.service: Scheduled restart job, restart counter is at 3.",
        {"kind": "service", "reason": "Restarting"},
    ),
    Sign(
        "events",
        r"^(?P<component>\S+)\.service: (?:Main process exited|Failed with result)",
        "cart.service: Main process exited, code=killed, status=9/KILL",
        {"kind": "service", "reason": "Failed"},
    ),
)
_ANY = "|".join(f"(?:{sign.pattern})" for sign in SIGNS).replace("?P<client_ip>", "?:").replace("(?P<method>", "(?:")
for _name in ("user", "component", "_by"):
    _ANY = _ANY.replace(f"(?P<{_name}>", "(?:")


def observed(rows: pd.DataFrame) -> Iterator[Batch]:
    """The rows of other tables that some rows of `logs` give."""
    messages = pa.array(rows["message"], type=pa.large_string(), from_pandas=True)
    hits = np.flatnonzero(flags(pc.fill_null(pc.match_substring_regex(messages, _ANY), fill_value=False)))
    if not len(hits):
        return
    some, texts = rows.iloc[hits], messages.take(pa.array(hits))
    for sign in SIGNS:
        found = pc.extract_regex(texts, sign.pattern)
        at = np.flatnonzero(flags(found.is_valid()))
        if len(at):
            yield Batch(sign.table, _rows(sign, some.iloc[at], found.take(pa.array(at))))


def _rows(sign: Sign, rows: pd.DataFrame, found: pa.Array) -> pd.DataFrame:
    groups = {found.type.field(i).name: present(column) for i, column in enumerate(found.flatten())}
    made: dict[str, Any] = {name: column for name, column in groups.items() if name[0] != "_"}
    same = ("time", "source", "line", *(("host",) if sign.table == "logins" else ("message",)))
    made.update({name: rows[name].array for name in same}, **sign.constants)
    if sign.table == "logins":
        made["session"] = [(cells or {}).get("pid") for cells in rows["attributes"]]
    else:
        made["count"] = np.ones(len(rows), dtype=np.int64)
    return frame(sign.table, made)
