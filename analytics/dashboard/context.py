"""DashboardContext: the period, zone and links that panels, tables and exports need besides the figures."""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.dashboard.links import TicketLinks
from analytics.dashboard.previous_buckets import previous_buckets
from analytics.dashboard.risky_customers import RiskyCustomer
from analytics.dashboard.table import Span
from analytics.dashboard.wording import bucket_title
from analytics.figures import BacklogPoint, TrendPoint
from tickets.records.buckets import Buckets, Unit, buckets_of
from tickets.records.period import Period, hour_start
from tickets.records.periods import CUSTOM, ChosenPeriod
from tickets.topics.store import ListedTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardContext:
    """A period in its buckets, the period it is compared with, and the links to its tickets.

    `zone` is the tenant's; `links` lead to lists filtered by the period and its sources; `topics` are those to be shown,
    and `risky` the customers with the highest risk.
    """

    buckets: Buckets
    comparison: Period
    links: TicketLinks
    zone: ZoneInfo
    now: datetime
    topics: tuple[ListedTopic, ...] = ()
    risky: tuple[RiskyCustomer, ...] = ()

    def spans(self, buckets: Buckets) -> tuple[Span, ...]:
        """The buckets as the parameters of dashboards that show each of them alone."""
        given = (dict(self._parameters(buckets[position])) for position in range(len(buckets)))
        return tuple(Span(each["from"], each["to"]) for each in given)

    def zoom(self, buckets: Buckets, position: int) -> str:
        """The dashboard of a bucket alone; empty if there is nothing more to see in it."""
        has_more = buckets.unit is not Unit.HOUR and len(buckets) > 1
        has_begun = buckets[position].start <= self.now
        return self.links.dashboard(self._parameters(buckets[position])) if has_more and has_begun else ""

    def _parameters(self, period: Period) -> list[tuple[str, str]]:
        return ChosenPeriod(CUSTOM, period).parameters(self.zone)

    @property
    def previous_buckets(self) -> Buckets | None:
        """Those that the buckets of the trend are compared with."""
        return previous_buckets(self.buckets, self.comparison, self.zone)

    @property
    def days(self) -> Buckets:
        """The buckets of the backlog: those of the trend, but never shorter than a day."""
        return buckets_of(self.buckets.period, self.zone, Unit.DAY) if self.buckets.unit is Unit.HOUR else self.buckets

    def is_under_way(self, buckets: Buckets, position: int) -> bool:
        """Whether the bucket is not over yet."""
        return buckets[position].start <= self.now < buckets[position].end

    @property
    def without_now(self) -> Hashable:
        """The same for all moments that say the same: those between two edges, in one year of the zone.

        While the period is under way, hours are edges, too.
        """
        edges = {*self.buckets.edges, *self.days.edges, self.buckets.period.start, self.buckets.period.end}
        place = bisect_right(sorted(edges), self.now)
        year = self.now.astimezone(self.zone).year
        period = self.buckets.period
        hour = hour_start(self.now, self.zone) if period.start <= self.now < period.end else None
        return self.buckets, self.comparison, self.links, self.zone, self.topics, self.risky, place, year, hour

    def title(self, position: int) -> str:
        """The name of a bucket of the trend, with “so far” if it is not over."""
        return self.title_of(self.buckets, position)

    def title_of(self, buckets: Buckets, position: int) -> str:
        title = bucket_title(buckets, position, self.zone)
        return f"{title}, so far" if self.is_under_way(buckets, position) else title


def filled_trend(points: Sequence[TrendPoint], buckets: int) -> list[TrendPoint]:
    """A point for every bucket, also for those without tickets."""
    found = {point.position: point for point in points}
    return [found.get(position) or TrendPoint(position=position) for position in range(buckets)]


def backlog_in(buckets: Buckets, points: tuple[BacklogPoint, ...]) -> list[BacklogPoint]:
    """The days grouped into longer buckets: open at the end of the last day, opened and resolved in total.

    A point for each bucket up to the one of the last day.
    """
    found: list[BacklogPoint] = []
    left = deque(sorted(points, key=lambda point: point.start))
    for start, end in pairwise(buckets.edges):
        if not left:
            break
        within = []
        while left and left[0].start < end:
            within.append(left.popleft())
        found.append(
            BacklogPoint(
                start=start,
                end=within[-1].end if within else end,
                open=within[-1].open if within else found[-1].open if found else 0,
                opened=sum(point.opened for point in within),
                resolved=sum(point.resolved for point in within),
            )
        )
    return found
