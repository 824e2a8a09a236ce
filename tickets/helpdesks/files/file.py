"""A CSV or JSON file as a source. CSV and JSON lines are streamed.

A file does not list all tickets of a helpdesk, so an import never deletes tickets.
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from tickets.helpdesks.base import Drift, Page, Position, SourceRecord, TicketSource
from tickets.helpdesks.field_paths import look_up, map_status
from tickets.helpdesks.files.columns import Columns, extra_columns, first_filled, named_alike, zone_of
from tickets.helpdesks.files.facts import FileFacts, unused_columns
from tickets.helpdesks.files.month_names import in_english
from tickets.helpdesks.files.rows import CsvRows, Row, json_rows
from tickets.helpdesks.files.text_lines import LONGEST_LINE, UTF_8, FileError, LineReader
from tickets.helpdesks.json_text import parse_json
from tickets.helpdesks.options import EXTRA, TICKET_FIELDS
from tickets.records.dates import DATE_FIELDS, DateForm
from tickets.records.statuses import StatusMap

CSV_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
JSON_SUFFIXES = (*JSON_LINES_SUFFIXES, ".json")
PAGE_RECORDS = 500
PAGE_CHARACTERS = 8_000_000
"""A page ends at either limit, so that a few huge messages fill it too."""

_REQUIRED = ("id", "created_at")
_FIELDS = (*TICKET_FIELDS, "extra")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """How to read a file.

    `fields` maps a ticket field, or `extra.NAME`, to its column, or to a dotted path in JSON; other fields are found by
    their own name.
    If several columns share a name, the first non-empty one is used, or one by number: `Comment#2`. `zone` and
    `date_format` are those of `DateForm`. An empty `delimiter` is detected.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    status_map: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    date_format: str = ""
    encoding: str = UTF_8
    delimiter: str = ""


class FileSource(TicketSource):
    """Reads a file once, from start to end. Raises `FileError` if the file is not readable as tickets."""

    supports_since = False
    lists_everything = False
    drift: Drift = "none"

    def __init__(self, path: Path, file_format: FileFormat) -> None:
        self._format = file_format
        self._dates = DateForm(zone=file_format.zone, date_format=file_format.date_format)
        self._dates_in_zones: dict[str, DateForm] = {}
        self._statuses = StatusMap(file_format.status_map)
        suffix = path.suffix.lower()
        self._reads_json = suffix in JSON_SUFFIXES
        if not self._reads_json and suffix not in CSV_SUFFIXES:
            endings = ", ".join((*CSV_SUFFIXES, *JSON_SUFFIXES))
            raise FileError(f"{path.name} has an unknown file type. Supported: {endings}.")
        self.facts = FileFacts()
        self._lines = LineReader(path, encoding=file_format.encoding)
        try:
            if self._reads_json:
                self._rows: Any = json_rows(self._lines, is_by_lines=suffix in JSON_LINES_SUFFIXES)
                self._places = {name: [name] for name in _FIELDS} | {
                    name: [where] for name, where in file_format.fields.items()
                }
            else:
                csv.field_size_limit(LONGEST_LINE)
                self._rows = rows = CsvRows(self._lines, delimiter=file_format.delimiter, is_header=self._is_header)
                self._places = self._columns_of_fields(rows)
                self._dates_in_zones = {
                    name: DateForm(zone=zone, date_format=file_format.date_format)
                    for name in DATE_FIELDS
                    if (zone := zone_of(next(iter(self._places.get(name, ())), ""))) is not None
                }
                self.facts.unused = unused_columns(rows.columns.named, self._places.values())
        except BaseException:
            self.close()
            raise
        self.bytes_read = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return self._lines.name

    @property
    def size(self) -> int | None:
        """The size in bytes; None if it is not a regular file."""
        return self._lines.size

    def describe(self, first: Page) -> str:
        return f"{self._lines.name} is readable."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        """The rest of the file; `start` is ignored."""
        number, records, characters = 0, list[SourceRecord](), 0
        for row in self._rows:
            records.append(self._read(row))
            characters += row.length
            if len(records) == PAGE_RECORDS or characters >= PAGE_CHARACTERS:
                number += 1
                yield self._page(number, records)
                records, characters = [], 0
        if records:
            yield self._page(number + 1, records)
        self.bytes_read = self._lines.bytes_read

    def record(self, raw: Any) -> SourceRecord:
        """Map a JSON value, or a CSV row as a dictionary."""
        return SourceRecord(self._map(raw) if isinstance(raw, dict) else None, raw)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        self._lines.close()

    def _read(self, row: Row) -> SourceRecord:
        place = f"{row.place} of {self._lines.name}"
        if row.problem:
            return SourceRecord(None, row.raw, place=place, problem=("record", row.problem))
        if not isinstance(row.raw, dict):
            return SourceRecord(None, row.raw, place=place)
        fields = self._map(row.raw)
        self.facts.add(fields)
        if self._reads_json:
            self.facts.note_names(row.raw, self._used_names(row.raw))
        return SourceRecord(fields, row.raw, place=place)

    def _used_names(self, raw: Mapping[str, Any]) -> set[str | None]:
        return {named_alike(where[0].split(".")[0], raw) for where in self._places.values()}

    def _map(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = dict(self._format.defaults)
        for name, where in self._places.items():
            value = _look_up(raw, where[0]) if self._reads_json else first_filled(raw, where)
            if value is not None:
                fields[name] = value
        fields = _with_extra(fields)
        if "status" in fields:
            fields["status"] = map_status(fields["status"], self._statuses)
        for name in DATE_FIELDS:
            if isinstance(fields.get(name), str):
                fields[name] = in_english(fields[name], date_format=self._format.date_format)
        for name, form in self._dates_in_zones.items():
            fields |= form.localize({name: fields[name]} if name in fields else {})
        return self._dates.localize(fields)

    def _page(self, number: int, records: list[SourceRecord]) -> Page:
        self.bytes_read, size = self._lines.bytes_read, self._lines.size
        total = -(-number * size // self.bytes_read) if size and self.bytes_read else None
        return Page(records, Position(number - 1, str(self._lines.number)), total_pages=total)

    def _is_header(self, columns: Columns) -> bool:
        """Whether a line names all required columns."""
        mapped = self._format.fields
        own = [name for name in _REQUIRED if name not in mapped and name not in self._format.defaults]
        return all(columns.find(each) for each in (*mapped.values(), *own))

    def _columns_of_fields(self, rows: CsvRows) -> dict[str, list[str]]:
        """The columns of each field; raises `FileError` if a mapped or required one is missing."""
        columns, mapped = rows.columns, self._format.fields
        available = ", ".join(columns.names)
        for name, column in mapped.items():
            if not columns.find(column):
                raise FileError(f"--map {name}: no column “{column}”. Columns: {available}.{rows.hint}")
        named = dict.fromkeys((*_FIELDS, *mapped))
        found = {name: columns.find(mapped.get(name, name)) for name in named}
        found = {**extra_columns(columns), **{name: where for name, where in found.items() if where}}
        for name in _REQUIRED:
            if name not in found and name not in self._format.defaults:
                raise FileError(
                    f"No column “{name}”. Map one with --map {name}=COLUMN. Columns: {available}.{rows.hint}"
                )
        ids = found.get("id", [])
        if len(ids) > 1:
            raise FileError(
                f"{self._lines.name} has more than one column “{ids[0]}”. Choose the one with the ids: --map id={ids[0]}#1"
            )
        return found


def _with_extra(fields: dict[str, Any]) -> dict[str, Any]:
    """With the tenant's own fields in one object: from a cell with JSON, as in our own exports, and from `extra.NAME`."""
    extra = fields.get("extra")
    if isinstance(extra, str):
        with suppress(ValueError):
            extra = parse_json(extra)
    apart = {name.removeprefix(EXTRA): value for name, value in fields.items() if name.startswith(EXTRA)}
    if extra is None and not apart:
        return fields
    kept = {name: value for name, value in fields.items() if not name.startswith(EXTRA)}
    return {**kept, "extra": {**extra, **apart} if isinstance(extra, dict) else apart or extra}


def _look_up(raw: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path of a JSON object; a name without dots is matched ignoring case."""
    value = look_up(raw, path)
    if value is not None or "." in path:
        return value
    name = named_alike(path, raw)
    return None if name is None else raw[name]
