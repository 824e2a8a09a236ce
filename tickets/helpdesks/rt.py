"""Request Tracker 5 through its REST 2 API, read-only.

RT's ticket list has neither texts nor changes, but they can be fetched per page: for up to 100 tickets, one request for
each 100 of the transactions that created and changed them, and one for the attachments with the text (rarely more, if a
mail has both plain text and HTML). So 100 tickets cost four requests or a few more.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from supportsaas import clock
from tickets.helpdesks.base import Drift, MappedRecords, Page, Position, SourceError, tickets_found
from tickets.helpdesks.http import Answer, HelpdeskHttp
from tickets.helpdesks.options import RestOptions
from tickets.helpdesks.rest import RestSource
from tickets.helpdesks.rt_names import RtNames
from tickets.records.cleaning import as_text
from tickets.records.plain_text import to_plain_text

LARGEST_PAGE = 100  # RT never returns more
TEXT = "Content"
"""The field of a record that the text is added to."""
CHANGES = "Transactions"
"""The field of a record that its changes are added to."""

_CREATION = "Create"
_TYPES_OF_CHANGES = ("Status", "Set", "Give", "Take", "Steal", "Untake", "Force")
"""All but Status may be of any field. RT records a change of the owner as SetWatcher a second time."""
_CHANGED_FIELDS = ("Status", "Owner", "Queue", "Priority")

_FIELDS = "Subject,Status,Created,LastUpdated,Resolved,Requestor,Owner,Queue,Priority,Due"
_FIELDS_OF_TRANSACTIONS = "ObjectId,Type,Field,OldValue,NewValue,Created,Creator"
_FIELDS_OF_QUEUE = "Name"
_ALL = "id > 0"
_LONGEST_COUNT = 999
_LONGEST_NUMBER = 18


class RtSource(RestSource):
    """Lists tickets by ascending id; each page starts after the last id of the previous one.

    So records cannot move between pages while the list changes. Of the REST settings, those about paging and `since`
    have no effect; `params.query` (TicketSQL) selects the tickets.
    """

    drift: Drift = "none"

    def __init__(self, http: HelpdeskHttp, *, options: RestOptions, page_size: int) -> None:
        super().__init__(http, options=options, page_size=min(page_size, LARGEST_PAGE))
        self._root = options.path.rsplit("/", 1)[0]
        self._values_by_id = RtNames(http, self._root)

    @property
    def supports_since(self) -> bool:
        return True

    def describe(self, first: Page) -> str:
        return f"Connected to {self._http.host}. {tickets_found(first.total_count)}"

    def pages(self, *, since: datetime | None = None, start: Position | None = None) -> Iterator[Page]:
        after = int(start.token) if start else 0
        pages_before = start.pages_before if start else 0
        received: int | None = None if start else 0  # None if unknown
        while True:
            answer = self._list(after=after, since=since)
            size = self._size.value
            records, remaining = self._records(answer), self._remaining(answer)
            is_last = remaining <= len(records)
            if records or not pages_before:
                yield Page(
                    MappedRecords(self._complete(records), self.record),
                    Position(pages_before, str(after)),
                    total_pages=pages_before + max(math.ceil(remaining / size), 1),
                    total_count=None if received is None else received + remaining,
                )
            if is_last:
                return
            after = self._last_id(records, after=after)
            received = None if received is None else received + len(records)
            pages_before += 1

    def _list(self, *, after: int, since: datetime | None) -> Answer:
        query = f"({self._options.params.get('query', _ALL)}) AND id > {after}"
        if since is not None and (age := _age(since)):
            query += f" AND LastUpdated >= '{age}'"
        params = {"fields": _FIELDS, "fields[Queue]": _FIELDS_OF_QUEUE, **self._options.params, "query": query}
        return self._size.answer(
            lambda slow_attempts: self._http.get(
                self._options.path,
                {**params, "orderby": "id", "order": "ASC", "per_page": self._size.value},
                slow_attempts=slow_attempts,
            ),
            may_change=True,
        )

    def _remaining(self, answer: Answer) -> int:
        """The number of tickets that the query finds, including this page."""
        total = self._total(answer)
        if total is None:
            # RT hides tickets without permission after cutting the page, which can leave an empty page in the middle:
            # it could not be distinguished from the end of the list.
            raise SourceError(
                "misconfigured",
                f"RT at {self._http.host} does not show this user the number of tickets, so some could be missed. Give "
                "the user the ShowTicket right for all queues, or set UseSQLForACLChecks in RT.",
            )
        return total

    def _last_id(self, records: Sequence[Any], *, after: int) -> int:
        last = max((number for each in records if (number := _number_of(each)) is not None), default=after)
        if last <= after:
            raise SourceError(
                "unexpected_answer", f"RT at {self._http.host} reports more tickets but does not list them."
            )
        return last

    def _complete(self, records: Sequence[Any]) -> list[Any]:
        """The records with their texts and changes."""
        numbers = [_number_of(each) for each in records]
        transactions = self._transactions([number for number in numbers if number is not None])
        texts = self._texts(transactions)
        changes = self._changes(transactions) if self._options.events else None
        return [
            record
            if number is None
            else {**record, TEXT: texts.get(number, "")}
            | ({} if changes is None else {CHANGES: changes.get(number, [])})
            for record, number in zip(records, numbers, strict=True)
        ]

    def _transactions(self, ticket_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Those that created the tickets, and those that changed them if the settings read changes."""
        if not ticket_ids:
            return []
        types = [_CREATION, *(_TYPES_OF_CHANGES if self._options.events else ())]
        conditions: list[dict[str, Any]] = [
            # Without `case_sensitive`, PostgreSQL compares in lower case and cannot use its index.
            {"field": "ObjectType", "value": "RT::Ticket", "case_sensitive": 1},
            {"field": "Type", "operator": "IN", "value": types, "case_sensitive": 1},
            {"field": "ObjectId", "operator": "IN", "value": ticket_ids},
        ]
        found: list[dict[str, Any]] = []
        for each in self._find("transactions", conditions, fields=_FIELDS_OF_TRANSACTIONS):
            found.append(each)
            if not self._options.events and len(found) == len(ticket_ids):
                break
        return found

    def _changes(self, transactions: Sequence[Mapping[str, Any]]) -> dict[int, list[dict[str, Any]]]:
        """The changes of each ticket, with names instead of ids."""
        found: dict[int, list[dict[str, Any]]] = {}
        for each in transactions:
            number, field = _number(each.get("ObjectId")), as_text(each.get("Field"))
            if number is None or each.get("Type") == _CREATION or field not in _CHANGED_FIELDS:
                continue
            names = {
                side: self._values_by_id.of(field, as_text(each.get(side)) or "") for side in ("OldValue", "NewValue")
            }
            found.setdefault(number, []).append({**each, **names})
        return found

    def _texts(self, transactions: Sequence[Mapping[str, Any]]) -> dict[int, str]:
        """The plain text that each ticket was created with; tickets without text are left out."""
        ticket_of: dict[int, int] = {}  # by creating transaction
        for each in transactions:
            number, transaction = _number(each.get("ObjectId")), _number_of(each)
            if number is not None and transaction is not None and each.get("Type") == _CREATION:
                ticket_of[transaction] = number
        if not ticket_of:
            return {}
        plain: dict[int, str] = {}
        formatted: dict[int, str] = {}
        for part in self._find(
            "attachments",
            [
                {"field": "TransactionId", "operator": "IN", "value": list(ticket_of)},
                {"field": "ContentType", "operator": "IN", "value": ["text/plain", "text/html"], "case_sensitive": 1},
                # Attached files have a name. RT joins two conditions on the same field by OR.
                {"field": "Filename", "operator": "IS", "value": "NULL"},
                {"field": "Filename", "value": ""},
            ],
            fields=f"TransactionId,ContentType,{TEXT}",  # with Parent, RT 5.0.3 returns status 500
        ):
            transaction, text = _number(part.get("TransactionId")), part.get(TEXT)
            number = None if transaction is None else ticket_of.get(transaction)
            if number is not None and isinstance(text, str) and text.strip():
                (plain if part.get("ContentType") == "text/plain" else formatted).setdefault(number, text)
            if len(plain) == len(ticket_of):
                break
        return {number: to_plain_text(text) for number, text in formatted.items()} | plain

    def _find(self, what: str, conditions: list[dict[str, Any]], *, fields: str) -> Iterator[dict[str, Any]]:
        """The matching records by ascending id; pages are fetched on demand."""
        after = 0
        while True:
            beyond = {"field": "id", "operator": ">", "value": after}
            params: dict[str, str | int] = {
                "query": json.dumps([*conditions, beyond], separators=(",", ":")),
                "fields": fields,
                "orderby": "id",
                "per_page": LARGEST_PAGE,
            }
            records = self._records(self._http.get(f"{self._root}/{what}", params))
            yield from (each for each in records if isinstance(each, dict))
            # RT reports this total only to superusers, so the first page that is not full is the last.
            if len(records) < LARGEST_PAGE:
                return
            after = self._last_id(records, after=after)


def _number(value: Any) -> int | None:
    is_number = isinstance(value, str | int) and len(str(value)) <= _LONGEST_NUMBER and str(value).isdecimal()
    return int(value) if is_number else None


def _number_of(record: Any) -> int | None:
    return _number(record.get("id")) if isinstance(record, Mapping) else None


def _age(since: datetime) -> str:
    """The time as an age for TicketSQL, rounded up; empty if it is too long ago to express.

    RT reads dates in the time zone of its user, which is unknown here, so recent changes could be missed. Ages do not
    depend on the time zone except for daylight saving, so one hour is added. RT reads a four-digit count as a year.
    """
    passed = max(clock.now() - since, timedelta())
    hours = math.ceil(passed / timedelta(hours=1)) + 1
    days = math.ceil(passed / timedelta(days=1)) + 1
    if hours <= _LONGEST_COUNT:
        return f"{hours} hours ago"
    return f"{days} days ago" if days <= _LONGEST_COUNT else ""
