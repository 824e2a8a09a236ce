"""The table of work as the page shows it: each number with the one before, and linked to exactly its tickets."""

from dataclasses import dataclass
from typing import Any

from analytics.dashboard.links import TicketLinks
from analytics.views.work_selection import WorkSelection
from analytics.work.figures import ValueWork, Waits, WorkNumbers
from analytics.work.pipeline import Compared
from analytics.work.rows import NAME, WorkRows
from supportsaas.formatting import NOTHING, format_number, format_rough_duration
from tickets.records.period import Period
from tickets.store.filters import COUNT_ALL, TicketFilter

_TITLES = {
    "open": "Open now",
    "arrived": "Arrived",
    "resolved": "Resolved",
    "reopened": "Reopened",
    "first_reply": "First reply, median",
    "first_reply_p90": "First reply, 90%",
    "resolution": "Resolution, median",
    "resolution_p90": "Resolution, 90%",
    "handed_from": "Handed away",
    "handed_to": "Handed to",
}
_HANDED = ("handed_from", "handed_to")


@dataclass(frozen=True, slots=True)
class Heading:
    """`order`: `ascending` or `descending` if the rows stand by it, as ARIA names it."""

    title: str
    query: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`before` is the number of the period before; `of` how many tickets a duration is of, which `url` then lists."""

    text: str
    url: str = ""
    before: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    is_value: bool = True


@dataclass(frozen=True, slots=True)
class WorkTable:
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    has_handed: bool
    others: int
    """How many more values there are, with no row because their sum would count tickets twice."""


def work_table(
    rows: WorkRows, selection: WorkSelection, compared: Compared, slug: str, *, has_earlier_data: bool
) -> WorkTable:
    cells = _Cells(selection, compared, slug, has_earlier_data)
    shown = [Row(each.value or "", cells.of(each)) for each in rows.shown]
    if rows.sum_of_others is not None:
        shown.append(Row(f"and {format_number(rows.others)} more", cells.of(rows.sum_of_others), is_value=False))
    if rows.without_value is not None:
        shown.append(Row(f"No {selection.by}", cells.of(rows.without_value), is_value=False))
    order = selection.shown_order
    names = {NAME: selection.by.capitalize(), **{each: _TITLES[each] for each in cells.columns}}
    direction = "descending" if order.is_descending else "ascending"
    headings = [
        Heading(title, selection.sorted_by(column), direction if column == order.column else "")
        for column, title in names.items()
    ]
    others = rows.others if rows.sum_of_others is None else 0
    return WorkTable(tuple(headings), tuple(shown), has_handed=cells.is_handed, others=others)


class _Cells:
    def __init__(self, selection: WorkSelection, compared: Compared, slug: str, has_earlier_data: bool) -> None:
        self.by, self.compared, self.has_earlier_data = selection.by, compared, has_earlier_data
        self.is_handed = selection.by in ("assignee", "team") and not selection.narrowing
        narrowing: Any = {selection.narrowing.field: selection.narrowing.values}
        self.links = TicketLinks(slug, TicketFilter(**narrowing))

    @property
    def columns(self) -> list[str]:
        return [each for each in _TITLES if self.is_handed or each not in _HANDED]

    def of(self, work: ValueWork) -> tuple[Cell, ...]:
        now, before = work.current, work.previous
        made = {
            "open": Cell(format_number(work.open), self._url(work, work.open, state=("open",))),
            "arrived": self._count(work, "arrived", "created"),
            "resolved": self._count(work, "resolved", "resolved"),
            "reopened": self._count(work, "reopened", "reopened"),
            **self._waits(work, "first_reply", now.first_reply, before.first_reply),
            **self._waits(work, "resolution", now.resolution, before.resolution),
            **{name: self._plain(now, before, name) for name in _HANDED},
        }
        return tuple(made[each] for each in self.columns)

    def _count(self, work: ValueWork, name: str, what: str) -> Cell:
        number = getattr(work.current, name)
        url = self._url(work, number, **_within(what, self.compared.period))
        return Cell(format_number(number), url, self._before(getattr(work.previous, name)))

    def _plain(self, now: WorkNumbers, before: WorkNumbers, name: str) -> Cell:
        return Cell(format_number(getattr(now, name)), before=self._before(getattr(before, name)))

    def _waits(self, work: ValueWork, clock: str, now: Waits, before: Waits) -> dict[str, Cell]:
        url = self._url(work, now.count, clock=clock, **_within("stopped", self.compared.period))
        known, before_known = now.durations.count, before.durations.count
        of = f"of {format_number(now.count)}" if now.count else ""
        if now.unknown:
            of = f"{format_number(known)} known {of}"
        return {
            clock: Cell(
                format_rough_duration(now.median_seconds),
                url,
                self._duration_before(before.median_seconds, before_known),
                of,
            ),
            f"{clock}_p90": Cell(
                format_rough_duration(now.p90_seconds), "", self._duration_before(before.p90_seconds, before_known)
            ),
        }

    def _url(self, work: ValueWork, number: int, **conditions: Any) -> str:
        """No list has the tickets without a value, or those of all other values."""
        if work.value is None or not number:
            return ""
        return f"{self.links.tickets(**{self.by: (work.value,)}, **conditions)}&{COUNT_ALL}"

    def _before(self, number: int | None) -> str:
        return f"was {format_number(number)}" if self.has_earlier_data and number is not None else ""

    def _duration_before(self, seconds: float | None, known: int) -> str:
        if not self.has_earlier_data or not known:
            return ""
        return f"was {NOTHING if seconds is None else format_rough_duration(seconds)}"


def _within(what: str, period: Period) -> dict[str, Any]:
    return {f"{what}_from": period.start, f"{what}_to": period.end}
