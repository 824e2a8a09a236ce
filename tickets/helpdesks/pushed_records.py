"""Records that a program sends, as a source: the native protocol's fields, as JSON lines or a JSON list."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from supportsaas.formatting import format_count, format_number
from tickets.helpdesks.base import Drift, Page, Position, SourceRecord, TicketSource
from tickets.helpdesks.json_text import TooDeepOrTooLong, TooMuchMemory, parse_json
from tickets.records.dates import DateForm

MOST_RECORDS: Final = 1_000


class UnreadableRecords(ValueError):
    """The text is not JSON lines, or has too many; `str()` is a sentence."""


class PushedRecords(TicketSource):
    """Reads the records once. They are only some of a helpdesk's tickets, so none is deleted."""

    supports_since = False
    lists_everything = False
    drift: Drift = "none"

    def __init__(self, text: str) -> None:
        """Raises `UnreadableRecords`."""
        self._records = _records_in(text)
        self._dates = DateForm()

    def __len__(self) -> int:
        return len(self._records)

    def describe(self, first: Page) -> str:
        return "The records are readable."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        records = [self._read(number, raw) for number, raw in enumerate(self._records, 1)]
        yield Page(records, Position(0, "1"), total_pages=1, total_count=len(records))

    def record(self, raw: Any) -> SourceRecord:
        return SourceRecord(self._dates.localize(raw) if isinstance(raw, dict) else None, raw)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        """Nothing is open."""

    def _read(self, number: int, raw: Any) -> SourceRecord:
        record = self.record(raw)
        return SourceRecord(record.fields, raw, place=f"record {number}")


def _records_in(text: str) -> list[Any]:
    stripped = text.strip()
    try:
        records = _list_in(stripped) if stripped.startswith("[") else _lines_in(stripped)
    except (TooDeepOrTooLong, TooMuchMemory) as error:
        raise UnreadableRecords(f"The body is not readable: {error}.") from None
    if not records:
        raise UnreadableRecords("The body has no records. Send one JSON object per line.")
    if len(records) > MOST_RECORDS:
        raise UnreadableRecords(
            f"The body has {format_count(len(records), 'record')}. Send at most {format_number(MOST_RECORDS)} at once."
        )
    return records


def _list_in(text: str) -> list[Any]:
    try:
        found = parse_json(text)
    except json.JSONDecodeError as error:
        raise UnreadableRecords(f"The body is not valid JSON: {error.msg} in line {error.lineno}.") from None
    return found if isinstance(found, list) else [found]


def _lines_in(text: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(parse_json(line))
        except json.JSONDecodeError as error:
            raise UnreadableRecords(f"Line {number} is not valid JSON: {error.msg}.") from None
    return records
