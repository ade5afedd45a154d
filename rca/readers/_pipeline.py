"""From paths to rows: open, recognise, read, collect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from rca.model import HeapRef, Problem, RcaError, SourceInfo
from rca.readers._archives import contents
from rca.readers._inputs import Paths, inputs, is_stream, spooled
from rca.readers._limits import DEFAULT, Limits
from rca.readers._nearest import begins, nearest
from rca.readers._open import ForeignLines, Source, on_disk
from rca.readers._progress import Meter, Progress
from rca.readers._reader import Batch, Head, Reader
from rca.readers._registry import Match, matches, named
from rca.readers._skew import corrected, log_offsets, measured
from rca.readers._workspace import Workspace
from rca.readers._years import with_years
from rca.tables import TIME_COLUMN, concat
from rca.telemetry import Telemetry, moment

ENOUGH = 0.3
"""Below this score a file is not taken to be of a format."""

FORMATS_IN_ONE_FILE = 4
"""A text is offered to so many readers at most, each getting the lines that the ones before called foreign."""


@dataclass(frozen=True, slots=True)
class YearGuessed:
    """The times of this file had no year."""

    path: str


Event = Batch | Problem | HeapRef | SourceInfo | YearGuessed


class UnknownTimezone(RcaError, ValueError):     # noqa: N818 - says what is wrong
    """A name that the time zone database does not have."""


def read(paths: Paths, *, format: str | None = None, progress: Progress | bool | None = None,
         timezone: str | tzinfo = UTC, limits: Limits = DEFAULT) -> Telemetry:
    """All that `paths` hold, as tables: files, folders, patterns, archives, `-` for standard input, or a list of these.

    Formats, packings and encodings are told by content. What cannot be read is in `problems`, what was recognised and
    assumed in `sources`; nothing is raised for what a file holds or for one that is missing. Hidden files in folders
    are passed over.

    `format` forces one format on all files (`rca formats` lists the names). `timezone` is that of times without one,
    as "Europe/Berlin" or a tzinfo. `progress` is called with (path, bytes done, bytes total) of the files on disk;
    True shows a bar where standard error is a terminal. Raises UnknownFormat and UnknownTimezone.

    Clocks of services that provably differ are brought together; see `Telemetry.clock_offsets`.
    """
    workspace = Workspace()
    collected = _Collected()
    for event in _Reading(format, timezone, limits, workspace).events(paths, progress):
        collected.add(event)
    workspace.close()
    return collected.telemetry(workspace)


def stream(paths: Paths, *, format: str | None = None, progress: Progress | bool | None = None,
           timezone: str | tzinfo = UTC, limits: Limits = DEFAULT) -> Iterator[Batch]:
    """The rows of `paths`, batch by batch, in bounded memory; `read` collects the same rows.

    What `read` can only do with all rows at hand is not done: clocks are not corrected, and years that a file leaves
    out are taken from its own time.
    """
    reading = _Reading(format, timezone, limits, Workspace())
    return (event for event in reading.events(paths, progress) if isinstance(event, Batch))


def events(paths: Paths, *, format: str | None = None, progress: Progress | bool | None = None,
           timezone: str | tzinfo = UTC, limits: Limits = DEFAULT) -> Iterator[Event]:
    """What reading yields, file by file; each file that could be opened ends with its SourceInfo."""
    return _Reading(format, timezone, limits, Workspace()).events(paths, progress)


class _Collected:
    """Puts the events of a reading together, each table once."""

    def __init__(self) -> None:
        self.parts: dict[str, list[pd.DataFrame]] = {}
        self.heaps: list[HeapRef] = []
        self.infos: list[SourceInfo] = []
        self.problems: list[Problem] = []
        self.guessed: set[str] = set()

    def add(self, event: Event) -> None:
        match event:
            case Batch():
                self.parts.setdefault(event.table, []).append(event.rows)
            case Problem():
                self.problems.append(event)
            case HeapRef():
                self.heaps.append(event)
            case SourceInfo():
                self.infos.append(event)
            case YearGuessed():
                self.guessed.add(event.path)

    def telemetry(self, workspace: Workspace) -> Telemetry:
        tables: dict[str, pd.DataFrame] = {}
        while self.parts:       # one table after the other, so that parts and whole of only one are in memory twice
            name, rows = self.parts.popitem()
            tables[name] = concat(name, rows)
        infos = self.infos
        if self.guessed:
            tables, infos = with_years(tables, infos, self.guessed)
        clocks, logs = measured(tables), log_offsets(tables)
        tables, notes = corrected(tables, clocks, logs)
        infos = [replace(info, notes=(*info.notes, *notes.get(info.path, ()))) for info in infos]
        return Telemetry(tables, heaps=self.heaps, sources=infos, problems=self.problems, clock_offsets=clocks,
                         keep=workspace if workspace.kept else None)


class _Reading:
    """One reading with its settings."""

    def __init__(self, format: str | None, timezone: str | tzinfo, limits: Limits, workspace: Workspace) -> None:
        self.forced = named(format) if format else None
        self.zone = _zone(timezone)
        self.limits, self.workspace = limits, workspace

    def events(self, paths: Paths, progress: Progress | bool | None) -> Iterator[Event]:
        """All events, file by file."""
        found = inputs(paths)
        meter = Meter(progress, [each[1] for each in found if not isinstance(each, Problem)])
        for each in found:
            if isinstance(each, Problem):
                yield each
            else:
                yield from self._file(*each, meter)

    def _file(self, name: str, path: Path, meter: Meter) -> Iterator[Event]:
        meter.begin(name)
        size = 0
        try:
            stream = is_stream(path)
            stored = spooled(name, path, self.workspace) if stream else on_disk(name, path, meter.tick)
            size = 0 if stream else stored.size or 0
            for content in contents(stored, self.limits, self.workspace):
                if isinstance(content, Problem):
                    yield content
                else:
                    yield from self._one(Source(content.path, content, zone=self.zone, limits=self.limits,
                                                workspace=self.workspace))
        except OSError as error:
            yield Problem(source=name, reason=f"cannot be read: {error.strerror or error}")
        meter.end(size)

    def _one(self, source: Source) -> Iterator[Event]:
        head = _head(source)
        if not head.data and source.complete:
            yield from _unread(source, "empty", Problem(source=source.path, reason="the file is empty"))
            return
        found = [Match(1.0, self.forced)] if self.forced else matches(head)
        yield from _failures(source, found)
        if found[0].score < ENOUGH:
            yield from _unread(source, "unknown", _unknown(source, head, found))
            return
        account = _Account(source)
        for event in _formats(source, found[0], account, mixed=not self.forced):
            yield account.seen(event)
        for problem in source.problems:
            yield account.seen(problem)
        if source.year_is_guessed:
            yield YearGuessed(source.path)
        yield account.info()
        source.release()


def _zone(timezone: str | tzinfo) -> tzinfo:
    if not isinstance(timezone, str):
        return timezone
    try:
        return UTC if timezone.upper() in ("UTC", "Z") else ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownTimezone(f"no time zone {timezone!r}; expected a name such as 'Europe/Berlin' or 'UTC'") from error


def _head(source: Source) -> Head:
    return Head(source.name, source.head(), complete=source.complete)


def _failures(source: Source, found: list[Match]) -> Iterator[Problem]:
    for match in found:
        if match.error:
            yield Problem(source=source.path,
                          reason=f"the reader {match.reader.NAME} failed to look at the file: {match.error}")


def _unknown(source: Source, head: Head, found: list[Match]) -> Problem:
    what = "binary data that no format recognises" if head.binary else "no format recognises it"
    return Problem(source=source.path, reason=f"{what}; nearest: {nearest(head, found)}", text=begins(head))


def _unread(source: Source, format: str, problem: Problem) -> Iterator[Event]:
    problems = (*source.problems, problem)
    yield from problems
    yield SourceInfo(path=source.path, format=format, confidence=0.0, bytes=source.size, problems=len(problems))


def _formats(source: Source, best: Match, account: _Account, *, mixed: bool) -> Iterator[Event]:
    """The file by the best format, then what that calls foreign by the best of the others."""
    part, used = source, {best.reader.NAME}
    account.read_as(best)
    yield from _read(best.reader, part)
    while mixed and part.foreign_lines and len(used) < FORMATS_IN_ONE_FILE:
        count, first, part = len(part.foreign_lines), part.foreign_lines[0], ForeignLines(part)
        others = [match for match in matches(_head(part)) if match.reader.NAME not in used]
        if not others or others[0].score < ENOUGH:
            yield _foreign(part, first, count, f"{' or '.join(sorted(used))}; of them {nearest(_head(part), others)}")
            return
        used.add(others[0].reader.NAME)
        account.read_as(others[0])
        yield from _read(others[0].reader, part)
        for note in part.notes:
            source.note(note)
        source.year_is_guessed |= part.year_is_guessed


def _foreign(part: Source, first: int, count: int, what: str) -> Problem:
    lines = "this line is" if count == 1 else f"{count:,} lines, this one first, are"
    return Problem(source=part.path, line=first, reason=f"{lines} not {what}", text=begins(_head(part)))


def _read(reader: Reader, source: Source) -> Iterator[Batch | Problem | HeapRef]:
    """What the reader yields; a reader that raises is a Problem and ends the file, nothing else."""
    try:
        for output in reader.read(source):
            yield source.keep(output) if isinstance(output, HeapRef) else output
    except Exception as error:
        yield Problem(source=source.path, reason=f"the reader {reader.NAME} failed ({type(error).__name__}: {error}); "
                                                 "the rest of the file is not read")


class _Account:
    """Counts what came of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._formats: list[str] = []
        self._confidence = 0.0
        self._rows: Counter[str] = Counter()
        self._problems = 0
        self._first: datetime | None = None
        self._last: datetime | None = None

    def read_as(self, match: Match) -> None:
        """The file, or what is left of it, is read as this format."""
        self._formats.append(match.reader.NAME)
        self._confidence = self._confidence or match.score

    def seen(self, event: Event) -> Event:
        """Counts the event and hands it on."""
        self._problems += isinstance(event, Problem)
        if isinstance(event, Batch):
            self._rows[event.table] += len(event.rows)
            self._widen(event)
        return event

    def _widen(self, batch: Batch) -> None:
        if batch.table not in TIME_COLUMN:
            return
        times = batch.rows[TIME_COLUMN[batch.table]]
        low, high = times.min(), times.max()
        if not pd.isna(low):
            first, last = moment(low), moment(high)
            self._first = first if self._first is None else min(self._first, first)
            self._last = last if self._last is None else max(self._last, last)

    def info(self) -> SourceInfo:
        """The SourceInfo of the file."""
        return SourceInfo(
            path=self._source.path, format=" + ".join(self._formats), confidence=self._confidence,
            bytes=self._source.size, rows=dict(self._rows), problems=self._problems, first=self._first, last=self._last,
            notes=tuple(self._source.notes))
