"""Builds a tenant's roll-ups from its tickets: after an upgrade or a change of its time zone, when it gets a second
connection, and to repair them.

A new generation is built beside the one that readers use, a few thousand tickets at a time in the order of their
creation. Writes go on meanwhile: they add to the new generation what they change about tickets that it has already.
One write of the state then switches readers over. If a builder dies, the next one continues after the last tickets that it
counted.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar

from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import HeldLock, Lock, LockLost
from tenants.models import Tenant
from tickets.records.collection_names import TICKETS
from tickets.rollups import state
from tickets.rollups.differences import COUNTED_FIELDS, Row, ValueCodes, fields_to_slice
from tickets.rollups.state import Building, RollupState
from tickets.rollups.writing import CLOCKS, CUSTOMERS, NUMBERS, WORDS, WORK, TooManyValues, save_rows_built

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

TICKETS_AT_ONCE: Final = 2_000
"""How many are counted in one transaction."""

DOCUMENTS_AT_ONCE: Final = 5_000
"""How many documents of an older generation are deleted at once."""

LONGEST_TURN: Final = timedelta(seconds=20)


class Stopped(Exception):
    """A stop was requested. The state says what remains to be done."""


def build(tenant: Tenant, *, stop: threading.Event | None = None) -> bool:
    """Build the roll-ups unless they are complete. False if another process does it, or `stop` was set."""
    lock = Lock(f"rollups:{tenant.slug}")
    with lock.kept(f"{process_name()}:{threading.get_ident()}") as held:
        if held is None:
            return False
        try:
            _Builder(tenant, lock, held, stop or threading.Event()).run()
        except (LockLost, Stopped):
            return False
    return True


def build_again(tenant: Tenant) -> None:
    """Have the workers build a new generation from the tickets."""

    def work(session: ClientSession) -> None:
        found = state.begin_write(tenant, session=session)
        state.save_building(tenant.slug, _next_generation(found, tenant), session=session)

    mongo.in_transaction(work)


@periodic_task("rollups-of-many-values", every_seconds=24 * 3600)
def build_given_up(stop: threading.Event) -> int:
    """Try once a day to build the roll-ups of tenants that had too many different values; how many tenants."""
    states = state.find_all()
    given_up = [each for each in Tenant.objects.all() if each.slug in states and states[each.slug].has_too_many_values]
    for each in given_up:
        build_again(each)
    return len(given_up)


@periodic_task("rollups", every_seconds=5, follows_runs=True)
def build_outdated(stop: threading.Event) -> int:
    """Build the roll-ups of tenants that have none, or none of their time zone and their connections; how many tenants."""
    states = state.find_all()
    outdated = {each.slug: each for each in Tenant.objects.all() if _is_outdated(states.get(each.slug), each)}
    return for_each_tenant("rollups", outdated, lambda slug: build(outdated[slug], stop=stop), stop=stop)


def _is_outdated(found: RollupState | None, tenant: Tenant) -> bool:
    return found is None or found.building is not None or _is_of_another_kind(found, found, tenant)


def _is_of_another_kind(generation: RollupState | Building, found: RollupState, tenant: Tenant) -> bool:
    """Whether another generation has to be built: of another time zone, or with each connection by itself."""
    if found.has_too_many_values:
        return False
    return (generation.zone, generation.sliced_fields) != (tenant.timezone, fields_to_slice(found.values))


def _next_generation(found: RollupState, tenant: Tenant) -> Building:
    latest = max(found.generation, found.building.generation if found.building else 0)
    return Building(generation=latest + 1, zone=tenant.timezone, sliced_fields=fields_to_slice(found.values), last=None)


class _Builder:
    def __init__(self, tenant: Tenant, lock: Lock, held: HeldLock, stop: threading.Event) -> None:
        self.tenant, self.tenant_id = tenant, tenant.slug
        self.lock, self.held, self.stop = lock, held, stop

    def run(self) -> None:
        """Raises `Stopped`, or `LockLost`."""
        self._in_transaction(self._begin)
        self._delete_unused()
        while self._in_transaction(self._count_some):
            pass
        self._delete_unused()

    def _begin(self, session: ClientSession) -> None:
        found = state.begin_write(self.tenant, session=session)
        if _is_of_another_kind(found.building or found, found, self.tenant):
            state.save_building(self.tenant_id, _next_generation(found, self.tenant), session=session)

    def _count_some(self, session: ClientSession) -> bool:
        """Count the next tickets, or use what is built. False if nothing is being built any more."""
        found = state.begin_write(self.tenant, session=session)
        building = found.building
        if building is None:
            return False
        tickets = self._next_tickets(building, session)
        if not tickets:
            state.use_built(self.tenant_id, building, session=session)
            logger.info("Built the roll-ups of %s.", self.tenant_id)
            return False
        codes = ValueCodes(found.values)
        rows = [Row(1, each) for each in tickets]
        try:
            days = save_rows_built(self.tenant_id, found, codes, rows, session=session)
        except TooManyValues:
            logger.warning(
                "%s has too many different values. Its numbers are counted from its tickets.", self.tenant_id
            )
            state.give_up(self.tenant_id, session=session)
            return False
        state.save_changes(self.tenant_id, found, values=codes.added, days=days, session=session)
        last = (tickets[-1]["created_at"], tickets[-1]["external_id"])
        known = replace(found, values=codes.values)
        is_useless = _is_of_another_kind(building, known, self.tenant)  # a second connection was found
        building = _next_generation(known, self.tenant) if is_useless else replace(building, last=last)
        state.save_building(self.tenant_id, building, session=session)
        return True

    def _next_tickets(self, building: Building, session: ClientSession) -> list[Document]:
        match: Document = {"tenant_id": self.tenant_id, "is_deleted": False}
        if building.last is not None:
            created_at, external_id = building.last
            # As one range of the index with an exception: MongoDB would sort what an $or finds.
            match["created_at"] = {"$gte": created_at}
            match["$nor"] = [{"created_at": created_at, "external_id": {"$lte": external_id}}]
        found = mongo.collection(TICKETS).find(match, dict.fromkeys(COUNTED_FIELDS, 1), session=session)
        return list(found.sort([("created_at", 1), ("external_id", 1)]).limit(TICKETS_AT_ONCE))

    def _delete_unused(self) -> None:
        """Delete every generation but the one of the readers, before anything of another one is counted.

        What remains of an abandoned generation may have the number of the one that is built next.
        """
        for name in (NUMBERS, WORDS, CLOCKS, WORK, CUSTOMERS):

            def delete_some(session: ClientSession, name: str = name) -> bool:
                found = state.find(self.tenant_id, session=session)
                if found is None or (found.building is not None and found.building.last is not None):
                    return False
                documents = mongo.collection(name)
                unused: Document = {"tenant_id": self.tenant_id, "generation": {"$ne": found.generation}}
                some = documents.find(unused, {"_id": 1}, session=session).limit(DOCUMENTS_AT_ONCE)
                keys = [each["_id"] for each in some]
                if keys:
                    documents.delete_many({"_id": {"$in": keys}}, session=session)
                return bool(keys)

            while self._in_transaction(delete_some):
                pass

    def _in_transaction(self, work: "Callable[[ClientSession], _T]") -> "_T":
        if self.stop.is_set():
            raise Stopped

        def locked(session: ClientSession) -> _T:
            self.lock.assert_held(self.held, session)
            return work(session)

        return mongo.in_transaction(locked)
