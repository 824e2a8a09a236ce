"""A tenant's roll-ups in one snapshot: what is built, what is dirty, and which days are valid."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from analytics.rollups import state
from analytics.rollups.blocks import Block, ValidRange, day_of, start_of
from analytics.rollups.state import Built
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.store.collection_names import DIRTY_DAYS

_NO_DAYS = ValidRange(since=date.max.toordinal(), dirty=(), complete=0)


@dataclass(frozen=True, slots=True)
class RollupView:
    """What is read in `session` is of the same snapshot.

    - `valid_days`: the days whose roll-ups can be used; none if none are built for the tenant's present zone.
    - `dirty_customers`: customers whose tickets have changed since they were counted.
    - `touched`: customers who may have more than any top customer, the dirty ones among them.
    - `version`: two views of the same version see the same tickets. None if that cannot be known.
    """

    tenant_id: str
    zone: ZoneInfo
    session: ClientSession
    built: Built | None
    valid_days: ValidRange
    dirty_customers: frozenset[str]
    touched: frozenset[str]
    version: Hashable | None = None

    @property
    def generation(self) -> int:
        return self.built.generation if self.built else 0


@contextmanager
def rollup_view(tenant: Tenant, *, now: datetime, use: bool = True) -> Iterator[RollupView]:
    """The tenant's roll-ups in a snapshot. Without `use`, as if none were built: everything is read from the tickets."""
    with rollup_views([tenant], now=now, use=use, with_top_customers=True) as views:
        yield views[0]


@contextmanager
def rollup_views(
    tenants: Sequence[Tenant], *, now: datetime, use: bool = True, with_top_customers: bool = False
) -> Iterator[list[RollupView]]:
    """The views of several tenants, in the order given, in one snapshot. Two queries, however many tenants."""
    slugs = [tenant.slug for tenant in tenants]
    with mongo.client().start_session(snapshot=True) as session:
        built = state.find_all(slugs, with_top_customers=with_top_customers, session=session) if use else {}
        dirty: dict[str, list[Document]] = {slug: [] for slug in slugs}
        for record in mongo.collection(DIRTY_DAYS).find({"tenant_id": {"$in": list(built)}}, session=session):
            dirty[record["tenant_id"]].append(record)
        yield [_view(tenant, built.get(tenant.slug), dirty[tenant.slug], session, now) for tenant in tenants]


def _view(
    tenant: Tenant, built: Built | None, dirty: Sequence[Document], session: ClientSession, now: datetime
) -> RollupView:
    if built is None or built.zone != tenant.timezone or any(record.get("everything") for record in dirty):
        return RollupView(tenant.slug, tenant.zone, session, None, _NO_DAYS, frozenset(), frozenset())
    dirty_customers = frozenset(each for record in dirty for each in record.get("customers", ()))
    not_stored_days = {block.first for block in map(Block.numbered, built.too_large) if block.days == 1}
    valid_days = ValidRange(
        since=_first_reliable(tenant, now),
        dirty=tuple(sorted(not_stored_days.union(state.dirty_days(dirty, tenant.zone)))),
        complete=built.complete,
        until=day_of(now, tenant.zone) + 1,
        not_stored=frozenset(built.too_large),
    )
    touched = dirty_customers.union(built.touched)
    version = _version(tenant, built, dirty)
    return RollupView(tenant.slug, tenant.zone, session, built, valid_days, dirty_customers, touched, version)


def _version(tenant: Tenant, built: Built, dirty: Sequence[Document]) -> Hashable | None:
    """Every change of a ticket inserts a record, and the stamp changes when records go. Retention leaves no record."""
    if built.stamp is None or tenant.retention_days is not None:
        return None
    return built.stamp, frozenset(record["_id"] for record in dirty)


def _first_reliable(tenant: Tenant, now: datetime) -> int:
    """With a retention period MongoDB deletes the oldest tickets without leaving a record."""
    if tenant.retention_days is None:
        return 0
    oldest = now - timedelta(days=tenant.retention_days)
    day = day_of(oldest, tenant.zone)
    return day if start_of(day, tenant.zone) == oldest else day + 1
