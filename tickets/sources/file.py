"""A file of tickets as a source, CSV or JSON lines, read as it goes: its size does not matter.

A file shows what it holds and not what a helpdesk has: nothing is deleted because of it.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from tenants.source_options import TICKET_FIELDS
from tickets.ingestion.dates import DateForm
from tickets.sources.base import Drift, Page, Position, SourceRecord
from tickets.sources.file_lines import LONGEST_LINE, UTF_8, FileError, LineReader
from tickets.sources.json_text import TooDeepOrTooLong, TooMuchMemory, parse_json
from tickets.sources.rest import look_up, map_status
from tickets.statuses import StatusMap

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
PAGE_RECORDS = 500
PAGE_CHARACTERS = 8_000_000
"""A page ends with either: a few huge messages fill one as well as many small ones."""

_DELIMITERS = (",", ";", "\t", "|")
_NEEDED = ("id", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """How a file is to be read.

    `fields`: our field to its column, or its dotted path in a JSON line; a field that is not
    named is looked for under its own name. `zone` and `date_format` are those of `DateForm`.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    status_map: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    date_format: str = ""
    encoding: str = UTF_8


class FileSource:
    """Reads a file once, from front to back. Raises `FileError` at once where it cannot be what it should."""

    supports_since = False
    lists_everything = False
    drift: Drift = "none"

    def __init__(self, path: Path, file_format: FileFormat) -> None:
        self._format = file_format
        self._dates = DateForm(zone=file_format.zone, date_format=file_format.date_format)
        self._statuses = StatusMap(file_format.status_map)
        self._reads_json = path.suffix.lower() in JSON_LINES_SUFFIXES
        if not self._reads_json and path.suffix.lower() not in CSV_SUFFIXES:
            endings = ", ".join((*CSV_SUFFIXES, *JSON_LINES_SUFFIXES))
            raise FileError(f"{path.name} does not say what it is by its ending ({endings}).")
        self._lines = LineReader(path, encoding=file_format.encoding)
        self._columns: list[str] = []
        try:
            if not self._reads_json:
                self._open_csv()
        except BaseException:
            self.close()
            raise
        known = TICKET_FIELDS if self._reads_json else [name for name in TICKET_FIELDS if name in self._columns]
        self._fields = {name: name for name in known} | dict(file_format.fields)
        self.bytes_read = 0

    @property
    def size(self) -> int | None:
        """In bytes; None for what is no plain file."""
        return self._lines.size

    def check(self) -> str:
        return f"{self._lines.name} can be read."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """What is left of the file; there is no going back in it."""
        number, records, characters = 0, list[SourceRecord](), 0
        for record, length in self._json_records() if self._reads_json else self._csv_records():
            records.append(record)
            characters += length
            if len(records) == PAGE_RECORDS or characters >= PAGE_CHARACTERS:
                number += 1
                yield self._page(number, records)
                records, characters = [], 0
        if records:
            yield self._page(number + 1, records)
        self.bytes_read = self._lines.bytes_read

    def record(self, raw: Any) -> SourceRecord:
        """A JSON line's value, or a CSV row by its columns, with its fields under our names."""
        if not isinstance(raw, dict):
            return SourceRecord(None, raw, place=self._place)
        find = (lambda path: look_up(raw, path)) if self._reads_json else (lambda column: raw.get(column) or None)
        return SourceRecord(self._map(find), raw, place=self._place)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        self._lines.close()

    # -- CSV ---------------------------------------------------------------------------------

    def _open_csv(self) -> None:
        csv.field_size_limit(LONGEST_LINE)
        header = next(self._lines, "")
        self._delimiter = max(_DELIMITERS, key=lambda each: len(_cells(header, each)))
        self._columns = [name.strip() for name in _cells(header, self._delimiter)]
        there = ", ".join(self._columns)
        if not any(self._columns):
            raise FileError(f"{self._lines.name} does not begin with a line of column names.")
        twice = sorted({name for name in self._columns if name and self._columns.count(name) > 1})
        if twice:
            raise FileError(f"{self._lines.name} has more than one column “{twice[0]}”.")
        for name, column in self._format.fields.items():
            if column not in self._columns:
                raise FileError(f"--map {name}: there is no column “{column}”. The columns are: {there}.")
        for name in _NEEDED:
            if name not in {*self._columns, *self._format.fields, *self._format.defaults}:
                raise FileError(f"No column is named {name}. Say which it is: --map {name}=COLUMN, one of: {there}.")

    def _csv_records(self) -> Iterator[tuple[SourceRecord, int]]:
        # Strict, because otherwise a quotation mark that nobody closes swallows all that follows.
        rows = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            first = self._lines.number + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield self._broken_row(str(error), first), len(self._lines.last)
                continue
            if row is None:
                return
            if not row:
                continue
            self._line = first
            if len(row) == len(self._columns):
                record = self.record(dict(zip(self._columns, row, strict=True)))
            else:
                reason = f"has {len(row)} columns where the header has {len(self._columns)}"
                record = self._refused({"line": first, "columns": row}, reason)
            yield record, sum(map(len, row))

    def _broken_row(self, error: str, line: int) -> SourceRecord:
        if "end of data" in error or "field larger" in error:
            raise FileError(
                f"A quotation mark that opens in line {line:,} of {self._lines.name} is not closed, "
                "so the rest of the file cannot be told apart. What came before is in."
            )
        self._line = line
        return self._refused({"line": line, "text": self._lines.last.rstrip("\r\n")}, f"is no CSV: {error}")

    # -- JSON lines --------------------------------------------------------------------------

    def _json_records(self) -> Iterator[tuple[SourceRecord, int]]:
        while self._lines.read_line():
            text, self._line = self._lines.last, self._lines.number
            if self._lines.is_too_long:
                self._lines.skip_rest_of_line()
                yield self._refused({"line": self._line, "text": text[:1000]}, _TOO_LONG), 1000
            elif not text.isspace():
                yield self._json_record(text), len(text)

    def _json_record(self, text: str) -> SourceRecord:
        try:
            return self.record(parse_json(text))
        except json.JSONDecodeError as error:
            reason = f"is no JSON: {error.msg} at column {error.colno}"
        except TooMuchMemory as error:
            reason = str(error)
        except TooDeepOrTooLong as error:
            reason = f"is no JSON that can be read: {error}"
        return self._refused({"line": self._line, "text": text.rstrip("\r\n")}, reason)

    # -- Both --------------------------------------------------------------------------------

    @property
    def _place(self) -> str:
        return f"line {self._line:,} of {self._lines.name}"

    def _refused(self, raw: Any, reason: str) -> SourceRecord:
        return SourceRecord(None, raw, place=self._place, problem=("record", reason))

    def _page(self, number: int, records: list[SourceRecord]) -> Page:
        self.bytes_read, size = self._lines.bytes_read, self._lines.size
        total = -(-number * size // self.bytes_read) if size and self.bytes_read else None
        return Page(records, Position(number - 1, str(self._lines.number)), total_pages=total)

    def _map(self, find: Callable[[str], Any]) -> dict[str, Any]:
        fields: dict[str, Any] = dict(self._format.defaults)
        for name, where in self._fields.items():
            value = find(where)
            if value is not None:
                fields[name] = value
        if "status" in fields:
            fields["status"] = map_status(fields["status"], self._statuses)
        return self._dates.localize(fields)


_TOO_LONG = f"is longer than {LONGEST_LINE:,} characters"


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none where it cannot be told apart by the delimiter."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
