"""QuickSearch: the few newest tickets and the first customers of each of some tenants that match what somebody typed.

Unlike a list it counts nothing and asks for several tenants in one round trip, so that a search can look through fifty
within one request. Indexes answer all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pymongo.errors import ExecutionTimeout

from supportsaas.db import mongo
from supportsaas.db.mongo import Document, Pipeline
from tenants.models import Tenant
from tickets.classification.search_query import Query, QueryError
from tickets.records.collection_names import TICKETS
from tickets.records.normalize import NO_CUSTOMER
from tickets.store.index_scans import TICKET_ORDER
from tickets.store.search import TicketSearch

_FIELDS: Final = ("external_id", "subject", "customer_id", "customer_name", "status", "urgency", "created_at")
_LAST: Final = "\U0010ffff"
MOST_EXAMINED: Final = 500
"""Tickets of a tenant, newest first, that have the rarest of several words: the others are looked for in these."""
_EXAMINED_FOR_CUSTOMERS: Final = 200
"""Tickets whose customer's id starts as typed, in the order of these ids: more are not needed for the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickHits:
    """What one tenant has: tickets, newest first, the one with exactly the typed id before them, and customers by id.

    `is_cut`: there may be more tickets. `problem`: why its words cannot be searched for.
    """

    exact: Document | None
    tickets: list[Document]
    is_cut: bool
    customers: list[str]
    problem: str = ""


class QuickSearch:
    def __init__(self, tenants: Sequence[Tenant]) -> None:
        if not tenants or not all(isinstance(each, Tenant) and each.slug for each in tenants):
            raise ValueError("A QuickSearch needs tenants.")
        self._tenants = tenants
        self._tickets = mongo.collection(TICKETS)

    def find(
        self, text: str, query: Query, *, tickets: int, customers: int, milliseconds: int
    ) -> dict[str, QuickHits] | None:
        """At most so many of each, by the tenant's slug; None if that takes longer than `milliseconds`.

        `text` is what was typed, `query` its words.
        """
        pipelines: list[Pipeline] = []
        problems: dict[str, str] = {}
        for tenant in self._tenants:
            pipelines += [_exact(tenant, text), _customers(tenant, text, limit=customers)]
            try:
                pipelines += _newest(tenant, query, limit=tickets + 2)
            except QueryError as error:
                problems[tenant.slug] = str(error)
        first, *others = pipelines
        union = [*first, *({"$unionWith": {"coll": TICKETS, "pipeline": each}} for each in others)]
        try:
            rows = list(self._tickets.aggregate(union, maxTimeMS=max(milliseconds, 1)))
        except ExecutionTimeout:
            return None
        return {
            tenant.slug: _hits(
                [row for row in rows if row["tenant_id"] == tenant.slug],
                most=tickets,
                problem=problems.get(tenant.slug, ""),
            )
            for tenant in self._tenants
        }


def _exact(tenant: Tenant, external_id: str) -> Pipeline:
    return [{"$match": {**_live(tenant), "external_id": external_id}}, _ticket_row("exact")]


def _newest(tenant: Tenant, query: Query, *, limit: int) -> list[Pipeline]:
    """Raises `QueryError`."""
    words = TicketSearch(tenant, counts_words=False).compile(query)
    if words.is_empty:
        return []
    residual = words.residual()
    checked: Pipeline = [{"$limit": MOST_EXAMINED}, {"$match": {"$and": residual}}] if residual else []
    order = {"$sort": dict(TICKET_ORDER.sort(backwards=False))}
    match = {"$match": {"tenant_id": tenant.slug, **words.bounds()}}
    return [[match, order, *checked, {"$limit": limit}, _ticket_row("ticket")]]


def _customers(tenant: Tenant, start: str, *, limit: int) -> Pipeline:
    """The first customers whose ids start so."""
    return [
        {"$match": {**_live(tenant), "customer_id": {"$gte": start, "$lt": f"{start}{_LAST}", "$ne": NO_CUSTOMER}}},
        {"$sort": {"customer_id": 1}},
        {"$limit": _EXAMINED_FOR_CUSTOMERS},
        {"$group": {"_id": "$customer_id"}},
        {"$sort": {"_id": 1}},
        {"$limit": limit},
        {"$project": {"_id": 0, "kind": "customer", "tenant_id": {"$literal": tenant.slug}, "customer_id": "$_id"}},
    ]


def _live(tenant: Tenant) -> Document:
    return {"tenant_id": tenant.slug, "is_deleted": False}


def _ticket_row(kind: str) -> Document:
    return {"$project": {"_id": 0, "kind": {"$literal": kind}, "tenant_id": 1, **dict.fromkeys(_FIELDS, 1)}}


def _hits(rows: Sequence[Document], *, most: int, problem: str) -> QuickHits:
    exact = next((row for row in rows if row["kind"] == "exact"), None)
    tickets = [
        row for row in rows if row["kind"] == "ticket" and (exact is None or row["external_id"] != exact["external_id"])
    ]
    return QuickHits(
        exact=exact,
        tickets=tickets[:most],
        is_cut=len(tickets) > most,
        customers=[row["customer_id"] for row in rows if row["kind"] == "customer"],
        problem=problem,
    )
