"""SortedLists: pages of a ticket list in an order other than its index has.

A list by a facet, such as the urgency, is the lists of its values one after another, each newest first and read from an
index. For any other order, the keys of all its tickets are read and sorted, so that is only done for few.
"""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any, Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.db.paging import END, Cursor, CursorError
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.store.facet_counts import FacetCountStore
from tickets.store.facet_cube import choices, filtered, total
from tickets.store.filters import TicketFilter
from tickets.store.index_scans import ID_INDEX, TICKET_ORDER
from tickets.store.list_orders import ListOrder
from tickets.store.query_planner import FacetPlan, QueryPlanner
from tickets.store.scan_reader import ScanReader
from tickets.store.ticket_queries import Neighbours, TicketPage, list_fields

MAX_SORTED: Final = 3_000
"""The tickets of a list are all read to sort them up to here."""
MAX_READ: Final = 10_000
"""Tickets that are read for that, if each has to be checked."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ticket is in a sorted list, also once it is somewhere else. What comes before it if `backwards`."""

    value: Any
    created_at: datetime
    external_id: str
    backwards: bool = False

    @classmethod
    def of(cls, ticket: Mapping[str, Any], order: ListOrder, *, backwards: bool = False) -> "Place":
        value, at, key = order.value_of(ticket), ticket["created_at"], ticket["external_id"]
        return cls(value=value, created_at=at, external_id=key, backwards=backwards)

    def encode(self) -> str:
        value = _milliseconds(self.value) if isinstance(self.value, datetime) else self.value
        text = json.dumps([int(self.backwards), value, _milliseconds(self.created_at), self.external_id])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, order: ListOrder) -> "Place":
        """Raises `CursorError`."""
        try:
            padded = text + "=" * (-len(text) % 4)
            backwards, value, at, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if backwards not in (0, 1) or type(at) is not int or not isinstance(key, str):
                raise CursorError(text)
            wants_number = order.by.kind == "time"
            if value is not None and type(value) is not (int if wants_number else str):
                raise CursorError(text)
            shown = _moment(value) if type(value) is int else value
            return cls(value=shown, created_at=_moment(at), external_id=key, backwards=bool(backwards))
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
            raise CursorError("This is not a cursor of this list.") from None


class SortedLists:
    def __init__(self, tenant: Tenant) -> None:
        self._counts = FacetCountStore(tenant)
        self._planner = QueryPlanner(tenant, self._counts)
        self._tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)

    def page(
        self, wanted: TicketFilter, order: ListOrder, *, size: int, cursor: str = "", excerpt: int | None = None
    ) -> TicketPage | None:
        """The page at the cursor, or the first page; None if the list has too many tickets for its order.

        Raises `FilterError` if `q` matches too many words, and `CursorError`.
        """
        place = None if cursor in ("", END.encode()) else Place.decode(cursor, order)
        backwards = cursor == END.encode() or (place is not None and place.backwards)
        plan = self._plan(wanted, order)
        if plan is None:
            return None
        count = total(plan.counts, wanted)
        keys = self._keys(wanted, plan, order, place, backwards=backwards, limit=size + 1, count=count)
        shown = keys[:size]
        if backwards:
            shown.reverse()
        continues, has_cursor = len(keys) > size, bool(cursor)
        has_next = (bool(shown) and cursor != END.encode()) if backwards else continues
        has_previous = continues if backwards else bool(shown) and has_cursor
        return TicketPage(
            tickets=self._whole(shown, excerpt),
            total=count,
            choices=choices(plan.counts, wanted),
            next_cursor=Place.of(shown[-1], order).encode() if shown and has_next else None,
            previous_cursor=Place.of(shown[0], order, backwards=True).encode() if shown and has_previous else None,
        )

    def can_sort(self, wanted: TicketFilter, order: ListOrder) -> bool:
        return self._plan(wanted, order) is not None

    def find_neighbours(self, wanted: TicketFilter, order: ListOrder, ticket: Mapping[str, Any]) -> Neighbours | None:
        """What is before and after a ticket's place in the list; None if the list has too many tickets for its order."""
        plan = self._plan(wanted, order)
        if plan is None:
            return None
        count, found = total(plan.counts, wanted), []
        for backwards in (True, False):
            place = Place.of(ticket, order, backwards=backwards)
            keys = self._keys(wanted, plan, order, place, backwards=backwards, limit=1, count=count)
            found.append(keys[0]["external_id"] if keys else None)
        return Neighbours(*found)

    def _plan(self, wanted: TicketFilter, order: ListOrder) -> FacetPlan | None:
        plan = self._planner.plan(wanted)
        if not isinstance(plan, FacetPlan):
            return None
        if total(plan.counts, wanted) <= MAX_SORTED:
            checked = [each for each in plan.scans if each.residual]
            read = sum(mongo.count(TICKETS, each.bounds, index=each.index, most=MAX_READ + 1) for each in checked)
            if read <= MAX_READ:
                return plan
        is_plain = not (wanted.has_clocks or wanted.field_exclusions())
        return plan if order.by.kind == "facet" and is_plain else None

    def _keys(
        self,
        wanted: TicketFilter,
        plan: FacetPlan,
        order: ListOrder,
        place: Place | None,
        *,
        backwards: bool,
        limit: int,
        count: int,
    ) -> list[Document]:
        """The ids of the next tickets in the order of reading, and what they are sorted by."""
        if not count:
            return []
        if count > MAX_SORTED:
            return self._keys_by_facet(wanted, plan, order, place, backwards=backwards, limit=limit)
        fields: Document = {"_id": 0, "external_id": 1, "created_at": 1, order.by.field: 1}
        found = [each for scan in plan.scans for each in self._tickets.find(scan.match, fields).hint(scan.index)]
        return _read_on(found, order, place, backwards=backwards)[:limit]

    def _keys_by_facet(
        self,
        wanted: TicketFilter,
        plan: FacetPlan,
        order: ListOrder,
        place: Place | None,
        *,
        backwards: bool,
        limit: int,
    ) -> list[Document]:
        name = order.by.field
        values = sorted({getattr(each, name) for each in filtered(plan.counts, wanted)}, key=order.key)
        if order.is_reversed != backwards:
            values.reverse()
        fields: Document = {"_id": 0, "external_id": 1, "created_at": 1, name: 1}
        found: list[Document] = []
        for value in values:
            cursor = END if backwards else None
            if place is not None:
                if _is_before(order, value, place.value, backwards=backwards):
                    continue
                if value == place.value:
                    cursor = Cursor(place.created_at, place.external_id, backwards)
            scans = self._planner.plan(_only(wanted, name, value)).scans
            found += ScanReader(TICKET_ORDER).read(scans, cursor, limit=limit - len(found), fields=fields).tickets
            if len(found) == limit:
                break
        return found

    def _whole(self, keys: Sequence[Document], excerpt: int | None) -> list[Document]:
        """The tickets with these ids, in their order. One that was deleted a moment ago is left out."""
        ids = [each["external_id"] for each in keys]
        match = {"tenant_id": self._tenant_id, "external_id": {"$in": ids}, "is_deleted": False}
        found = {each["external_id"]: each for each in self._tickets.find(match, list_fields(excerpt)).hint(ID_INDEX)}
        return [found[each] for each in ids if each in found]


def _read_on(found: Sequence[Document], order: ListOrder, place: Place | None, *, backwards: bool) -> list[Document]:
    """What comes after the place, or before it, in the order of reading."""
    rows = _sort(found, order)
    if place is not None:
        key = cmp_to_key(_comparison(order))
        fields: Document = {"external_id": place.external_id, "created_at": place.created_at}
        here = key({**fields, order.by.field: place.value})
        rows = rows[: bisect_left(rows, here, key=key)] if backwards else rows[bisect_right(rows, here, key=key) :]
    return rows[::-1] if backwards else rows


def _sort(found: Sequence[Document], order: ListOrder) -> list[Document]:
    """By what the list is sorted by, what is unknown last, then newest first."""
    newest_first = sorted(found, key=lambda each: (each["created_at"], each["external_id"]), reverse=True)
    known = [each for each in newest_first if order.value_of(each) is not None]
    known.sort(key=lambda each: order.key(order.value_of(each)), reverse=order.is_descending)
    return known + [each for each in newest_first if order.value_of(each) is None]


def _comparison(order: ListOrder) -> Any:
    """Compares two tickets as `_sort` does."""

    def compare(one: Document, other: Document) -> int:
        values = [order.value_of(each) for each in (one, other)]
        if (values[0] is None) != (values[1] is None):
            return 1 if values[0] is None else -1
        if values[0] is not None and (first := order.key(values[0])) != (second := order.key(values[1])):
            return -1 if (first < second) != order.is_descending else 1
        places = [(each["created_at"], each["external_id"]) for each in (one, other)]
        return 0 if places[0] == places[1] else -1 if places[0] > places[1] else 1

    return compare


def _is_before(order: ListOrder, value: Any, other: Any, *, backwards: bool) -> bool:
    """Whether a value of a facet is read before the other one."""
    if value == other:
        return False
    is_less = order.key(value) < order.key("" if other is None else other)
    return bool(is_less == (order.is_reversed == backwards))


def _only(wanted: TicketFilter, name: str, value: Any) -> TicketFilter:
    changes: dict[str, Any] = {name: (value,)}
    return replace(wanted, **changes)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
