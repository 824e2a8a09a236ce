"""What the dashboard shows, ready to draw: every number with its words and its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics import charts
from analytics.figures import AtRiskCustomer, DashboardFigures, Reason, RisingKeyword, TrendPoint, ValueCount
from analytics.links import TicketLinks
from analytics.periods import Buckets, Period
from analytics.views.words import Change, axis_words, bucket_title, change
from supportsaas.templatetags.presentation import grouped
from tickets.filters import OPEN_STATUSES, URGENCIES

SHOWN_VALUES = 8
SHOWN_TICKETS = 3

_TILES: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("total", "Tickets", {}, False),
    ("open", "Open", {"status": OPEN_STATUSES}, True),
    ("high", "High urgency", {"urgency": ("high",)}, True),
    ("negative", "Negative", {"sentiment": ("negative",)}, True),
    ("action", "Needs action", {"requires_action": True}, True),
)
"""Field of the totals, name, what its list is narrowed by, and whether it is shown as a share."""

_REASONS: dict[Reason, dict[str, Any]] = {
    "high": {"urgency": ("high",)},
    "negative": {"sentiment": ("negative",)},
    "open": {"status": OPEN_STATUSES},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number, and how it stands to the same part of the period before."""

    field: str
    name: str
    count: int
    share: float | None
    url: str
    change: Change
    before: int
    before_url: str
    sparkline: charts.Sparkline | None


@dataclass(frozen=True, slots=True)
class TrendSegment:
    urgency: str
    mark: charts.Segment
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class TrendBar:
    mark: charts.Bar
    url: str
    title: str
    segments: tuple[TrendSegment, ...]


@dataclass(frozen=True, slots=True)
class TrendCell:
    """A number of the table; a nothing has no link."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class TrendRow:
    title: str
    cells: tuple[TrendCell, ...]


@dataclass(frozen=True, slots=True)
class AxisText:
    place: charts.AxisLabel
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    chart: charts.StackedBars
    bars: tuple[TrendBar, ...]
    labels: tuple[AxisText, ...]
    rows: tuple[TrendRow, ...]
    unit: str
    summary: str


@dataclass(frozen=True, slots=True)
class BarRow:
    value: str
    count: int
    share: float | None
    width: float
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarList:
    """Rows with bars; those of `more` stand behind a fold."""

    rows: tuple[BarRow, ...]
    more: tuple[BarRow, ...]


@dataclass(frozen=True, slots=True)
class CustomerReason:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer at risk, each reason with the list of its tickets; `ticket_ids` are the newest few."""

    customer_id: str
    url: str
    reasons: tuple[CustomerReason, ...]
    is_settled: bool
    ticket_ids: tuple[str, ...]


def tiles(figures: DashboardFigures, buckets: Buckets, comparison: Period, links: TicketLinks) -> list[Tile]:
    points = _filled(figures, buckets)
    found = []
    for field, name, conditions, has_share in _TILES:
        count, before = getattr(figures.totals, field), getattr(figures.previous, field)
        total = figures.totals.total
        found.append(
            Tile(
                field=field,
                name=name,
                count=count,
                share=count / total if has_share and total else None,
                url=links.tickets(**conditions),
                change=change(count, before),
                before=before,
                before_url=links.within(comparison, **conditions),
                sparkline=charts.sparkline([getattr(point, field) for point in points]),
            )
        )
    return found


def trend(figures: DashboardFigures, buckets: Buckets, links: TicketLinks, *, zone: ZoneInfo, now: datetime) -> Trend:
    points = _filled(figures, buckets)
    chart = charts.stacked_bars([[getattr(point, urgency) for urgency in URGENCIES] for point in points])
    bars, rows = [], []
    for point, mark in zip(points, chart.bars, strict=True):
        period = buckets[point.position]
        title = bucket_title(buckets, point.position, zone)
        if period.start <= now < period.end:
            title = f"{title}, so far"
        everything = links.within(period)
        urls = {urgency: links.within(period, urgency=(urgency,)) for urgency in URGENCIES}
        segments = tuple(
            TrendSegment(name, each, urls[name], f"{title}: {grouped(each.value)} {name}")
            for each, name in ((each, URGENCIES[each.series]) for each in mark.segments)
        )
        bars.append(TrendBar(mark, everything, f"{title}: {_tickets(point.total)}", segments))
        counted = [(point.total, everything), *((getattr(point, urgency), urls[urgency]) for urgency in URGENCIES)]
        rows.append(TrendRow(title, tuple(TrendCell(count, url) for count, url in counted)))
    labels = tuple(
        AxisText(place, axis_words(buckets, place.position, zone)) for place in charts.axis_labels(len(buckets))
    )
    return Trend(chart, tuple(bars), labels, tuple(rows), buckets.unit.value, _summary(figures, buckets, zone))


def bar_list(values: Sequence[ValueCount], field: str, links: TicketLinks, *, of: int | None = None) -> BarList:
    """The values of a filter's field; shares are of `of`, by default of all the values together."""
    whole = of if of is not None else sum(each.count for each in values)
    rows = tuple(
        BarRow(
            each.value,
            each.count,
            each.count / whole if whole else 0.0,
            width,
            links.tickets(**{field: each.value if field == "keyword" else (each.value,)}),
        )
        for each, width in zip(values, charts.bar_widths([each.count for each in values]), strict=True)
    )
    return BarList(rows[:SHOWN_VALUES], rows[SHOWN_VALUES:]) if field != "keyword" else BarList(rows, ())


def rising_list(words: Sequence[RisingKeyword], links: TicketLinks) -> BarList:
    """The words that gained most, with what they had before; the bars show the gain."""
    widths = charts.bar_widths([each.count - each.before for each in words])
    return BarList(
        tuple(
            BarRow(each.value, each.count, None, width, links.tickets(keyword=each.value), _before(each.before))
            for each, width in zip(words, widths, strict=True)
        ),
        (),
    )


def customer_rows(customers: Sequence[AtRiskCustomer], links: TicketLinks) -> list[CustomerRow]:
    return [
        CustomerRow(
            customer_id=each.customer_id,
            url=links.customer(each.customer_id),
            reasons=tuple(
                CustomerReason(words, links.tickets(customer_id=each.customer_id, **_REASONS[reason]))
                for reason, words in each.reasons().items()
            ),
            is_settled=not each.open_count,
            ticket_ids=each.ticket_ids[:SHOWN_TICKETS],
        )
        for each in customers
    ]


def _filled(figures: DashboardFigures, buckets: Buckets) -> list[TrendPoint]:
    """A point for every bucket, also where there was no ticket."""
    found = {point.position: point for point in figures.trend}
    return [found.get(position) or TrendPoint(position=position) for position in range(len(buckets))]


def _summary(figures: DashboardFigures, buckets: Buckets, zone: ZoneInfo) -> str:
    """The chart in a sentence, for those who do not see it."""
    if not figures.trend:
        return "No tickets."
    peak = max(figures.trend, key=lambda point: point.total)
    most = f"{bucket_title(buckets, peak.position, zone)} ({grouped(peak.total)})"
    return f"{_tickets(figures.totals.total)}, the most on {most}."


def _before(count: int) -> str:
    return f"{grouped(count)} before" if count else "new"


def _tickets(count: int) -> str:
    return f"{grouped(count)} ticket{'' if count == 1 else 's'}"
