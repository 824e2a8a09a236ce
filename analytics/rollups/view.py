"""A tenant's roll-ups as they are at one moment: what is built, what is marked, what can be trusted."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from analytics.rollups import state
from analytics.rollups.blocks import Block, Trust, day_of, start_of
from analytics.rollups.state import Built
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.store.collection_names import DIRTY_DAYS

_NOTHING = Trust(since=date.max.toordinal(), marked=(), complete=0)


@dataclass(frozen=True, slots=True)
class RollupView:
    """`trust` says which days' roll-ups hold; none where there are none of the tenant's present zone.

    Whatever is read in `session` is of the same moment. `marked_customers`: those whose tickets have
    changed since they were counted; `touched`: those who may have more than any leader, the marked
    ones among them. `version`: two views that have the same see the same tickets; None where that is not known.
    """

    tenant_id: str
    zone: ZoneInfo
    session: ClientSession
    built: Built | None
    trust: Trust
    marked_customers: frozenset[str]
    touched: frozenset[str]
    version: Hashable | None = None

    @property
    def generation(self) -> int:
        return self.built.generation if self.built else 0


@contextmanager
def rollup_view(tenant: Tenant, *, now: datetime, use: bool = True) -> Iterator[RollupView]:
    """The tenant's roll-ups in a snapshot. Without `use`, as if there were none: everything is read from the tickets."""
    with rollup_views([tenant], now=now, use=use, leaders=True) as views:
        yield views[0]


@contextmanager
def rollup_views(
    tenants: Sequence[Tenant], *, now: datetime, use: bool = True, leaders: bool = False
) -> Iterator[list[RollupView]]:
    """Those of several tenants, in the order given, all in one snapshot; two queries, however many tenants."""
    slugs = [tenant.slug for tenant in tenants]
    with mongo.client().start_session(snapshot=True) as session:
        built = state.find_all(slugs, leaders=leaders, session=session) if use else {}
        marks: dict[str, list[Document]] = {slug: [] for slug in slugs}
        for mark in mongo.collection(DIRTY_DAYS).find({"tenant_id": {"$in": list(built)}}, session=session):
            marks[mark["tenant_id"]].append(mark)
        yield [_view(tenant, built.get(tenant.slug), marks[tenant.slug], session, now) for tenant in tenants]


def _view(
    tenant: Tenant, built: Built | None, marks: Sequence[Document], session: ClientSession, now: datetime
) -> RollupView:
    if built is None or built.zone != tenant.timezone or any(mark.get("everything") for mark in marks):
        return RollupView(tenant.slug, tenant.zone, session, None, _NOTHING, frozenset(), frozenset())
    since, marked = _first_reliable(tenant, now), state.days_of_marks(marks, tenant.zone)
    customers = frozenset(each for mark in marks for each in mark.get("customers", ()))
    left_out = {block.first for block in map(Block.numbered, built.too_large) if block.days == 1}
    trust = Trust(
        since,
        tuple(sorted(left_out.union(marked))),
        built.complete,
        until=day_of(now, tenant.zone) + 1,
        not_kept=frozenset(built.too_large),
    )
    touched = customers.union(built.touched)
    version = _version(tenant, built, marks)
    return RollupView(tenant.slug, tenant.zone, session, built, trust, customers, touched, version)


def _version(tenant: Tenant, built: Built, marks: Sequence[Document]) -> Hashable | None:
    """Every change of a ticket inserts a mark, and the stamp changes when marks go; but retention leaves no mark."""
    if built.stamp is None or tenant.retention_days is not None:
        return None
    return built.stamp, frozenset(mark["_id"] for mark in marks)


def _first_reliable(tenant: Tenant, now: datetime) -> int:
    """With a retention period MongoDB erases the oldest tickets without leaving a mark."""
    if tenant.retention_days is None:
        return 0
    oldest = now - timedelta(days=tenant.retention_days)
    day = day_of(oldest, tenant.zone)
    return day if start_of(day, tenant.zone) == oldest else day + 1
