"""WorkStore: the work of one tenant by the values of a field.

Whole days come from `rollup_work`, which writes keep exact; the rest of a period, and all of it where the page is narrowed or
a field has more values than are stored, from the tickets in the same snapshot.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from analytics.dashboard.facets import joined
from analytics.dashboard.query_scope import QueryScope
from analytics.figures import Durations
from analytics.work.figures import ValueWork, Waits, WorkFigures, WorkNumbers
from analytics.work.pipeline import (
    HANDED_FIELDS,
    Compared,
    Of,
    handed_pipeline,
    open_part,
    reopened_again_part,
    stored_blocks,
    ticket_part,
)
from supportsaas.bounded_cache import BoundedCache
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.db.parallel import start
from tenants.models import Tenant
from tickets.records.collection_names import TICKET_HISTORY
from tickets.records.dimensions import Narrowing
from tickets.rollups.differences import has_room
from tickets.rollups.view import rollup_view
from tickets.rollups.work_sums import ARRIVED, NO_VALUE, OPEN, REOPENED, RESOLVED, UNKNOWN
from tickets.rollups.writing import WORK

COUNTED: BoundedCache[WorkFigures] = BoundedCache(most_bytes=16 * 1024 * 1024)
"""What this process has counted."""

_OF: Final[tuple[Of, ...]] = ("count", "before", "now")
_Sums = dict[str | None, dict[Of, Counter[str]]]
"""By value."""


class WorkStore:
    """`use_rollups=False` counts everything from the tickets, to verify roll-ups against."""

    def __init__(self, tenant: Tenant, *, use_rollups: bool = True, use_cache: bool = False) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A WorkStore needs a tenant.")
        self.tenant = tenant
        self._use_rollups = use_rollups
        self._remembers = use_cache

    def count(self, by: str, compared: Compared, narrowing: Narrowing, *, now: datetime) -> WorkFigures:
        """The work by a field of `WORK_FIELDS`, of all tickets or of those with some values of another field."""
        with rollup_view(self.tenant, now=now, use=self._use_rollups, with_work=True) as view:
            is_stored = view.is_built and has_room(view.values.get(by, ()), by)
            is_readable = is_stored and (not narrowing or narrowing.field == by)
            scope = QueryScope(view if is_readable else replace(view, is_built=False), narrowing)
            if not self._remembers or view.version is None:
                return self._count(scope, by, compared)
            key = (self.tenant.slug, view.version, by, compared, narrowing)
            found = COUNTED.find(key)
            if found is None:
                found = self._count(scope, by, compared)
                COUNTED.keep(key, found)
            return found

    def _count(self, scope: QueryScope, by: str, compared: Compared) -> WorkFigures:
        is_handed = by in HANDED_FIELDS and not scope.narrowing
        handed = start(partial(self._handed, by, compared)) if is_handed else list
        sums: _Sums = defaultdict(lambda: {of: Counter() for of in _OF})
        if scope.view.is_built:
            _add_stored(sums, scope, by, compared)
        _add_rows(sums, self._of_tickets(scope, by, compared))
        _add_rows(sums, handed())
        wanted = scope.narrowing.values if scope.narrowing and scope.narrowing.field == by else None
        values = (
            _value_work(value, found, is_handed=is_handed)
            for value, found in sums.items()
            if (wanted is None or value in wanted) and any(any(each.values()) for each in found.values())
        )
        return WorkFigures(tuple(values))

    def _handed(self, by: str, compared: Compared) -> list[Document]:
        """Beside the snapshot, because no list has to agree with it."""
        pipeline = handed_pipeline(self.tenant.slug, compared, by)
        return list(mongo.collection(TICKET_HISTORY).aggregate(pipeline))

    @staticmethod
    def _of_tickets(scope: QueryScope, by: str, compared: Compared) -> Iterable[Document]:
        parts = [ticket_part(scope, compared, by), reopened_again_part(scope, compared, by)]
        if not scope.view.is_built:
            parts.append(open_part(scope, by))
        return mongo.database().aggregate(joined(parts), session=scope.view.session, allowDiskUse=True)


def _add_stored(sums: _Sums, scope: QueryScope, by: str, compared: Compared) -> None:
    """Adds up the blocks here: that takes a quarter of the time that MongoDB takes to unwind and group their entries."""
    blocks, values = stored_blocks(scope, compared), scope.view.values.get(by, ())
    match = scope.view.keys.match_blocks(blocks, [by])
    for each in mongo.collection(WORK).find(match, {"sums": 1}, session=scope.view.session):
        of = blocks[each["_id"].rpartition("|")[2]]
        for code, numbers in each["sums"].items():
            counted = sums[None if int(code) == NO_VALUE else values[int(code)]][of]
            for what, number in numbers.items():
                counted[what] += number


def _add_rows(sums: _Sums, rows: Iterable[Document]) -> None:
    for row in rows:
        for of in _OF:
            if number := row.get(of):
                sums[row["_id"]["value"]][of][row["_id"]["what"]] += number


def _value_work(value: str | None, found: Mapping[Of, Mapping[str, int]], *, is_handed: bool) -> ValueWork:
    return ValueWork(
        value=value,
        open=found["now"].get(OPEN, 0),
        current=_numbers(found["count"], is_handed=is_handed),
        previous=_numbers(found["before"], is_handed=is_handed),
    )


def _numbers(sums: Mapping[str, int], *, is_handed: bool) -> WorkNumbers:
    return WorkNumbers(
        arrived=sums.get(ARRIVED, 0),
        resolved=sums.get(RESOLVED, 0),
        reopened=sums.get(REOPENED, 0),
        first_reply=_waits(sums, "first_reply"),
        resolution=_waits(sums, "resolution"),
        handed_from=sums.get("handed_from", 0) if is_handed else None,
        handed_to=sums.get("handed_to", 0) if is_handed else None,
    )


def _waits(sums: Mapping[str, int], clock: str) -> Waits:
    start = f"{clock} "
    found = {what.removeprefix(start): number for what, number in sums.items() if what.startswith(start) and number}
    unknown = found.pop(UNKNOWN, 0)
    return Waits(Durations(tuple(sorted((int(step), number) for step, number in found.items()))), unknown)
