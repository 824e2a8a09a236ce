"""A configurable source for helpdesks that list tickets as JSON (see `tenants.source_options`)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tenants.source_options import RestOptions
from tickets.ingestion.dates import DateForm
from tickets.ingestion.normalize import as_text
from tickets.sources.base import MappedRecords, Page, Position, SourceError, SourceRecord
from tickets.sources.drift import Shrinking
from tickets.sources.http import Answer, HelpdeskHttp

_LINK_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


class RestSource:
    """Reads any list of JSON records by offset, page number or next link."""

    lists_everything = True

    def __init__(self, http: HelpdeskHttp, *, options: RestOptions, page_size: int) -> None:
        self._http = http
        self._options = options
        self._dates = DateForm(zone=ZoneInfo(options.timezone), date_format=options.date_format)
        self._page_size = page_size

    @property
    def supports_since(self) -> bool:
        return bool(self._options.since_param)

    def check(self) -> str:
        if self._options.check_path:
            self._http.get(self._options.check_path)
        answer = self._http.get(self._options.path, self._params(since=None, size=1))
        self._records(answer)
        total = self._total(answer)
        return f"{self._http.host} answers, accepts the log-in and lists {'its' if total is None else total} tickets."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        if self._options.check_path:
            self._http.get(self._options.check_path)  # an answer to a wrong key may look like an empty helpdesk
        params = self._params(since=since, size=self._page_size)
        walk = self._walk_links if self._options.paging == "next" else self._walk_numbers
        yield from walk(params, start)

    def _walk_numbers(self, params: dict[str, str | int], start: Position | None) -> Iterator[Page]:
        """By offset or page number, stepping by what really came: servers cap pages silently."""
        by_offset = self._options.paging == "offset"
        name = self._options.offset_param if by_offset else self._options.page_param
        first = 0 if by_offset else self._options.first_page
        place = int(start.token) if start else first
        pages_before = start.pages_before if start else 0
        shrinking = Shrinking()
        came: int | None = None if start else 0  # since the beginning, once each
        while True:
            answer = self._http.get(self._options.path, {**params, name: place})
            records, total = self._records(answer), self._total(answer)
            came = None if came is None else came + len(records)
            seen = place + len(records) if by_offset else came
            if records or place == first:
                yield self._page(records, Position(pages_before, str(place)), total=total, seen=seen)
            lost = shrinking.by(total)
            if lost and place > first:
                place = max(place - (lost if by_offset else 1), first)
                came = None
            elif not records or (seen is not None and total is not None and seen >= total):
                return
            else:
                place += len(records) if by_offset else 1
                pages_before += 1

    def _walk_links(self, params: dict[str, str | int], start: Position | None) -> Iterator[Page]:
        address: str | None = start.token if start else self._options.path
        pages_before = start.pages_before if start else 0
        visited: set[str] = set()
        while address is not None:
            answer = self._http.get(address, None if pages_before else params)
            records = self._records(answer)
            if records or not pages_before:
                yield self._page(records, Position(pages_before, address), total=self._total(answer), seen=None)
            address = self._next_address(answer, visited)
            pages_before += 1

    def _page(self, records: list[Any], position: Position, *, total: int | None, seen: int | None) -> Page:
        total_pages = None
        if total is not None and records:
            left = (
                max(total - seen, 0) if seen is not None else max(total - (position.pages_before + 1) * len(records), 0)
            )
            total_pages = position.pages_before + 1 + -(-left // len(records))
        return Page(MappedRecords(records, self.record), position, total_pages=total_pages, total_count=total)

    def record(self, raw: Any) -> SourceRecord:
        return SourceRecord(self._fields(raw), raw, is_skipped=self._is_skipped(raw))

    def _is_skipped(self, raw: Any) -> bool:
        found = ((look_up(raw, path), value) for path, value in self._options.skip_where.items())
        return any(each not in (None, "", False) if value == "*" else as_text(each) == value for each, value in found)

    def find_deleted_ids(self) -> list[str]:
        return []

    def close(self) -> None:
        self._http.close()

    def _params(self, *, since: datetime | None, size: int) -> dict[str, str | int]:
        params: dict[str, str | int] = dict(self._options.params)
        if self._options.size_param:
            params[self._options.size_param] = size
        if since is not None and self._options.since_param:
            params[self._options.since_param] = since.astimezone(UTC).strftime(self._options.since_format)
        return params

    def _records(self, answer: Answer) -> list[Any]:
        records = look_up(answer.payload, self._options.records)
        if not isinstance(records, list):
            where = f"at “{self._options.records}”" if self._options.records else "as its answer"
            raise SourceError("unexpected_answer", f"The helpdesk at {self._http.host} has no list of tickets {where}.")
        return records

    def _total(self, answer: Answer) -> int | None:
        total = look_up(answer.payload, self._options.total) if self._options.total else None
        return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None

    def _next_address(self, answer: Answer, visited: set[str]) -> str | None:
        if self._options.next == "header:Link":
            found = _LINK_NEXT.search(answer.headers.get("Link", ""))
            following: Any = found.group(1) if found else None
        else:
            following = look_up(answer.payload, self._options.next)
        if not following:
            return None
        if not isinstance(following, str) or following in visited:
            raise SourceError(
                "unexpected_answer", f"The helpdesk at {self._http.host} gives a next page that leads nowhere."
            )
        visited.add(following)
        return self._http.without_key(following)

    def _fields(self, record: Any) -> Mapping[str, Any] | None:
        if not isinstance(record, dict):
            return None
        fields: dict[str, Any] = dict(self._options.defaults)
        for name, path in self._options.fields.items():
            value = look_up(record, path)
            if value is not None:
                fields[name] = value
        if "status" in fields:
            fields["status"] = map_status(fields["status"], self._options.status_map)
        return self._dates.localize(fields)


def map_status(status: Any, status_map: Mapping[str, str]) -> Any:
    """The status as ours; one that is no text is looked up as JSON writes it (`true`, `2`), a list of one as its item."""
    if isinstance(status, list) and len(status) == 1:
        status = status[0]
    text = as_text(status)
    return status if text is None else status_map.get(text.strip(), text)


def has_path(value: Any, path: str) -> bool:
    """Whether a record has the path, whatever stands there; one that ends early at nothing may have it."""
    *outer, last = path.split(".")
    holder = look_up(value, ".".join(outer))
    if isinstance(holder, list):
        return not holder or (last.isdigit() and int(last) < len(holder))
    if isinstance(holder, dict):
        return last in holder
    return holder is None and bool(outer) and has_path(value, ".".join(outer))


def look_up(value: Any, path: str) -> Any:
    """The value at a dotted path (`author.name`, `items.0.id`), or None; an empty path is the value."""
    if not path:
        return value
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
