"""A tenant's roll-ups as one snapshot shows them."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.records.dimensions import ALL_TICKETS, Narrowing
from tickets.records.period import Period
from tickets.rollups import state
from tickets.rollups.blocks import Block, Pieces, cut, day_of, joined_periods, start_of
from tickets.rollups.differences import EVERYTHING, ValueCodes, slice_name
from tickets.rollups.keys import RollupKeys

BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9001, 1, 1, tzinfo=UTC)
"""No ticket lies before or after these."""

_NO_SLICE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupView:
    """What is read in `session` is of the same snapshot.

    - `zone`: that of the days.
    - `is_built`: whether there are roll-ups of the tenant's present zone. Otherwise everything is read from the tickets.
    - `sliced_fields`: those of which each value has numbers of its own.
    - `until`: tomorrow. From this day on, tickets are read.
    - `word_blocks`: the larger blocks whose keywords are stored.
    - `hours_since`: from this day on, hours are stored. Parts of earlier days are read from the tickets.
    - `values`: the values of each field, at the place of their code in the roll-ups.
    - `version`: two views of the same version see the same tickets. None if that cannot be known.
    """

    tenant_id: str
    zone: ZoneInfo
    session: ClientSession
    is_built: bool
    until: int
    keys: RollupKeys
    sliced_fields: tuple[str, ...] = ()
    first_day: int | None = None
    last_day: int | None = None
    word_blocks: frozenset[Block] = frozenset()
    hours_since: int = 0
    values: dict[str, tuple[str, ...]]
    version: Hashable | None = None

    def of(self, narrowing: Narrowing) -> "RollupView":
        """The view to read narrowed numbers from: as if nothing were built, if the field has no numbers of its own."""
        has_numbers = not narrowing or narrowing.field in self.sliced_fields
        return self if has_numbers else replace(self, is_built=False)

    def slices_of(self, narrowing: Narrowing) -> list[str]:
        """The slices whose numbers together are those of the tickets with one of the values."""
        if not narrowing:
            return [EVERYTHING]
        codes = ValueCodes(self.values)
        found = [codes.find(narrowing.field, value) for value in narrowing.values]
        return [slice_name(narrowing.field, code) for code in found if code is not None] or [_NO_SLICE]

    def cut(self, period: Period, narrowing: Narrowing = ALL_TICKETS, *, grid: datetime | None = None) -> Pieces:
        """What the numbers of a period are read from. Hours are stored only for all tickets together."""
        if not self.is_built:
            return Pieces(raw=(period,))
        pieces = cut(period, self.zone, until=self.until, grid=grid)
        first_hour = start_of(self.hours_since, self.zone)
        hours = tuple(each for each in pieces.hours if each.start >= first_hour and not narrowing)
        without_hours = [each for each in pieces.hours if each not in hours]
        return Pieces(days=pieces.days, hours=hours, raw=tuple(joined_periods([*without_hours, *pieces.raw])))

    def clipped(self, start: datetime | None, end: datetime | None) -> Period | None:
        """The part of a period in which there may be tickets. A bound that is None is open."""
        start, end = max(start or self.beginning, self.beginning), min(end or self.end, self.end)
        return Period(start, end) if start < end else None

    @property
    def beginning(self) -> datetime:
        """Before any ticket: the start of the first day that has numbers. Without roll-ups, `BEGINNING`."""
        if not self.is_built:
            return BEGINNING
        return start_of(self.first_day, self.zone) if self.first_day else END

    @property
    def end(self) -> datetime:
        if not self.is_built:
            return END
        return start_of(self.last_day + 1, self.zone) if self.last_day else BEGINNING


@contextmanager
def rollup_view(tenant: Tenant, *, now: datetime, use: bool = True, with_work: bool = False) -> Iterator[RollupView]:
    """The tenant's roll-ups in a snapshot. Without `use`, as if none were built: everything is read from the tickets."""
    with rollup_views([tenant], now=now, use=use, with_work=with_work) as views:
        yield views[0]


@contextmanager
def rollup_views(
    tenants: Sequence[Tenant],
    *,
    now: datetime,
    use: bool = True,
    with_words: bool = True,
    with_work: bool = False,
) -> Iterator[list[RollupView]]:
    """The views of several tenants, in the order given, in one snapshot. One query, however many tenants.

    Without `with_words`, for what reads no keywords; `with_work`, for what reads the work of people and teams.
    """
    with mongo.client().start_session(snapshot=True) as session:
        slugs = [tenant.slug for tenant in tenants]
        states = state.find_all(slugs, session=session, with_words=with_words, with_work=with_work) if use else {}
        yield [_view(tenant, states.get(tenant.slug), session, now) for tenant in tenants]


def _view(tenant: Tenant, found: state.RollupState | None, session: ClientSession, now: datetime) -> RollupView:
    if found is None or not found.is_readable or found.zone != tenant.timezone:
        return RollupView(
            tenant_id=tenant.slug,
            zone=tenant.zone,
            session=session,
            is_built=False,
            until=0,
            keys=RollupKeys(tenant.slug, 0),
            values={},
        )
    return RollupView(
        tenant_id=tenant.slug,
        zone=tenant.zone,
        session=session,
        is_built=True,
        until=day_of(now, tenant.zone) + 1,
        keys=RollupKeys(tenant.slug, found.generation),
        sliced_fields=found.sliced_fields,
        first_day=found.first_day,
        last_day=found.last_day,
        word_blocks=found.word_blocks,
        hours_since=found.hours_since,
        values={name: tuple(values) for name, values in found.values.items()},
        version=(found.id, found.generation, found.version),
    )
