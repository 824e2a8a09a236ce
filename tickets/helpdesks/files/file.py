"""A CSV or JSON file as a source. CSV and JSON lines are streamed.

A file does not list all tickets of a helpdesk, so an import never deletes tickets.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from tickets.helpdesks.base import Drift, Page, Position, SourceRecord, TicketSource
from tickets.helpdesks.field_paths import has_path, map_status
from tickets.helpdesks.files.columns import Columns, zone_of
from tickets.helpdesks.files.facts import FileFacts, unused_columns
from tickets.helpdesks.files.file_kinds import is_json
from tickets.helpdesks.files.formats import recognise
from tickets.helpdesks.files.formats.known_format import KnownFormat, first_known, statuses_with
from tickets.helpdesks.files.mapping import REQUIRED, CsvMapping, FileMapping, JsonMapping, columns_of_fields
from tickets.helpdesks.files.month_names import in_english
from tickets.helpdesks.files.rows import CsvRows, Row, json_rows
from tickets.helpdesks.files.text_lines import LONGEST_LINE, UTF_8, FileError, LineReader
from tickets.helpdesks.json_text import parse_json
from tickets.helpdesks.options import EXTRA
from tickets.records.dates import DATE_FIELDS, DateForm

CSV_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
JSON_SUFFIXES = (*JSON_LINES_SUFFIXES, ".json")
PAGE_RECORDS = 500
PAGE_CHARACTERS = 8_000_000
"""A page ends at either limit, so that a few huge messages fill it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """How to read a file.

    `fields` maps a ticket field, or `extra.NAME`, to its column, or to a dotted path in JSON; other fields are found as the
    file's known format says, or by their own name. `is_plain`: known formats do not count.
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
    is_plain: bool = False


class FileSource(TicketSource):
    """Reads a file once, from start to end. Raises `FileError` if the file is not readable as tickets.

    `names` are its columns, or the names in the first JSON objects.
    """

    supports_since = False
    lists_everything = False
    drift: Drift = "none"

    def __init__(self, path: Path, file_format: FileFormat) -> None:
        self._format = file_format
        self._dates = DateForm(zone=file_format.zone, date_format=file_format.date_format)
        self._dates_in_zones: dict[str, DateForm] = {}
        suffix = path.suffix.lower()
        self._reads_json = suffix in JSON_SUFFIXES
        if not self._reads_json and suffix not in CSV_SUFFIXES:
            endings = ", ".join((*CSV_SUFFIXES, *JSON_SUFFIXES))
            raise FileError(f"{path.name} has an unknown file type. Supported: {endings}.")
        self.facts = FileFacts()
        self._lines = LineReader(path, encoding=file_format.encoding)
        try:
            self._mapping: FileMapping
            if self._reads_json:
                values = json_rows(self._lines, is_by_lines=suffix in JSON_LINES_SUFFIXES)
                first = list(values.first_objects())
                self.names = list(dict.fromkeys(name for each in first for name in each))
                self._known = self._format_of(first)
                self._mapping = JsonMapping(file_format.fields, self._known)
                self._rows: Iterable[Row] = values
            else:
                if is_json(self._lines.head):
                    raise FileError(
                        f"{path.name} has JSON in it. Name it .json, or .jsonl if it has one object on each line."
                    )
                csv.field_size_limit(LONGEST_LINE)
                rows = CsvRows(self._lines, delimiter=file_format.delimiter, is_header=self._is_header)
                self.names = rows.columns.named
                self._known = self._format_by(rows.columns)
                self._mapping = self._map_columns(rows)
                self._rows = rows
        except BaseException:
            self.close()
            raise
        self._statuses = statuses_with(self._known, file_format.status_map)
        self._defaults = {**(self._known.defaults if self._known else {}), **file_format.defaults}
        self.facts.recognised = self._recognised_sentence()
        self._rest = iter(self._rows)
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
        for row in self._rest:
            records.append(self._read(row))
            characters += row.length
            if len(records) == PAGE_RECORDS or characters >= PAGE_CHARACTERS:
                number += 1
                yield self._page(number, records)
                records, characters = [], 0
        if records:
            yield self._page(number + 1, records)
        self.bytes_read = self._lines.bytes_read

    def count_rest(self) -> int:
        """The rows that no page has read yet; they are read, but not mapped. Raises `FileError`."""
        return sum(1 for _ in self._rest)

    def record(self, raw: Any) -> SourceRecord:
        """Map a JSON value, or a CSV row as a dictionary."""
        if not isinstance(raw, dict):
            return SourceRecord(None, raw)
        return SourceRecord(self._map(raw), raw, is_skipped=self._mapping.leaves_out(raw))

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
        if self._mapping.leaves_out(row.raw):
            self.facts.left_out += 1
            return SourceRecord(fields, row.raw, place=place, is_skipped=True)
        self.facts.add(fields)
        if isinstance(self._mapping, JsonMapping):
            self.facts.note_names(row.raw, self._mapping.used_names(row.raw))
        return SourceRecord(fields, row.raw, place=place)

    def _map(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        fields = self._mapping.values(raw)
        if self._known is not None:
            fields = self._known.tidy(fields)
        fields = _with_extra({**self._defaults, **fields})
        if statuses := self._mapping.statuses(raw) or ([fields["status"]] if "status" in fields else []):
            fields["status"] = first_known([map_status(each, self._statuses) for each in statuses])
        for name in DATE_FIELDS:
            if isinstance(fields.get(name), str):
                fields[name] = self._dated(fields[name])
        for name, form in self._dates_in_zones.items():
            fields |= form.localize({name: fields[name]} if name in fields else {})
        return self._dates.localize(fields)

    def _dated(self, text: str) -> str:
        text = in_english(text, date_format=self._format.date_format)
        return self._known.date(text) if self._known and not self._format.date_format else text

    def _page(self, number: int, records: list[SourceRecord]) -> Page:
        self.bytes_read, size = self._lines.bytes_read, self._lines.size
        total = -(-number * size // self.bytes_read) if size and self.bytes_read else None
        return Page(records, Position(number - 1, str(self._lines.number)), total_pages=total)

    def _is_header(self, columns: Columns) -> bool:
        """Whether a line names all required columns."""
        mapped = self._format.fields
        if not all(columns.find(each) for each in mapped.values()):
            return False
        own = [name for name in REQUIRED if name not in mapped and name not in self._format.defaults]
        return all(columns.find(each) for each in own) or self._format_by(columns) is not None

    def _format_by(self, columns: Columns) -> KnownFormat | None:
        if self._format.is_plain:
            return None
        found = recognise("csv", lambda name: bool(columns.find(name)))
        return found and found.without(self._format.fields)

    def _format_of(self, objects: Iterable[Mapping[str, Any]]) -> KnownFormat | None:
        if self._format.is_plain:
            return None
        found = (recognise("json", partial(has_path, each)) for each in objects)
        first = next((each for each in found if each is not None), None)
        return first and first.without(self._format.fields)

    def _map_columns(self, rows: CsvRows) -> CsvMapping:
        places = columns_of_fields(
            rows.columns,
            mapped=self._format.fields,
            known=self._known,
            defaults=self._format.defaults,
            file=self._lines.name,
            hint=rows.hint,
        )
        self._dates_in_zones = {
            name: DateForm(zone=zone, date_format=self._format.date_format)
            for name in DATE_FIELDS
            if (zone := zone_of(next(iter(places.get(name, ())), ""))) is not None
        }
        self.facts.unused = unused_columns(rows.columns.named, places.values())
        return CsvMapping(rows.columns, places, self._known)

    def _recognised_sentence(self) -> str:
        if self._known is None:
            return ""
        self.facts.left_out_as = self._known.left_out_as
        zone = f" Times without a zone are read in {self._format.zone} (--timezone)." if self._known.is_zoneless else ""
        return f"Recognised: {self._known.label}.{zone}"


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
