"""Makes every text of a report fit to be shown: no terminal codes, no invisible characters, no secrets.

Telemetry is written by anyone, an attacker included. A log line may carry escape sequences that repaint a terminal and
direction marks that make one text read as another, so both become visible before anything is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from rca.model import Report
from rca.reports._redact import redact

_TERMINAL_CODE = re.compile(
    r"\x1b\[[0-?]{0,40}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)|\x1b[()][0-9A-B]"
)
"""Control sequences (ECMA-48 5.4), operating system commands such as titles and links, character sets."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 without tab and line ends, DEL, C1
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"  # marks that show nothing
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)  # lone surrogates, tags


def visible(text: str) -> str:
    r"""`text` without terminal codes, with every other control, direction and zero-width character spelled out.

    Letters of every script stay, and so do tabs and line ends. The joiners that emoji and Indic scripts need stay too.

    >>> print(visible("\x1b[31mred\x1b[0m \x07 abc\u202ecba"))
    red \x07 abc\u202ecba
    """
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL_CODE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub(_spelled_out, text)


def shown(text: str) -> str:
    """`text` visible and without secrets."""
    return redact(visible(text))


def presentable(report: Report, *, redact_secrets: bool = True) -> Report:
    """`report` with every text visible and, unless told otherwise, without secrets."""
    return _mapped(report, shown if redact_secrets else visible)


def redacted(report: Report) -> Report:
    """`report` without secrets and otherwise as it is, for forms that programs read."""
    return _mapped(report, redact)


def _spelled_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _mapped(report: Report, function: Callable[[str], str]) -> Report:
    texts: dict[str, str] = {}
    objects: dict[int, Any] = {}  # findings stand in the report and in each hypothesis: they are changed once

    def mapped(value: Any) -> Any:
        if isinstance(value, str):
            if value not in texts:
                texts[value] = function(value)
            return texts[value]
        if isinstance(value, tuple):
            return tuple(mapped(item) for item in value)
        if isinstance(value, Mapping):
            return {mapped(key): mapped(item) for key, item in value.items()}
        if not is_dataclass(value) or isinstance(value, type):
            return value
        if id(value) not in objects:
            objects[id(value)] = replace(value, **{f.name: mapped(getattr(value, f.name)) for f in fields(value)})
        return objects[id(value)]

    changed: Report = mapped(report)
    return changed
