"""The figures of a selection, for the dashboard, its exports and the API."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.risky_customers import find_risky
from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import DashboardFigures, TopicCustomers
from analytics.selection import Selection
from analytics.work.figures import WorkFigures
from analytics.work.pipeline import Compared
from analytics.work.store import WorkStore
from supportsaas.db.parallel import start
from tenants.models import Tenant
from tickets.records.buckets import buckets_of
from tickets.topics.store import TopicStore


def find_numbers(tenant: Tenant, selection: Selection, now: datetime) -> tuple[DashboardFigures, DashboardContext]:
    zone, period = tenant.zone, selection.chosen.period
    buckets, comparison = buckets_of(period, zone), selection.chosen.comparison(now, zone)
    topics = start(TopicStore(tenant).find_listed)
    risky = start(partial(find_risky, tenant))
    store = StatisticsStore(tenant, use_cache=True)
    figures = store.dashboard(buckets, comparison=comparison, narrowing=selection.narrowing, now=now)
    links = TicketLinks(tenant.slug, selection.tickets)
    context = DashboardContext(
        buckets=buckets,
        comparison=comparison,
        links=links,
        zone=zone,
        now=now,
        topics=topics(),
        risky=risky(),
    )
    return figures, context


def find_work(tenant: Tenant, selection: Selection, by: str, now: datetime) -> tuple[WorkFigures, Compared]:
    """The work by a field, and the periods that were counted."""
    period = selection.chosen.period
    compared = Compared(period, selection.chosen.comparison(now, tenant.zone))
    return WorkStore(tenant, use_cache=True).count(by, compared, selection.narrowing, now=now), compared


def find_topic_customers(
    tenant: Tenant, selection: Selection, topic_ids: Sequence[str], now: datetime
) -> dict[str, TopicCustomers]:
    """How many customers the tickets of each topic in the selection are of."""
    return StatisticsStore(tenant).topic_customers(
        selection.chosen.period, topic_ids, narrowing=selection.narrowing, now=now
    )
