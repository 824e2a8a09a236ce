"""What the page of work shows: the period and filter of a dashboard, the field to group by, and the order of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from analytics.selection import Selection
from analytics.work.rows import Order, default_order
from tickets.rollups.work_sums import WORK_FIELDS
from tickets.store.filters import FilterError

DEFAULT_BY: Final = "team"


@dataclass(frozen=True, slots=True)
class WorkSelection(Selection):
    """`order` None: the usual one of the field."""

    by: str = DEFAULT_BY
    order: Order | None = None

    @classmethod
    def of_page(cls, parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo, now: datetime) -> "WorkSelection":
        """From query parameters. Raises `FilterError`."""
        base = Selection.parse(parameters, zone=zone, now=now)
        sort = _single(parameters, "sort")
        return cls(
            base.chosen,
            base.sources,
            base.zone,
            base.dimension,
            by=parse_by(_single(parameters, "by") or DEFAULT_BY),
            order=Order.parse(sort) if sort else None,
        )

    @property
    def shown_order(self) -> Order:
        return self.order or default_order(self.by)

    @property
    def of_dashboard(self) -> Selection:
        """The same period and filter."""
        return Selection(self.chosen, self.sources, self.zone, self.dimension)

    def kept_parameters(self) -> list[tuple[str, str]]:
        return [("by", self.by), *([("sort", self.order.parameter)] if self.order else [])]

    def sorted_by(self, column: str) -> str:
        return self.query(order=self.shown_order.by(column))

    def grouped_by(self, by: str) -> str:
        return replace(self, by=by, order=None).query()


def parse_by(text: str) -> str:
    """Raises `FilterError`."""
    if text not in WORK_FIELDS:
        raise FilterError("by", f"must be one of {', '.join(WORK_FIELDS)}, not {text[:40]!r}")
    return text


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    given = [each for each in parameters.get(name, []) if each]
    if len(given) > 1:
        raise FilterError(name, "can be given only once")
    return given[0] if given else ""
