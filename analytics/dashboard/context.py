"""What the numbers of a dashboard are numbers of: panels, tables and exports are made from these and the figures."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.dashboard.links import TicketLinks
from analytics.dashboard.wording import bucket_title
from analytics.figures import BacklogPoint, DashboardFigures, TrendPoint
from analytics.periods import Buckets, Period, Unit, buckets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A period in its buckets, what it is compared with, and where its tickets are listed.

    `zone` is the tenant's, in which days begin; `links` are narrowed by the period and its sources.
    """

    buckets: Buckets
    comparison: Period
    links: TicketLinks
    zone: ZoneInfo
    now: datetime

    @property
    def days(self) -> Buckets:
        """The buckets that the backlog is shown in: the trend's, but never shorter than a day."""
        return buckets_of(self.buckets.period, self.zone, Unit.DAY) if self.buckets.unit is Unit.HOUR else self.buckets

    def is_under_way(self, buckets: Buckets, position: int) -> bool:
        """Whether the bucket is not over, so that its numbers are only those so far."""
        return buckets[position].start <= self.now < buckets[position].end

    def title(self, position: int) -> str:
        """A bucket of the trend in words, “so far” where it is under way."""
        return self.title_of(self.buckets, position)

    def title_of(self, buckets: Buckets, position: int) -> str:
        title = bucket_title(buckets, position, self.zone)
        return f"{title}, so far" if self.is_under_way(buckets, position) else title


def filled_trend(figures: DashboardFigures, buckets: Buckets) -> list[TrendPoint]:
    """A point for every bucket, also where there was no ticket."""
    found = {point.position: point for point in figures.trend}
    return [found.get(position) or TrendPoint(position=position) for position in range(len(buckets))]


def backlog_in(buckets: Buckets, points: tuple[BacklogPoint, ...]) -> list[BacklogPoint]:
    """The days brought together in longer buckets: what was open at the last one's end, what came and went in all.

    A point for each of the first buckets, up to the one of the last day.
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
                arrived=sum(point.arrived for point in within),
                settled=sum(point.settled for point in within),
            )
        )
    return found
