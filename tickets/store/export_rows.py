"""Rows as a CSV file for spreadsheets, or as JSON lines for programs, written in chunks. Pure.

Times are in the tenant's time zone, which the file names. No value in a CSV file is a formula for a spreadsheet. A
transfer that breaks off has no proper end, so the browser reports the download as failed.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tickets.clocks.clock_columns import CLOCK_COLUMNS, CLOCK_MOMENTS, clock_values
from tickets.records.dates import DATE_FIELDS
from tickets.records.details import DETAIL_FIELDS

Format = Literal["csv", "jsonl"]
CONTENT_TYPES: dict[str, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

TICKET_COLUMNS = (
    "external_id", "created_at", "updated_at", "status", "urgency", "sentiment", "requires_action", "source",
    "customer_id", "subject", "message", "keywords", "resolved_at", *DETAIL_FIELDS,
)  # fmt: skip
"""Fields as they are stored. A tenant's own fields are one column, `extra`, as JSON: their names are only known once all rows are read."""

EXPORT_COLUMNS = (*TICKET_COLUMNS, *CLOCK_COLUMNS)
"""One row a ticket: its fields, then its clocks."""

_MOMENTS = (*DATE_FIELDS, *CLOCK_MOMENTS)

_UNKNOWN: dict[str, Any] = {"tags": [], "extra": {}}

# The characters that start a formula in spreadsheets, also in their wide forms and after quotation marks. If the file is
# read with another separator (a semicolon in many countries, a tab), a value also starts after each of these and each line.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\"\u200b\u2060\ufeff]*[=+\-@＝＋－＠])")
_SKIPPED = tuple("\t\r\n")
_CHUNK = 64 * 1024


def write_rows(
    format_: Format, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, moments: Sequence[str], zone: ZoneInfo
) -> Iterator[bytes]:
    """The file in chunks. `moments` are the columns with times; each row has a value for each column."""
    names = [f"{name} ({zone.key})" if name in moments else name for name in columns]
    return _in_chunks(_csv_lines(names, rows, zone) if format_ == "csv" else _json_lines(columns, moments, rows, zone))


def ticket_rows(tickets: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    for ticket in tickets:
        yield [*(ticket.get(name, _UNKNOWN.get(name)) for name in TICKET_COLUMNS), *clock_values(ticket)]


def write_tickets(format_: Format, tickets: Iterable[dict[str, Any]], *, zone: ZoneInfo) -> Iterator[bytes]:
    return write_rows(format_, EXPORT_COLUMNS, ticket_rows(tickets), moments=_MOMENTS, zone=zone)


def file_name(
    slug: str, what: str, format_: Format, *, start: datetime | None, end: datetime | None, zone: ZoneInfo
) -> str:
    """The tenant, contents and period: acme_tickets_2026-03-01_to_2026-03-31.csv."""
    days = [_day(moment, zone) for moment in (start, end)]
    period = "all-time" if not any(days) else f"{days[0] or 'beginning'}_to_{_last_day(end, zone) or 'now'}"
    return f"{slug}_{what}_{period}.{format_}"


def plain_text(value: str) -> str:
    """The text with an apostrophe wherever a spreadsheet might read a formula."""
    plain = _FORMULA.sub(r"\1'", value)
    return f"'{plain}" if plain.startswith(_SKIPPED) else plain


def _csv_lines(names: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    take = _taker(buffer)
    writer.writerow(names)
    yield "\ufeff" + take()  # the byte order mark makes spreadsheets read it as UTF-8
    for row in rows:
        writer.writerow([_csv_value(value, zone) for value in row])
        yield take()


def _json_lines(
    columns: Sequence[str], moments: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo
) -> Iterator[str]:
    tail = {"time_zone": zone.key} if any(name in moments for name in columns) else {}
    for row in rows:
        values = {name: _json_value(value, zone) for name, value in zip(columns, row, strict=True)}
        yield json.dumps({**values, **tail}, ensure_ascii=False, separators=(",", ":")) + "\n"


def _csv_value(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, list):
        return plain_text(", ".join(value))
    if isinstance(value, dict):
        return plain_text(json.dumps(_json_value(value, zone), ensure_ascii=False)) if value else ""
    return _local(value, zone) if isinstance(value, datetime) else value


def _json_value(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, dict):
        return {name: _json_value(each, zone) for name, each in value.items()}
    return _local(value, zone) if isinstance(value, datetime) else value


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _taker(buffer: io.StringIO) -> Callable[[], str]:
    def take() -> str:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    return take


def _in_chunks(lines: Iterable[str]) -> Iterator[bytes]:
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat() if moment else ""


def _last_day(end: datetime | None, zone: ZoneInfo) -> str:
    """The last day of a half-open period."""
    return _day(end - timedelta(milliseconds=1), zone) if end else ""
