"""Request Tracker 5 by its REST 2 API, read-only.

Its list has no texts, but texts can be asked for by the page: for up to 100 tickets, one request
for the transactions that created them and one for what was written there (rarely more: a mail
may come both plain and as HTML). So 100 tickets cost three requests, whether new or not.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from supportsaas import clock
from supportsaas.formatting import format_count
from tickets.helpdesks.base import Drift, MappedRecords, Page, Position, SourceError
from tickets.helpdesks.http import Answer
from tickets.helpdesks.rest import RestSource
from tickets.records.plain_text import to_plain_text

LARGEST_PAGE = 100  # asked for more, RT sends 100
TEXT = "Content"
"""Where in a record of the list its text is put."""

_FIELDS = "Subject,Status,Created,LastUpdated,Resolved,Requestor"
_ALL = "id > 0"
_LONGEST_COUNT = 999
_LONGEST_NUMBER = 18


class RtSource(RestSource):
    """Lists tickets by ascending id, each page being what follows the last id of the one before.

    So nothing can slip from one page to another, whatever changes meanwhile. Of the settings of a
    REST source, those about paging and `since` have no effect; `params.query` (TicketSQL) says
    which tickets are read.
    """

    drift: Drift = "none"

    @property
    def supports_since(self) -> bool:
        return True

    def check(self) -> str:
        total = self._remaining(self._list(after=0, since=None, size=1))
        return f"{self._http.host} answers, accepts the log-in and lists {format_count(total, 'ticket')}."

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        after = int(start.token) if start else 0
        pages_before = start.pages_before if start else 0
        came: int | None = None if start else 0  # since the beginning
        size = min(self._page_size, LARGEST_PAGE)
        while True:
            answer = self._list(after=after, since=since, size=size)
            records, remaining = self._records(answer), self._remaining(answer)
            is_last = remaining <= len(records)
            if records or not pages_before:
                yield Page(
                    MappedRecords(self._with_texts(records), self.record),
                    Position(pages_before, str(after)),
                    total_pages=pages_before + max(math.ceil(remaining / size), 1),
                    total_count=None if came is None else came + remaining,
                )
            if is_last:
                return
            after = self._last_id(records, after=after)
            came = None if came is None else came + len(records)
            pages_before += 1

    def _list(self, *, after: int, since: datetime | None, size: int) -> Answer:
        query = f"({self._options.params.get('query', _ALL)}) AND id > {after}"
        if since is not None and (age := _age(since)):
            query += f" AND LastUpdated >= '{age}'"
        return self._http.get(
            self._options.path,
            {"fields": _FIELDS, **self._options.params, "query": query, "orderby": "id", "order": "ASC",
             "per_page": size},
        )  # fmt: skip

    def _remaining(self, answer: Answer) -> int:
        """How many tickets the query finds, those of this page included."""
        total = self._total(answer)
        if total is None:
            # It hides what the user may not see after it has cut the page, which can leave a page
            # empty in the middle: its end could not be told from the end of all.
            raise SourceError(
                "misconfigured",
                f"The RT at {self._http.host} does not tell this user how many tickets there are, so some could be "
                "missed. Give the user the right ShowTicket for all queues, or set UseSQLForACLChecks in RT.",
            )
        return total

    def _last_id(self, records: Sequence[Any], *, after: int) -> int:
        last = max((number for each in records if (number := _number_of(each)) is not None), default=after)
        if last <= after:
            raise SourceError(
                "unexpected_answer", f"The RT at {self._http.host} announces more tickets but lists no further one."
            )
        return last

    def _with_texts(self, records: Sequence[Any]) -> list[Any]:
        numbers = [_number_of(each) for each in records]
        texts = self._texts([number for number in numbers if number is not None])
        return [
            {**record, TEXT: texts.get(number, "")} if number is not None else record
            for record, number in zip(records, numbers, strict=True)
        ]

    def _texts(self, ticket_ids: Sequence[int]) -> dict[int, str]:
        """What each ticket was created with, as plain text; a ticket without a text is absent."""
        if not ticket_ids:
            return {}
        ticket_of: dict[Any, int] = {}  # by the transaction that created it
        for created in self._find(
            "transactions",
            [
                # Without `case_sensitive` PostgreSQL would compare in lower case, past its index.
                {"field": "ObjectType", "value": "RT::Ticket", "case_sensitive": 1},
                {"field": "Type", "value": "Create", "case_sensitive": 1},
                {"field": "ObjectId", "operator": "IN", "value": ticket_ids},
            ],
            fields="ObjectId",
        ):
            number = _number(created.get("ObjectId"))
            if number is not None:
                ticket_of[created.get("id")] = number
            if len(ticket_of) == len(ticket_ids):
                break
        if not ticket_of:
            return {}
        plain: dict[int, str] = {}
        formatted: dict[int, str] = {}
        for part in self._find(
            "attachments",
            [
                {"field": "TransactionId", "operator": "IN", "value": list(ticket_of)},
                {"field": "ContentType", "operator": "IN", "value": ["text/plain", "text/html"], "case_sensitive": 1},
                # What somebody attached has a file name. RT joins two conditions of one field by OR.
                {"field": "Filename", "operator": "IS", "value": "NULL"},
                {"field": "Filename", "value": ""},
            ],
            fields=f"TransactionId,ContentType,{TEXT}",  # asked for Parent as well, RT 5.0.3 answers 500
        ):
            number, text = ticket_of.get(part.get("TransactionId")), part.get(TEXT)
            if number is not None and isinstance(text, str) and text.strip():
                (plain if part.get("ContentType") == "text/plain" else formatted).setdefault(number, text)
            if len(plain) == len(ticket_of):
                break
        return {number: to_plain_text(text) for number, text in formatted.items()} | plain

    def _find(self, what: str, conditions: list[dict[str, Any]], *, fields: str) -> Iterator[dict[str, Any]]:
        """The records that meet the conditions, by ascending id; pages are fetched as they are needed."""
        after = 0
        while True:
            beyond = {"field": "id", "operator": ">", "value": after}
            params: dict[str, str | int] = {
                "query": json.dumps([*conditions, beyond], separators=(",", ":")),
                "fields": fields,
                "orderby": "id",
                "per_page": LARGEST_PAGE,
            }
            records = self._records(self._http.get(f"{self._options.path.rsplit('/', 1)[0]}/{what}", params))
            yield from (each for each in records if isinstance(each, dict))
            # Of these RT tells only superusers how many there are: a page that is not full is the last.
            if len(records) < LARGEST_PAGE:
                return
            after = self._last_id(records, after=after)


def _number(value: Any) -> int | None:
    is_number = isinstance(value, str | int) and len(str(value)) <= _LONGEST_NUMBER and str(value).isdecimal()
    return int(value) if is_number else None


def _number_of(record: Any) -> int | None:
    return _number(record.get("id")) if isinstance(record, Mapping) else None


def _age(since: datetime) -> str:
    """The moment as an age for TicketSQL, rounded up; empty where it lies too far back to be told.

    RT takes a date and time in the time zone of the user who asks, which we do not know: changes of
    the last hours would be missed. Ages mean the same everywhere, but for the hour that daylight
    saving moves, which is why one is added. RT takes a count of four digits for a year.
    """
    passed = max(clock.now() - since, timedelta())
    hours = math.ceil(passed / timedelta(hours=1)) + 1
    days = math.ceil(passed / timedelta(days=1)) + 1
    if hours <= _LONGEST_COUNT:
        return f"{hours} hours ago"
    return f"{days} days ago" if days <= _LONGEST_COUNT else ""
