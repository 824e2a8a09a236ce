"""CustomerStore: a tenant's customers as lists and pages show them.

Every page of a list reads an index in the list's order, or, if a search, a period or one's watched customers leave few,
those few, which MongoDB then sorts. What is read does not grow with the tenant.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.customers.ordering import Order, Place
from tickets.customers.profile import key_of, parts_of, split_terms
from tickets.customers.risk import Part
from tickets.records.collection_names import CUSTOMERS

FEW: Final = 2_000
"""Up to this many are sorted. If more match, every so many customers of the list's index does, too."""
PAGE_SIZE: Final = 50
MOST_TERMS: Final = 8

_WORDS_INDEX: Final = "tenant_id_words"
_SHOWN: Final = {"words": 0, "refresh_on": 0, "version": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    total: int
    high: int
    negative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as of `as_of`. `weeks`: tickets, and those with high urgency, of each of twelve weeks from `weeks_from` on.

    `change`: of the risk against a week ago. `periods`: their numbers by the names in `profile.PERIODS`.
    """

    customer_id: str
    name: str
    organisation: str
    newest_at: datetime
    open: int
    numbers: Numbers
    periods: dict[str, Numbers]
    weeks: tuple[tuple[int, int], ...]
    weeks_from: datetime
    risk: int
    change: int
    is_new: bool
    parts: tuple[Part, ...]
    as_of: datetime

    def numbers_of(self, period: str) -> Numbers:
        """Of a period, or of all time if it is empty."""
        return self.periods[period] if period else self.numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilter:
    """`search`: words of the name, id or organisation begin with these. `only`: these ids alone, such as watched ones."""

    search: str = ""
    only: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.search) or self.only is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPage:
    """`matching`: how many there are in all, None if more than `FEW`."""

    customers: list[Customer]
    matching: int | None
    next_cursor: str | None
    previous_cursor: str | None


class CustomerStore:
    """The customers of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A CustomerStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._mine: Document = {"tenant_id": tenant.slug}
        self._customers = mongo.collection(CUSTOMERS)

    def find(self, customer_id: str) -> Customer | None:
        found = self._customers.find_one({"_id": key_of(self.tenant_id, customer_id), **self._mine}, _SHOWN)
        return _customer(found) if found else None

    def find_many(self, customer_ids: Collection[str]) -> dict[str, Customer]:
        """Those that exist, by id, in one query."""
        if not customer_ids:
            return {}
        keys = [key_of(self.tenant_id, each) for each in customer_ids]
        found = self._customers.find({"_id": {"$in": keys}, **self._mine}, _SHOWN)
        return {each["customer_id"]: _customer(each) for each in found}

    def find_riskiest(self, limit: int) -> list[Customer]:
        """Those with the highest risk above 0."""
        order = Order()
        found = self._customers.find({**self._mine, "risk": {"$gte": 1}}, _SHOWN, hint=order.index)
        return [_customer(each) for each in found.sort(order.sort(backwards=False)).limit(limit)]

    def has_any(self) -> bool:
        return self._customers.find_one(self._mine, {"_id": 1}) is not None

    def find_page(
        self, order: Order, wanted: CustomerFilter, *, place: Place | None = None, size: int = PAGE_SIZE
    ) -> CustomerPage:
        """The page of customers at a place of the order, or the first one."""
        plan = self._plan(order, wanted)
        backwards = place is not None and place.backwards
        match = {"$and": [plan.match, *order.beyond(place)]}
        found = self._customers.find(match, _SHOWN, hint=plan.index).sort(order.sort(backwards=backwards))
        documents = found.limit(size + 1).to_list()
        continues, documents = len(documents) > size, documents[:size]
        if backwards:
            documents.reverse()
        has_next = bool(documents) and (backwards or continues)
        has_previous = bool(documents) and (continues if backwards else place is not None)
        return CustomerPage(
            customers=[_customer(each) for each in documents],
            matching=plan.matching,
            next_cursor=order.place_of(documents[-1]).encode() if has_next else None,
            previous_cursor=order.place_of(documents[0], backwards=True).encode() if has_previous else None,
        )

    def iterate(self, order: Order, wanted: CustomerFilter) -> Iterator[Customer]:
        """All customers that match, in the order, a page at a time."""
        place: Place | None = None
        while True:
            page = self.find_page(order, wanted, place=place, size=500)
            yield from page.customers
            if page.next_cursor is None:
                return
            place = order.read_place(page.next_cursor)

    # ------------------------------------------------------------------------------------------

    def _plan(self, order: Order, wanted: CustomerFilter) -> "_Plan":
        conditions = [*self._searched(wanted), *_within(order)]
        if wanted.only is not None:
            keys = [key_of(self.tenant_id, each) for each in wanted.only]
            match = {"$and": [{"_id": {"$in": keys}, **self._mine}, *conditions]}
            return _Plan(match, "_id_", self._customers.count_documents(match))
        match = {"$and": [self._mine, *conditions]}
        if not conditions:
            return _Plan(match, order.index, self._count(match, order.index))
        index = _WORDS_INDEX if wanted.search else f"tenant_id_periods.{order.period}.total_customer_id"
        matching = self._count(match, index)
        return _Plan(match, order.index if matching is None else index, matching)

    def _count(self, match: Document, index: str) -> int | None:
        number = self._customers.count_documents(match, hint=index, limit=FEW + 1)
        return number if number <= FEW else None

    def _searched(self, wanted: CustomerFilter) -> list[Document]:
        """The rarest word first: the index is read by that one."""
        terms = split_terms(wanted.search)[:MOST_TERMS]
        if wanted.search and not terms:
            return [{"words": {"$in": []}}]  # only signs
        conditions: list[Document] = [{"words": {"$regex": f"^{re.escape(each)}"}} for each in terms]
        return sorted(conditions, key=self._count_word) if len(conditions) > 1 else conditions

    def _count_word(self, condition: Document) -> int:
        return self._customers.count_documents({**self._mine, **condition}, hint=_WORDS_INDEX, limit=FEW + 1)


@dataclass(frozen=True, slots=True)
class _Plan:
    match: Document
    index: str
    matching: int | None


def _within(order: Order) -> list[Document]:
    return [{f"periods.{order.period}.total": {"$gte": 1}}] if order.period else []


def _customer(found: Document) -> Customer:
    return Customer(
        customer_id=found["customer_id"],
        name=found["name"],
        organisation=found["organisation"],
        newest_at=found["newest_at"],
        open=found["open"],
        numbers=_numbers(found),
        periods={name: _numbers(each) for name, each in found["periods"].items()},
        weeks=tuple((total, high) for total, high in found["weeks"]),
        weeks_from=found["weeks_from"],
        risk=found["risk"],
        change=found["change"],
        is_new=found["is_new"],
        parts=parts_of(found["parts"]),
        as_of=found["as_of"],
    )


def _numbers(found: Any) -> Numbers:
    return Numbers(total=found["total"], high=found["high"], negative=found["negative"])
