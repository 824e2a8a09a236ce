"""Keeps what is known of each customer up to date, in the background and in bounded pages.

A customer is worked out again after a change of one of their tickets (`tickets.rollups.changed_customers`), once a day as
long as time changes anything about them, and after an upgrade. It is always worked out from the tickets as a whole, so
doing it twice changes nothing, and after a crash it is done again. One worker at a time does it for a tenant, and each
page is a transaction that checks so: what an older snapshot says cannot replace what a newer one did.

Risks decay every day. They are worked out again rather than stored with a key that decays in the same order, because
such a key exists only for a sum that decays as a whole. This one has limits, shares, and tickets that are open.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from pymongo import DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import HeldLock, Lock, LockLost
from tenants.models import Tenant
from tickets import jobs
from tickets.customers.profile import (
    CONTACT_FIELDS,
    COUNTED_FIELDS,
    MOST_CONTACTS,
    VERSION,
    Moment,
    key_of,
    profile_of,
)
from tickets.records.collection_names import CUSTOMERS, TICKETS
from tickets.rollups.changed_customers import find_changed, find_tenants_with_changes, remove_changed
from tickets.store.index_scans import CUSTOMER_INDEX, DATE_INDEX

PROGRESS: Final = "customer_refresh"

PAGE_SIZE: Final = 100
CHANGES_AT_ONCE: Final = 100
LONGEST_TURN: Final = 10.0
"""Seconds for one tenant, before the next tenant's turn."""

LARGE_RUN: Final = 2_000
PAUSE_IN_LARGE_RUN: Final = timedelta(seconds=60)
"""While a run adds many tickets, the same customers change over and over. Then there is a pause between two turns."""

MEDIAN_OF, FEWEST_FOR_MEDIAN = 1_000, 20
"""How many of the newest urgent tickets that are resolved tell how long one usually takes, and how few do not."""
MEDIAN_WITHIN: Final = timedelta(days=180)


def lock_of(tenant_id: str) -> Lock:
    return Lock(f"customers:{tenant_id}")


@periodic_task("customers", every_seconds=3.0, follows_runs=True)
def refresh_customers(stop: threading.Event) -> int:
    """Bring the customers of all tenants up to date. Returns how many were worked out."""
    now = clock.now()
    progress = {each["_id"]: _Progress.of(each) for each in mongo.collection(PROGRESS).find()}
    changed = find_tenants_with_changes()
    due = {
        each.slug: each
        for each in Tenant.objects.filter(is_active=True)
        if _is_due(each, progress.get(each.slug), has_changes=each.slug in changed, now=now)
    }
    return for_each_tenant("customers", due, lambda slug: refresh(due[slug], stop=stop), stop=stop)


def refresh(tenant: Tenant, *, stop: threading.Event | None = None) -> int:
    """Work out all customers of the tenant that have to be. Returns how many.

    Ends early if `stop` is set, or after a turn. Nothing while another process does it.
    """
    lock = lock_of(tenant.slug)
    with lock.kept(f"{process_name()}:{threading.get_ident()}:customers") as held:
        if held is None:
            return 0
        try:
            return _Turn(tenant, lock, held, stop or threading.Event()).take()
        except LockLost:
            return 0


def is_ready(tenant: Tenant) -> bool:
    """Whether all customers of the tenant have been worked out at least once."""
    found = mongo.collection(PROGRESS).find_one({"_id": tenant.slug})
    return found is not None and _Progress.of(found).is_complete


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """`after`: the last customer of the walk through all of them, None once it is done. `day`: that all are as of."""

    version: int
    after: str | None
    day: int
    zone: str
    usual_seconds: float | None
    usual_day: int
    turn_at: datetime

    @classmethod
    def of(cls, found: Document) -> "_Progress":
        return cls(**{name: found[name] for name in cls.__dataclass_fields__})

    @property
    def is_complete(self) -> bool:
        return self.version == VERSION and self.after is None


def _is_due(tenant: Tenant, progress: _Progress | None, *, has_changes: bool, now: datetime) -> bool:
    if progress is None or not progress.is_complete or progress.zone != tenant.timezone:
        return True
    if progress.day < now.astimezone(tenant.zone).toordinal():
        return True
    return has_changes and not (now - progress.turn_at < PAUSE_IN_LARGE_RUN and _is_filling(tenant))


def _is_filling(tenant: Tenant) -> bool:
    run = jobs.find_active(tenant)
    return run is not None and run["counts"]["new_ingested"] > LARGE_RUN


class _Turn:
    """One process's turn with one tenant."""

    def __init__(self, tenant: Tenant, lock: Lock, held: HeldLock, stop: threading.Event) -> None:
        self.tenant, self.lock, self.held, self.stop = tenant, lock, held, stop
        self.until = time.monotonic() + LONGEST_TURN
        self.done = 0
        self.progress = mongo.collection(PROGRESS)
        self.moment = self._begin()

    def take(self) -> int:
        while not self._is_over and self._work_out_changed():
            pass
        while not self._is_over and self._walk():
            pass
        while not self._is_over and self._work_out_due():
            pass
        return self.done

    @property
    def _is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() > self.until

    @property
    def _today(self) -> int:
        return self.moment.today.toordinal()

    def _begin(self) -> Moment:
        now = clock.now()
        found = self.progress.find_one({"_id": self.tenant.slug})
        known = _Progress.of(found) if found else None
        values: Document = {"turn_at": now}
        if known is None or known.version != VERSION or known.zone != self.tenant.timezone:
            values |= {"version": VERSION, "after": "", "day": 0, "zone": self.tenant.timezone}
        today = now.astimezone(self.tenant.zone).toordinal()
        usual = known.usual_seconds if known else None
        if known is None or known.usual_day < today:
            usual = find_usual_urgent(self.tenant, now=now)
            values |= {"usual_seconds": usual, "usual_day": today}
        self.progress.update_one({"_id": self.tenant.slug}, {"$set": values}, upsert=True)
        length = timedelta(seconds=usual) if usual is not None else None
        return Moment(now=now, zone=self.tenant.zone, usual_urgent=length)

    def _work_out_changed(self) -> bool:
        """The customers of the oldest changes. Returns whether there were any."""
        keys, names = find_changed(self.tenant.slug, limit=CHANGES_AT_ONCE)
        for start in range(0, len(names), PAGE_SIZE):
            self._work_out(names[start : start + PAGE_SIZE])
        remove_changed(self.tenant.slug, keys)
        return bool(keys)

    def _walk(self) -> bool:
        """The next page of all customers, if there is a walk. Returns whether there is more."""
        found = self.progress.find_one({"_id": self.tenant.slug})
        if found is None or found["after"] is None:
            return False
        names = _next_customers(self.tenant.slug, found["after"])
        self._work_out(names)
        after = names[-1] if len(names) == PAGE_SIZE else None
        self.progress.update_one({"_id": self.tenant.slug, "after": found["after"]}, {"$set": {"after": after}})
        return after is not None

    def _work_out_due(self) -> bool:
        """The next page of those whom time has changed. Returns whether there may be more."""
        due = {"tenant_id": self.tenant.slug, "refresh_on": {"$lte": self._today}}
        found = mongo.collection(CUSTOMERS).find(due, {"customer_id": 1}).sort("refresh_on", 1).limit(PAGE_SIZE)
        names = [each["customer_id"] for each in found]
        if names:
            self._work_out(names)
        else:
            finished = {"_id": self.tenant.slug, "after": None}
            self.progress.update_one(finished, {"$set": {"day": self._today}})
        return bool(names)

    def _work_out(self, names: Sequence[str]) -> None:
        def work(session: ClientSession) -> None:
            self.lock.assert_held(self.held, session)
            writes = [self._write_of(each, session) for each in names]
            if writes:
                mongo.collection(CUSTOMERS).bulk_write(writes, ordered=False, session=session)

        mongo.in_transaction(work)
        self.done += len(names)

    def _write_of(self, name: str, session: ClientSession) -> "ReplaceOne[Document] | DeleteOne":
        """Replaces what is kept about the customer, or deletes it if there is no ticket left."""
        key = {"_id": key_of(self.tenant.slug, name), "tenant_id": self.tenant.slug}
        theirs: Document = {"tenant_id": self.tenant.slug, "is_deleted": False, "customer_id": name}
        tickets = _newest(theirs, CONTACT_FIELDS, session).limit(MOST_CONTACTS).to_list()
        if not tickets:
            return DeleteOne(key)
        older: Any = ()
        if len(tickets) == MOST_CONTACTS:
            older = _newest(theirs, COUNTED_FIELDS, session).skip(MOST_CONTACTS)
        return ReplaceOne(key, profile_of(self.tenant.slug, name, tickets, self.moment, older=older), upsert=True)


def _newest(match: Document, fields: Sequence[str], session: ClientSession) -> Any:
    wanted = {"_id": 0, **dict.fromkeys(fields, 1)}
    found = mongo.collection(TICKETS).find(match, wanted, session=session, hint=CUSTOMER_INDEX)
    return found.sort([("created_at", -1), ("external_id", -1)])


def _next_customers(tenant_id: str, after: str) -> list[str]:
    """The ids of the next customers in their order: a short look into the index for each of them."""
    names: list[str] = []
    while len(names) < PAGE_SIZE:
        match = {"tenant_id": tenant_id, "is_deleted": False, "customer_id": {"$gt": names[-1] if names else after}}
        found = mongo.collection(TICKETS).find(match, {"_id": 0, "customer_id": 1}, hint=CUSTOMER_INDEX)
        first = next(iter(found.sort([("customer_id", 1), ("created_at", -1), ("external_id", -1)]).limit(1)), None)
        if first is None:
            break
        names.append(first["customer_id"])
    return names


def find_usual_urgent(tenant: Tenant, *, now: datetime) -> float | None:
    """The median time in which the newest urgent tickets were resolved, in seconds; None if too few were."""
    match = {
        "tenant_id": tenant.slug,
        "is_deleted": False,
        "created_at": {"$gte": now - MEDIAN_WITHIN, "$lte": now},
        "urgency": "high",
        "clocks.clock": "resolution",
    }
    found = mongo.collection(TICKETS).find(match, {"_id": 0, "clocks": 1}, hint=DATE_INDEX)
    newest = found.sort([("created_at", -1), ("external_id", -1)]).limit(MEDIAN_OF)
    known = [
        each["seconds"]
        for ticket in newest
        for each in ticket["clocks"]
        if each["clock"] == "resolution" and each["seconds"] is not None
    ]
    return float(median(known)) if len(known) >= FEWEST_FOR_MEDIAN else None
