"""How commands read telemetry: paths, time zone, progress, and what it means that nothing was readable."""

from __future__ import annotations

import argparse
from datetime import UTC, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rca.commands._command import Context
from rca.commands._progress import ProgressLine
from rca.model import SourceInfo, UnreadableInput

if TYPE_CHECKING:
    from rca.telemetry import Telemetry


def add_input(parser: argparse.ArgumentParser) -> None:
    """The arguments of commands that read telemetry."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="file, folder, archive or glob; - is the standard input"
    )
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        type=zone,
        default=UTC,
        help="zone of times that name none, such as Europe/Vienna or +02:00 (default: UTC)",
    )


def read_input(options: argparse.Namespace, context: Context) -> Telemetry:
    """The telemetry of the paths. Raises UnreadableInput where no file is of a known format."""
    from rca.readers._pipeline import read

    with ProgressLine(context.err) as line:
        shown: dict[str, Any] = {"progress": line} if line.visible else {}
        telemetry = read(options.paths, timezone=options.timezone, **shown)
    if not any(_recognised(source) for source in telemetry.sources):
        raise UnreadableInput(_why(options.paths, telemetry))
    return telemetry


def zone(text: str) -> tzinfo:
    """A time zone by its IANA name or its distance from UTC.

    >>> zone("+05:30")
    datetime.timezone(datetime.timedelta(seconds=19800))
    """
    sign, rest = text[:1], text[1:].replace(":", "")
    if sign in ("+", "-") and rest.isdigit() and len(rest) in (2, 4):
        distance = timedelta(hours=int(rest[:2]), minutes=int(rest[2:] or 0))
        return timezone(distance if sign == "+" else -distance)
    try:
        return UTC if text.upper() in ("UTC", "Z") else ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(
            f"no time zone {text!r}; expected an IANA name such as Europe/Vienna, or a distance such as +02:00"
        ) from None


def _recognised(source: SourceInfo) -> bool:
    return source.confidence > 0  # unknown and empty files have none


def _why(paths: list[str], telemetry: Telemetry) -> str:
    if not telemetry.problems:
        return f"no input could be read: there is no file in {', '.join(paths[:3])}"
    more = f" (and {len(telemetry.problems) - 1:,} more problems)" if len(telemetry.problems) > 1 else ""
    return f"no input could be read: {telemetry.problems[0]}{more}"
