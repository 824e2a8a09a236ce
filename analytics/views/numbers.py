"""The numbers an address asks for: what the dashboard shows and its files hold."""

from datetime import datetime

from analytics.figures import DashboardFigures
from analytics.frame import Frame
from analytics.links import TicketLinks
from analytics.periods import buckets_of
from analytics.store import StatisticsStore
from analytics.views.narrowing import Selection
from tenants.models import Tenant


def find_numbers(tenant: Tenant, selection: Selection, now: datetime) -> tuple[DashboardFigures, Frame]:
    zone, period = tenant.zone, selection.chosen.period
    buckets, comparison = buckets_of(period, zone), period.comparison(now, zone)
    store = StatisticsStore(tenant, remembers=True)
    figures = store.dashboard(buckets, comparison=comparison, sources=selection.sources, now=now)
    links = TicketLinks(tenant.slug, selection.tickets)
    return figures, Frame(buckets=buckets, comparison=comparison, links=links, zone=zone, now=now)
