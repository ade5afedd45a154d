"""How much of hostile or broken input is read before reading stops with a Problem."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one call of `rca.read` or `rca.stream`; what goes beyond one is a Problem that names it.

    >>> Limits(ratio=20).line_bytes >> 20
    64
    """

    line_bytes: int = 64 * MIB
    """One line as UTF-8. The longest real ones (a trace export, a plan, a stack with its variables) hold a few MiB; a
    longer line would not fit into memory often enough to be read. It is left out, the lines after it are read."""

    ratio: float = 250.0
    """Unpacked bytes per packed byte of one stream. Text logs reach 10 to 40, one line said for ever about 200; deflate
    ends at 1,032, where bombs are built."""

    ratio_free_bytes: int = 256 * MIB
    """Up to this many bytes any ratio is taken: small files of blanks are harmless."""

    unpacked_bytes: int = 64 * GIB
    """One unpacked stream, or the members of one archive together: a day of logs of a large fleet."""

    depth: int = 6
    """Packings around one file (`.tar.gz` counts two). Support bundles nest three or four deep, quines for ever."""

    members: int = 100_000
    """Files in one archive. Each costs a detection, so that a million empty ones would take hours."""


DEFAULT = Limits()
