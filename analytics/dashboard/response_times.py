"""The response times of a period: every clock with its percentiles, how its times are distributed, and where they are from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from analytics.dashboard import charts
from analytics.dashboard.links import TicketLinks
from analytics.dashboard.table import Cell, Column, Table
from analytics.dashboard.tables import length_cell
from analytics.dashboard.wording import NO_EARLIER_DATA, Change, change, ratio_change
from analytics.figures import FEWEST_FOR_RATIO, NOT_STOPPED, ClockFigures, Durations
from supportsaas.formatting import format_number, format_rough_duration
from tickets.clocks.settings import TARGET_CLOCKS
from tickets.clocks.stopwatch import STATUS
from tickets.clocks.wording import CLOCK_NAMES, ORIGINS, clock_name

Measure = Literal["calendar", "business"]

_HOUR, _DAY = 3600, 86_400
BANDS: Final = (
    ("under 15 min", "under_15_min", 900),
    ("15 min to 1 h", "up_to_1_h", _HOUR),
    ("1 to 4 h", "up_to_4_h", 4 * _HOUR),
    ("4 to 8 h", "up_to_8_h", 8 * _HOUR),
    ("8 h to 1 day", "up_to_1_day", _DAY),
    ("1 to 2 days", "up_to_2_days", 2 * _DAY),
    ("2 days to 1 week", "up_to_1_week", 7 * _DAY),
    ("longer", "longer", None),
)
"""What a band is called on the page and in a file, and where it ends, in seconds. A day has 24 hours."""

_EDGES: Final = [end for _, _, end in BANDS if end is not None]

_TARGET_CLOCKS: Final[frozenset[str]] = frozenset(TARGET_CLOCKS)

ANCHORS: Final[Mapping[str, str]] = {
    "first_reply": "first-reply",
    "next_reply": "next-reply",
    "resolution": "resolution",
    "waiting_us": "waiting",
    "waiting_customer": "waiting",
}
"""The heading of docs/counting.md that explains a clock; statuses have one together."""

ANCHOR_OF_STATUSES: Final = "time-in-each-status"


@dataclass(frozen=True, slots=True)
class Band:
    """How many took this long. `width` is a percentage of the longest bar."""

    name: str
    count: int
    share: float | None
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTimes:
    """A clock in calendar time or in business hours, compared with the previous period.

    `before` is None if there is no earlier data. A `change` is None if there were too few before.
    """

    clock: str
    name: str
    anchor: str
    found: ClockFigures
    before: ClockFigures | None
    shown: Durations
    shown_before: Durations | None
    bands: tuple[Band, ...]
    origins: str
    all_url: str
    met_url: str
    breached_url: str

    @property
    def count(self) -> int:
        return self.shown.count

    @property
    def median(self) -> str:
        return format_rough_duration(self.shown.median_seconds)

    @property
    def p90(self) -> str:
        return format_rough_duration(self.shown.p90_seconds)

    @property
    def median_change(self) -> Change | None:
        return self._change(0)

    @property
    def p90_change(self) -> Change | None:
        return self._change(1)

    @property
    def count_change(self) -> Change | None:
        return None if self.shown_before is None else change(self.shown.count, self.shown_before.count)

    @property
    def is_one_a_ticket(self) -> bool:
        """Whether a ticket has at most one, so that a list has as many tickets."""
        return self.clock != "next_reply"

    @property
    def count_url(self) -> str:
        """The list of those that are counted, if it is exactly theirs."""
        return self.all_url if self.is_one_a_ticket and 0 < self.count == self.found.stopped else ""

    @property
    def can_be_promised(self) -> bool:
        return self.clock in _TARGET_CLOCKS

    def _change(self, place: int) -> Change | None:
        """Of the percentile at this place."""
        if self.shown_before is None or self.shown_before.count < FEWEST_FOR_RATIO:
            return None
        now, before = self.shown.percentiles[place], self.shown_before.percentiles[place]
        return ratio_change(now, before) if now is not None and before else None


def clock_times(
    now: Mapping[str, ClockFigures],
    before: Mapping[str, ClockFigures] | None,
    measure: Measure,
    links: TicketLinks,
) -> list[ClockTimes]:
    """The five clocks, also those that never stopped, then the statuses with the most tickets first."""
    statuses = sorted((each for each in now if each.startswith(STATUS)), key=lambda each: (-now[each].stopped, each))
    return [_times(clock, now, before, measure, links) for clock in (*CLOCK_NAMES, *statuses)]


def _times(
    clock: str,
    now: Mapping[str, ClockFigures],
    before: Mapping[str, ClockFigures] | None,
    measure: Measure,
    links: TicketLinks,
) -> ClockTimes:
    found = now.get(clock, NOT_STOPPED)
    was = None if before is None else before.get(clock, NOT_STOPPED)
    shown = _durations(found, measure)
    return ClockTimes(
        clock=clock,
        name=clock_name(clock),
        anchor=ANCHORS.get(clock, ANCHOR_OF_STATUSES),
        found=found,
        before=was,
        shown=shown,
        shown_before=None if was is None else _durations(was, measure),
        bands=tuple(_bands(shown)),
        origins=_origins(found),
        all_url=links.stopped(clock),
        met_url=links.stopped(clock, met=True),
        breached_url=links.stopped(clock, met=False),
    )


def _durations(found: ClockFigures, measure: Measure) -> Durations:
    return found.business if measure == "business" else found.calendar


def _bands(shown: Durations) -> Iterator[Band]:
    counts = shown.within(_EDGES)
    widths = charts.bar_widths(counts)
    for (name, _, _), count, width in zip(BANDS, counts, widths, strict=True):
        yield Band(name, count, count / shown.count if shown.count else None, width)


def _origins(found: ClockFigures) -> str:
    """“812 from the helpdesk, 40 from the conversation”: the most frequent first."""
    known = {by: number for by, number in found.by if number}
    ordered = sorted(ORIGINS.items(), key=lambda each: -known.get(each[0], 0))
    return ", ".join(f"{format_number(known[by])} from {name}" for by, name in ordered if by in known)


def times_table(times: Sequence[ClockTimes]) -> Table:
    """A row for each clock, as the page and the file have it. What cannot be known is empty."""
    columns = (
        Column("clock", "Clock"),
        Column("count", "Known", "count"),
        Column("median_seconds", "Median", "seconds"),
        Column("p90_seconds", "90th percentile", "seconds"),
        Column("previous_count", "Known before", "count"),
        Column("previous_median_seconds", "Median before", "seconds"),
        Column("previous_p90_seconds", "90th percentile before", "seconds"),
        Column("met", "Targets met", "count"),
        Column("breached", "Targets breached", "count"),
        Column("unknown", "Unknown", "count"),
        *(Column(key, name.capitalize(), "count") for name, key, _ in BANDS),
        *(Column(f"by_{by}", f"From {name}", "count") for by, name in ORIGINS.items()),
    )
    return Table("response-times", "Response times", columns, tuple(_row(each) for each in times))


def _row(each: ClockTimes) -> tuple[Cell, ...]:
    by = dict(each.found.by)
    return (
        Cell(each.clock, each.name),
        Cell(each.shown.count),
        *(length_cell(seconds) for seconds in each.shown.percentiles),
        *_before(each.shown_before),
        *(Cell(number if each.can_be_promised else None) for number in (each.found.met, each.found.breached)),
        Cell(each.found.unknown),
        *(Cell(band.count) for band in each.bands),
        *(Cell(by.get(origin, 0)) for origin in ORIGINS),
    )


def _before(shown: Durations | None) -> tuple[Cell, ...]:
    if shown is None:
        return (Cell(None, NO_EARLIER_DATA),) * 3
    return (Cell(shown.count), *(length_cell(seconds) for seconds in shown.percentiles))
