"""A configurable source for helpdesks that list tickets as JSON (see `tenants.source_options`)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tenants.source_options import RestOptions
from tickets.sources.base import Page, SourceError, SourceRecord
from tickets.sources.http import Answer, HelpdeskHttp

_LINK_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


class RestSource:
    """Reads any list of JSON records by offset, page number or next link."""

    lists_everything = True

    def __init__(self, http: HelpdeskHttp, *, options: RestOptions, page_size: int) -> None:
        self._http = http
        self._options = options
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

    def pages(self, *, since: datetime | None = None) -> Iterator[Page]:
        if self._options.check_path:
            self._http.get(self._options.check_path)  # an answer to a wrong key may look like an empty helpdesk
        params = self._params(since=since, size=self._page_size)
        address: str | None = self._options.path
        number, seen, position = 0, 0, self._options.first_page
        visited: set[str] = set()
        previous: list[Any] = []
        while address is not None:
            if self._options.paging == "offset":
                params[self._options.offset_param] = seen
            elif self._options.paging == "page":
                params[self._options.page_param] = position
            answer = self._http.get(address, params)
            records = self._records(answer)
            if records and records == previous:
                raise SourceError(
                    "unexpected_answer",
                    f"The helpdesk at {self._http.host} sends the same page again and again. Check the paging settings.",
                )
            previous = records
            total = self._total(answer)
            number += 1
            seen += len(records)
            if records or number == 1:
                yield Page(
                    records=[self.record(each) for each in records],
                    number=number,
                    total_pages=self._total_pages(total, number=number, seen=seen),
                    total_count=total,
                )
            if self._options.paging == "next":
                address, params = self._next_address(answer, visited), {}
            elif not records or (total is not None and seen >= total):
                return
            position += 1

    def record(self, raw: Any) -> SourceRecord:
        return SourceRecord(self._fields(raw), raw)

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

    @staticmethod
    def _total_pages(total: int | None, *, number: int, seen: int) -> int | None:
        """By what really comes on a page: servers cap the size asked for without saying so."""
        if total is None:
            return None
        left = max(total - seen, 0)
        a_page = max(seen // number, 1)
        return number + -(-left // a_page)

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
        return following

    def _fields(self, record: Any) -> Mapping[str, Any] | None:
        if not isinstance(record, dict):
            return None
        fields: dict[str, Any] = dict(self._options.defaults)
        for name, path in self._options.fields.items():
            value = look_up(record, path)
            if value is not None:
                fields[name] = value
        status = fields.get("status")
        if isinstance(status, str | int) and not isinstance(status, bool):
            fields["status"] = self._options.status_map.get(str(status), status)
        return fields


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
