"""The numbers an address asks for: what the dashboard shows and its files hold."""

from datetime import datetime

from analytics.dashboard.context import Frame
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.statistics import StatisticsStore
from analytics.figures import DashboardFigures
from analytics.periods import buckets_of
from analytics.views.filter_bar import Selection
from tenants.models import Tenant


def find_numbers(tenant: Tenant, selection: Selection, now: datetime) -> tuple[DashboardFigures, Frame]:
    zone, period = tenant.zone, selection.chosen.period
    buckets, comparison = buckets_of(period, zone), period.comparison(now, zone)
    store = StatisticsStore(tenant, remembers=True)
    figures = store.dashboard(buckets, comparison=comparison, sources=selection.sources, now=now)
    links = TicketLinks(tenant.slug, selection.tickets)
    return figures, Frame(buckets=buckets, comparison=comparison, links=links, zone=zone, now=now)
