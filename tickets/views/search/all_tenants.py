"""What somebody typed, looked for in every tenant that they may read, within a limited time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from supportsaas.db.parallel import run_parallel, start
from tenants.access import TenantAccess
from tenants.models import Tenant
from tickets.classification.search_query import QueryError, parse_query
from tickets.store.quick_search import QuickHits, QuickSearch
from tickets.store.saved_views import SavedView, find_views_by_name

LONGEST_TEXT: Final = 200
SHORTEST_TEXT: Final = 2
MOST_VIEWS: Final = 10
MOST_TENANTS: Final = 10
_TENANTS_AT_ONCE: Final = 10
"""In one round trip. If one of them takes too long, all of them are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantHits:
    """What was found in one tenant."""

    tenant: Tenant
    exact: Mapping[str, Any] | None
    tickets: Sequence[Mapping[str, Any]]
    is_cut: bool
    customers: list[str]

    @property
    def all_tickets(self) -> list[Mapping[str, Any]]:
        return [*([self.exact] if self.exact else []), *self.tickets]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hits of each tenant that has any. `left_out`: tenants that the time did not suffice for. `problem`: why the words
    cannot be searched for, to follow the words “Your search”; ids and names were looked for all the same.
    """

    hits: list[TenantHits]
    tenants: list[Tenant]
    views: list[SavedView]
    ignored: tuple[str, ...]
    left_out: list[Tenant]
    problem: str = ""

    @property
    def exact(self) -> list[tuple[Tenant, Mapping[str, Any]]]:
        """The tickets that have exactly this id."""
        return [(each.tenant, each.exact) for each in self.hits if each.exact]

    @property
    def is_empty(self) -> bool:
        return not (self.hits or self.tenants or self.views)


def typed_text(given: str) -> str:
    """What to search for, from a parameter of the address."""
    return " ".join(given.replace("\0", " ").split())[:LONGEST_TEXT]


def search_all(accesses: Sequence[TenantAccess], text: str, *, tickets: int, customers: int, seconds: float) -> Found:
    """At most so many tickets and customers of each tenant, in the order of `accesses`, within about so many seconds."""
    query, problem = parse_query(""), ""
    try:
        query = parse_query(text)
    except QueryError as error:
        problem = str(error)
    tenants = [access.tenant for access in accesses]
    deadline = time.monotonic() + seconds
    id_text = text.removeprefix("#")

    def search_some(some: Sequence[Tenant]) -> dict[str, QuickHits] | None:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        search = QuickSearch(some)
        return search.find(id_text, query, tickets=tickets, customers=customers, milliseconds=round(left * 1000))

    views = start(partial(find_views_by_name, tenants, text, limit=MOST_VIEWS))
    parts = [tenants[place : place + _TENANTS_AT_ONCE] for place in range(0, len(tenants), _TENANTS_AT_ONCE)]
    results = run_parallel(*(partial(search_some, each) for each in parts))
    hits: list[TenantHits] = []
    left_out: list[Tenant] = []
    for part, result in zip(parts, results, strict=True):
        if result is None:
            left_out += part
            continue
        for tenant in part:
            found = result[tenant.slug]
            problem = problem or found.problem
            if found.exact or found.tickets or found.customers:
                hits.append(
                    TenantHits(
                        tenant=tenant,
                        exact=found.exact,
                        tickets=found.tickets,
                        is_cut=found.is_cut,
                        customers=found.customers,
                    )
                )
    part_of_name = text.casefold()
    named = [each for each in tenants if part_of_name in f"{each.name} {each.slug}".casefold()]
    return Found(
        hits=hits,
        tenants=named[:MOST_TENANTS],
        views=views(),
        ignored=query.ignored,
        left_out=left_out,
        problem=problem,
    )
