"""Every chart's numbers as a table. The page shows it below the chart, and the export has the same rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analytics.dashboard.context import DashboardContext, backlog_in, filled_trend
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.previous_cells import IS_UP_BAD, Number, previous_columns
from analytics.dashboard.previous_flows import previous_flow_columns
from analytics.dashboard.table import Cell, Column, Table
from analytics.dashboard.topics import most_frequent, rising
from analytics.dashboard.wording import NO_EARLIER_DATA, WEEKDAYS, customers_text, lift_text
from analytics.figures import (
    NOT_STOPPED,
    ClockFigures,
    DashboardFigures,
    OtherValues,
    Reason,
    ValueCount,
)
from supportsaas.formatting import format_label, format_number, format_rough_duration
from tickets.records.facets import NOT_CLASSIFIED, UNKNOWN, URGENCY_SUMS
from tickets.records.statuses import state_of

TILES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("total", "Tickets", {}),
    ("open", "Open", {"state": ("open",)}),
    ("high", "High urgency", {"urgency": ("high",)}),
    ("negative", "Negative", {"sentiment": ("negative",)}),
    ("action", "Needs action", {"requires_action": True}),
)
"""Field of `Totals`, name of the tile, and the filter of its list."""

NOT_CLASSIFIED_NUMBER: tuple[str, str, dict[str, Any]] = (NOT_CLASSIFIED, "Not classified", {"urgency": (UNKNOWN,)})

_NUMBERS = (*TILES, ("unknown", "Status not mapped", {"state": ("unknown",)}), NOT_CLASSIFIED_NUMBER)

REASONS: dict[Reason, dict[str, Any]] = {
    "high": {"urgency": ("high",)},
    "negative": {"sentiment": ("negative",)},
    "open": {"state": ("open",)},
    "repeated": {},
}
"""The filter of the list behind each part of a customer's score, besides the customer."""


def dashboard_tables(figures: DashboardFigures, context: DashboardContext) -> dict[str, Table]:
    """All tables of a dashboard by name, including those without rows."""
    return {name: build(figures, context) for name, build in TABLES.items()}


def _totals(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("number", "Number"),
        Column("count", "Tickets", "count"),
        Column("share", "Share", "share"),
        Column("before", "Before", "count"),
    )
    rows = tuple(
        (
            Cell(name),
            _count(getattr(figures.totals, field), context.links.tickets(**conditions)),
            _share(getattr(figures.totals, field), figures.totals.total),
            _before(figures, field, context.links.within(context.comparison, **conditions)),
        )
        for field, name, conditions in _NUMBERS
    )
    return Table("totals", "Numbers of the period", columns, rows)


def _trend(figures: DashboardFigures, context: DashboardContext) -> Table:
    buckets, unit = context.buckets, context.buckets.unit.value
    urgencies = [each.value for each in figures.by_urgency]
    numbers = [
        Number("total", "tickets", "Tickets", is_up_bad=True),
        *(
            Number(URGENCY_SUMS[each], URGENCY_SUMS[each], _words("urgency", each), (each,), IS_UP_BAD.get(each))
            for each in urgencies
        ),
    ]
    before = previous_columns(figures, context, numbers)
    rows = []
    for point in filled_trend(figures.trend, len(buckets)):
        period = buckets[point.position]
        moment = Cell(period.start, context.title(point.position), context.zoom(buckets, point.position))
        counts = (_count(each.of(point), context.links.within(period, urgency=each.urgency)) for each in numbers)
        rows.append((moment, *counts, *before.cells(point)))
    columns = (
        Column("from", unit.capitalize(), "moment"),
        *(Column(each.key, each.name, "count", before.key_of(each)) for each in numbers),
        *before.columns,
    )
    return Table("trend", f"Tickets per {unit}", columns, tuple(rows), context.spans(buckets))


def _of_field(
    field: str,
    title: str,
    found: Callable[[DashboardFigures], Sequence[ValueCount]],
    others: Callable[[DashboardFigures], OtherValues] = lambda _: OtherValues(),
) -> Any:
    """The values of a filter's field, the `others` summed up in the last row.

    A ticket can have many keywords, so their shares are of all tickets.
    """

    def build(figures: DashboardFigures, context: DashboardContext) -> Table:
        values, more = found(figures), others(figures)
        is_keyword = field == "keyword"
        whole = figures.totals.total if is_keyword else sum(each.count for each in values) + more.tickets
        rows = tuple(
            (
                Cell(each.value, _words(field, each.value)),
                _count(each.count, context.links.tickets(**{field: each.value if is_keyword else (each.value,)})),
                _share(each.count, whole),
            )
            for each in values
        )
        if more.values:
            rows = (
                *rows,
                (Cell(f"{format_number(more.values)} more"), Cell(more.tickets), _share(more.tickets, whole)),
            )
        columns = (Column(field, title), Column("tickets", "Tickets", "count"), Column("share", "Share", "share"))
        return Table("keywords" if is_keyword else field, title, columns, rows)

    return build


def _words(field: str, value: str) -> str:
    if field == "keyword":
        return value
    if field in ("urgency", "sentiment") and value == UNKNOWN:
        return "Not classified"
    return (
        f"{format_label(value)} (not mapped)"
        if field == "status" and state_of(value) == "unknown"
        else format_label(value)
    )


def _topics(figures: DashboardFigures, context: DashboardContext) -> Table:
    """A ticket can be about several topics, so their shares are of all tickets."""
    columns = (Column("topic", "Topic"), Column("tickets", "Tickets", "count"), Column("share", "Share", "share"))
    rows = tuple(
        (
            Cell(topic.name),
            _count(each.count, context.links.tickets(topic=(topic.id,))),
            _share(each.count, figures.totals.total),
        )
        for topic, each in most_frequent(figures, context.topics)
    )
    return Table("topics", "Topics", columns, rows)


def _rising_topics(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("topic", "Topic"),
        Column("tickets", "Tickets", "count"),
        Column("customers", "Customers", "count"),
        Column("before", "Before", "count"),
        Column("lift", "Lift"),
    )
    rows = tuple(
        (
            Cell(topic.name),
            _count(each.count, context.links.tickets(topic=(topic.id,))),
            Cell(each.customers.count, customers_text(each.customers)),
            _count(each.before, context.links.within(context.comparison, topic=(topic.id,))),
            Cell(None if each.lift is None else round(each.lift, 3), lift_text(each.count, each.before)),
        )
        for topic, each in rising(figures, context.topics)
    )
    return Table("rising-topics", "Rising topics", columns, rows)


def _rising(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("keyword", "Keyword"),
        Column("tickets", "Tickets", "count"),
        Column("before", "Before", "count"),
        Column("lift", "Lift"),
    )
    rows = tuple(
        (
            Cell(each.value),
            _count(each.count, context.links.tickets(keyword=each.value)),
            _count(each.before, context.links.within(context.comparison, keyword=each.value)),
            Cell(None if each.lift is None else round(each.lift, 3), lift_text(each.count, each.before)),
        )
        for each in (figures.rising if figures.has_earlier_data else ())
    )
    return Table("rising", "Rising keywords", columns, rows)


def _customers(_figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("customer_id", "Customer"),
        Column("name", "Name"),
        Column("organisation", "Organisation"),
        Column("risk", "Risk", "count"),
        Column("change", "In a week", "count"),
        Column("reasons", "Reasons"),
        Column("open", "Open", "count"),
    )
    rows = tuple(
        (
            Cell(each.customer_id, url=context.links.customer(each.customer_id)),
            Cell(each.name),
            Cell(each.organisation),
            Cell(each.risk),
            Cell(each.change, each.change_text),
            Cell(each.reasons),
            Cell(each.open),
        )
        for each in context.risky
    )
    return Table("customers-at-risk", "Customers at risk", columns, rows)


def _volume(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("customer_id", "Customer"),
        Column("tickets", "Tickets", "count"),
        Column("share", "Share", "share"),
        Column("high", "High urgency", "count"),
        Column("negative", "Negative", "count"),
        Column("open", "Open", "count"),
    )
    rows = []
    for each in figures.volume:
        counts: dict[Reason, int] = {
            "repeated": each.total,
            "high": each.high,
            "negative": each.negative,
            "open": each.open,
        }
        total, *others = _of_customer(context.links, each.customer_id, counts)
        name = Cell(each.customer_id, url=context.links.customer(each.customer_id))
        rows.append((name, total, _share(each.total, figures.totals.total), *others))
    return Table("customers", "Customers with the most tickets", columns, tuple(rows))


def _backlog(figures: DashboardFigures, context: DashboardContext) -> Table:
    """Only the last row has a link: a list shows what is open now, not what was open on a day."""
    days = context.days
    before = previous_flow_columns(figures, context)
    columns = (
        Column("from", days.unit.value.capitalize(), "moment"),
        Column("open", "Open at the end", "count"),
        Column("arrived", "Opened", "count", before.key_of("arrived")),
        Column("settled", "Resolved", "count", before.key_of("settled")),
        *before.columns,
    )
    rows = tuple(
        (
            Cell(point.start, context.title_of(days, position), context.zoom(days, position)),
            Cell(point.open, url=context.links.ever(state=("open",)) if point.end > context.now else ""),
            Cell(point.opened),
            Cell(point.resolved),
            *before.cells(position, point),
        )
        for position, point in enumerate(backlog_in(days, figures.backlog))
    )
    return Table("backlog", f"Open tickets at the end of each {days.unit.value}", columns, rows, context.spans(days))


def _ages(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (Column("age", "Age"), Column("open", "Open", "count"), Column("share", "Share", "share"))
    whole = sum(band.count for band in figures.ages)
    rows = tuple(
        (
            Cell(band.name),
            _count(
                band.count,
                context.links.ever(state=("open",), created_from=band.created_from, created_to=band.created_to),
            ),
            _share(band.count, whole),
        )
        for band in figures.ages
    )
    return Table("ages", "Age of open tickets", columns, rows)


def _week(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("weekday", "Weekday"),
        *(Column(f"{hour:02}:00", f"{hour}", "count") for hour in range(24)),
        Column("all", "All", "count"),
    )
    rows = tuple(
        (Cell(name), *(Cell(count) for count in hours), Cell(sum(hours)))
        for name, hours in zip(WEEKDAYS, _days_of(figures.week_hours), strict=False)
    )
    return Table("week-hours", "Tickets by weekday and hour", columns, rows)


def _first_reply(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("period", "Period"),
        Column("first_replies", "First replies", "count"),
        *CLOCK_COLUMNS,
        Column("unknown", "Unknown", "count"),
    )
    shown = _clock_periods(figures, "first_reply")
    rows = tuple(
        (Cell(name), Cell(each.calendar.count), *clock_cells(each), Cell(each.unknown)) for name, each, _ in shown
    )
    has_any = any(each.stopped or each.decided for _, each, _ in shown)
    return Table("first-reply", "First reply", columns, rows if has_any else ())


def _resolution(figures: DashboardFigures, context: DashboardContext) -> Table:
    columns = (
        Column("period", "Period"),
        Column("resolved", "Resolved", "count"),
        *CLOCK_COLUMNS,
        Column("reopened", "Reopened", "count"),
        Column("closing_time_unknown", "Closing time unknown", "count"),
    )
    shown = _clock_periods(figures, "resolution")
    rows = tuple(
        (Cell(name), Cell(each.calendar.count), *clock_cells(each), Cell(reopened), Cell(each.unknown))
        for name, each, reopened in shown
    )
    has_any = any(each.stopped or reopened for _, each, reopened in shown)
    return Table("resolution", "Time to resolution", columns, rows if has_any else ())


def _clock_periods(figures: DashboardFigures, clock: str) -> list[tuple[str, ClockFigures, int]]:
    """The period and the previous one, if there is earlier data: name, clock, and how many tickets were reopened."""
    shown = [("This period", figures.clocks.get(clock, NOT_STOPPED), figures.reopened)]
    if figures.has_earlier_data:
        before = figures.previous_clocks.get(clock, NOT_STOPPED)
        shown.append(("Previous period", before, figures.previous_reopened))
    return shown


CLOCK_COLUMNS = (
    Column("median_seconds", "Median time", "seconds"),
    Column("p90_seconds", "90th percentile", "seconds"),
    Column("business_median_seconds", "Median in business hours", "seconds"),
    Column("business_p90_seconds", "90th percentile in business hours", "seconds"),
    Column("met", "Targets met", "count"),
    Column("breached", "Targets breached", "count"),
)


def clock_cells(found: ClockFigures) -> tuple[Cell, ...]:
    """A cell for each of `CLOCK_COLUMNS`."""
    times = (each for durations in (found.calendar, found.business) for each in durations.percentiles)
    return (*(length_cell(each) for each in times), Cell(found.met), Cell(found.breached))


TABLES: Mapping[str, Callable[[DashboardFigures, DashboardContext], Table]] = {
    "totals": _totals,
    "trend": _trend,
    "status": _of_field("status", "Status", lambda figures: figures.by_status, lambda figures: figures.other_statuses),
    "urgency": _of_field("urgency", "Urgency", lambda figures: figures.by_urgency),
    "sentiment": _of_field("sentiment", "Sentiment", lambda figures: figures.by_sentiment),
    "source": _of_field("source", "Source", lambda figures: figures.by_source, lambda figures: figures.other_sources),
    "keywords": _of_field("keyword", "Keyword", lambda figures: figures.keywords),
    "rising": _rising,
    "topics": _topics,
    "rising-topics": _rising_topics,
    "customers-at-risk": _customers,
    "customers": _volume,
    "backlog": _backlog,
    "ages": _ages,
    "week-hours": _week,
    "first-reply": _first_reply,
    "resolution": _resolution,
}
"""By the name in the URL."""


def _of_customer(links: TicketLinks, customer_id: str, counts: Mapping[Reason, int]) -> list[Cell]:
    return [
        _count(count, links.tickets(customer_id=customer_id, **REASONS[reason])) for reason, count in counts.items()
    ]


def _days_of(week_hours: Sequence[int]) -> list[Sequence[int]]:
    return [week_hours[start : start + 24] for start in range(0, len(week_hours), 24)]


def _count(count: int, url: str) -> Cell:
    """A count of 0 has no link."""
    return Cell(count, url=url if count else "")


def _before(figures: DashboardFigures, field: str, url: str) -> Cell:
    if not figures.has_earlier_data:
        return Cell(None, NO_EARLIER_DATA)
    return _count(getattr(figures.previous, field), url)


def _share(count: int, whole: int) -> Cell:
    return Cell(round(count / whole, 6) if whole else None)


def length_cell(seconds: float | None) -> Cell:
    return Cell(None if seconds is None else round(seconds), "" if seconds is None else format_rough_duration(seconds))
