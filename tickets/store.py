"""TicketStore: all that touches a tenant's tickets and their history.

A store exists only for a tenant and puts it into every filter, every key and every first
match, so no query can reach another tenant's records.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from pymongo import UpdateMany, UpdateOne
from pymongo.client_session import ClientSession

from supportsaas import mongo
from supportsaas.mongo import Document, Pipeline
from supportsaas.reliability.lock import HeldLock, Lock
from supportsaas.reliability.outbox import OutboxEntry, append_entries
from tenants.models import Tenant
from tickets.filters import TicketFilter
from tickets.ingestion.changes import (
    Action,
    FieldChanges,
    ReadTicket,
    StoredVersion,
    field_changes,
    initial_changes,
    needs_full_read,
)
from tickets.paging import Cursor

TICKETS = "tickets"
HISTORY = "ticket_history"
NEWEST_FIRST = [("created_at", -1), ("external_id", -1)]
OLDEST_FIRST = [("created_at", 1), ("external_id", 1)]
CHOICES = ("status", "urgency", "sentiment", "source")
_LIST_FIELDS = {"topics": 0, "digest": 0}


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list: tickets newest first, and the cursors around it (None at the ends)."""

    tickets: list[Document]
    total: int
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(slots=True)
class PageWrites:
    """What saving a page comes to, worked out before the transaction and then written as it is."""

    inserts: list[Document] = field(default_factory=list)
    updates: list[UpdateOne] = field(default_factory=list)
    history: list[Document] = field(default_factory=list)
    outbox: list[OutboxEntry] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    restored: int = 0
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.inserts or self.updates)


class TicketStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A TicketStore needs a tenant.")
        self.tenant = tenant
        self.tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)
        self._history = mongo.collection(HISTORY)

    # -- Reading ---------------------------------------------------------------------------

    def find_page(
        self, wanted: TicketFilter, *, page_size: int, cursor: Cursor | None = None, page: int = 1
    ) -> TicketPage:
        """A page of the living tickets that match, newest first, by cursor or by number from 1."""
        match = self._live(wanted)
        total = self._tickets.count_documents(match)
        backwards = cursor is not None and cursor.backwards
        within = {"$and": [match, cursor.match()]} if cursor else match
        found = list(
            self._tickets.find(within, _LIST_FIELDS)
            .sort(OLDEST_FIRST if backwards else NEWEST_FIRST)
            .skip(0 if cursor else (page - 1) * page_size)
            .limit(page_size + 1)
        )
        has_more = len(found) > page_size
        found = found[:page_size]
        if backwards:
            found.reverse()
        has_next = bool(found) if backwards else has_more
        has_previous = has_more if backwards else bool(found) and (cursor is not None or page > 1)
        return TicketPage(
            tickets=found,
            total=total,
            next_cursor=_cursor(found[-1]).encode() if found and has_next else None,
            previous_cursor=_cursor(found[0], backwards=True).encode() if found and has_previous else None,
        )

    def count(self, wanted: TicketFilter) -> int:
        return self._tickets.count_documents(self._live(wanted))

    def count_choices(self, wanted: TicketFilter) -> dict[str, dict[str, int]]:
        """For each field with choices: value to number, under all the *other* conditions."""
        rows = next(mongo.collection(TICKETS).aggregate(self.choices_pipeline(wanted)))
        return {name: {row["_id"]: row["count"] for row in rows[name]} for name in CHOICES}

    def choices_pipeline(self, wanted: TicketFilter) -> Pipeline:
        """Groups to the few combinations that occur, then counts each field over those."""
        without_choices = replace(wanted, status=(), urgency=(), sentiment=(), source=())
        facets = {}
        for name in CHOICES:
            others = {f"_id.{key}": value for key, value in wanted.match().items() if key in CHOICES and key != name}
            facets[name] = [
                {"$match": others},
                {"$group": {"_id": f"$_id.{name}", "count": {"$sum": "$count"}}},
                {"$sort": {"count": -1, "_id": 1}},
                {"$limit": 50},
            ]
        return [
            {"$match": self._live(without_choices)},
            {"$group": {"_id": {name: f"${name}" for name in CHOICES}, "count": {"$sum": 1}}},
            {"$facet": facets},
        ]

    def find_ticket(self, external_id: str) -> Document | None:
        """The ticket, also where it is deleted (`is_deleted` says so)."""
        return self._tickets.find_one({"tenant_id": self.tenant_id, "external_id": external_id})

    def find_history(self, external_id: str, *, limit: int = 100) -> list[Document]:
        """The ticket's entries, newest first."""
        return list(
            self._history.find({"tenant_id": self.tenant_id, "external_id": external_id})
            .sort([("recorded_at", -1), ("_id", -1)])
            .limit(limit)
        )

    def iterate_live_ids(self) -> Iterator[str]:
        """The ids of all living tickets, from the index alone."""
        query = {"tenant_id": self.tenant_id, "is_deleted": False}
        for each in self._tickets.find(query, {"_id": 0, "external_id": 1}).batch_size(10_000):
            yield each["external_id"]

    def count_live(self) -> int:
        return self._tickets.count_documents({"tenant_id": self.tenant_id, "is_deleted": False})

    # -- Writing ---------------------------------------------------------------------------

    def prepare_page(
        self, tickets: Sequence[ReadTicket], *, job_id: str, now: datetime, notify_after: datetime
    ) -> PageWrites:
        """Compare the read tickets with the stored ones; what has to be written, and the counts.

        One slim read for the page, and a whole one of those that may have changed. Of two
        records with one id in a page the newer counts. Only tickets created after
        `notify_after` are announced.
        """
        latest: dict[str, ReadTicket] = {}
        for ticket in tickets:
            other = latest.get(ticket.content.external_id)
            if other is None or ticket.content.updated_at >= other.content.updated_at:
                latest[ticket.content.external_id] = ticket
        versions = self._find_versions(list(latest))
        doubtful = [
            id_
            for id_, ticket in latest.items()
            if id_ in versions
            and needs_full_read(versions[id_], digest=ticket.digest, updated_at=ticket.content.updated_at)
        ]
        stored = self._find_whole(doubtful) if doubtful else {}
        writes = PageWrites()
        for id_, ticket in latest.items():
            if id_ not in versions:
                self._prepare_new(writes, ticket, job_id=job_id, now=now, notify_after=notify_after)
            elif id_ in stored:
                self._prepare_known(writes, ticket, stored[id_], job_id=job_id, now=now, notify_after=notify_after)
            else:
                writes.unchanged += 1
        writes.unchanged += len(tickets) - len(latest)
        return writes

    def save_page(self, writes: PageWrites, *, lock: Lock, held: HeldLock, now: datetime) -> None:
        """Write tickets, history and outbox entries together, or none of them.

        Raises `LockLost` where the lock has gone to somebody else; then nothing is written.
        """
        if writes.is_empty:
            return

        def work(session: ClientSession) -> None:
            lock.assert_held(held, session)
            if writes.inserts:
                self._tickets.insert_many(writes.inserts, ordered=False, session=session)
            if writes.updates:
                self._tickets.bulk_write(writes.updates, ordered=False, session=session)
            if writes.history:
                self._history.insert_many(writes.history, ordered=False, session=session)
            append_entries(writes.outbox, now=now, session=session)

        mongo.in_transaction(work)

    def delete_tickets(
        self, external_ids: Sequence[str], *, job_id: str, lock: Lock, held: HeldLock, now: datetime
    ) -> int:
        """Mark living tickets as deleted, with an entry each; how many there were.

        Raises `LockLost`; then nothing is written.
        """

        def work(session: ClientSession) -> int:
            lock.assert_held(held, session)
            query = {"tenant_id": self.tenant_id, "external_id": {"$in": list(external_ids)}, "is_deleted": False}
            living = list(self._tickets.find(query, {"external_id": 1, "expires_at": 1}, session=session))
            if not living:
                return 0
            self._tickets.update_many(
                {"_id": {"$in": [each["_id"] for each in living]}, "tenant_id": self.tenant_id},
                {"$set": {"is_deleted": True, "deleted_at": now}},
                session=session,
            )
            changes: FieldChanges = {"deleted_at": {"old": None, "new": now}}
            self._history.insert_many(
                [
                    self._entry(each["external_id"], "deleted", changes, job_id, now, each.get("expires_at"))
                    for each in living
                ],
                session=session,
            )
            return len(living)

        return mongo.in_transaction(work)

    def apply_retention(self) -> None:
        """Have every ticket and entry expire as the tenant's retention says, or not at all."""
        days = self.tenant.retention_days
        mine = {"tenant_id": self.tenant_id}
        if days is None:
            self._tickets.update_many({**mine, "expires_at": {"$exists": True}}, {"$unset": {"expires_at": ""}})
            self._history.update_many({**mine, "expires_at": {"$exists": True}}, {"$unset": {"expires_at": ""}})
            return
        later = {"$dateAdd": {"startDate": "$created_at", "unit": "day", "amount": days}}
        self._tickets.update_many(mine, [{"$set": {"expires_at": later}}])
        expiring = self._tickets.find(mine, {"external_id": 1, "expires_at": 1})
        while batch := list(islice(expiring, 1000)):
            self._expire_history(batch)

    # -- Inside ----------------------------------------------------------------------------

    def _live(self, wanted: TicketFilter) -> Document:
        return {"tenant_id": self.tenant_id, "is_deleted": False, **wanted.match()}

    def _find_versions(self, external_ids: list[str]) -> dict[str, StoredVersion]:
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        fields = {"_id": 0, "external_id": 1, "digest": 1, "updated_at": 1, "is_deleted": 1}
        return {
            each["external_id"]: StoredVersion(
                each["external_id"], each["digest"], each["updated_at"], each["is_deleted"]
            )
            for each in self._tickets.find(query, fields)
        }

    def _find_whole(self, external_ids: list[str]) -> dict[str, Document]:
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        return {each["external_id"]: each for each in self._tickets.find(query)}

    def _prepare_new(
        self, writes: PageWrites, ticket: ReadTicket, *, job_id: str, now: datetime, notify_after: datetime
    ) -> None:
        fields = ticket.fields()
        expires_at = self._expiry(ticket.content.created_at)
        document = {
            "tenant_id": self.tenant_id,
            "external_id": ticket.content.external_id,
            **fields,
            "digest": ticket.digest,
            "is_deleted": False,
            "deleted_at": None,
            "first_seen_at": now,
            "last_changed_at": now,
        }
        if expires_at:
            document["expires_at"] = expires_at
        writes.inserts.append(document)
        id_ = ticket.content.external_id
        writes.history.append(self._entry(id_, "created", initial_changes(fields), job_id, now, expires_at))
        writes.new += 1
        if fields["urgency"] == "high" and ticket.content.created_at > notify_after:
            writes.outbox.append(self._announcement(ticket))

    def _prepare_known(
        self,
        writes: PageWrites,
        ticket: ReadTicket,
        stored: Document,
        *,
        job_id: str,
        now: datetime,
        notify_after: datetime,
    ) -> None:
        is_older = ticket.content.updated_at < stored["updated_at"]
        fields = {name: stored[name] for name in ticket.fields()} if is_older else ticket.fields()
        digest = stored["digest"] if is_older else ticket.digest
        changes = field_changes(stored, fields)
        came_back = stored["is_deleted"]
        update: Document = {**fields, "digest": digest}
        action: Action = "updated"
        if came_back:
            action = "restored"
            changes["deleted_at"] = {"old": stored["deleted_at"], "new": None}
            update |= {"is_deleted": False, "deleted_at": None}
        if changes:
            update["last_changed_at"] = now
            expires_at = self._expiry(fields["created_at"])
            if expires_at:
                update["expires_at"] = expires_at
            entry = self._entry(ticket.content.external_id, action, changes, job_id, now, expires_at)
            writes.history.append(entry)
            writes.updated += 1
            writes.restored += came_back
        else:
            writes.unchanged += 1  # new rules, same verdict: only the digest moves
        writes.updates.append(UpdateOne({"_id": stored["_id"], "tenant_id": self.tenant_id}, {"$set": update}))
        became_high = "urgency" in changes and fields["urgency"] == "high"
        if became_high and ticket.content.created_at > notify_after:
            writes.outbox.append(self._announcement(ticket))

    def _announcement(self, ticket: ReadTicket) -> OutboxEntry:
        words = ", ".join(ticket.classification.keywords[:5])
        return OutboxEntry(
            tenant_id=self.tenant_id,
            event=f"{ticket.content.external_id}\0{ticket.digest}",
            ticket_id=ticket.content.external_id,
            urgency=ticket.classification.urgency,
            reason=f"high because: {words}",
        )

    def _entry(
        self,
        external_id: str,
        action: Action,
        changes: FieldChanges,
        job_id: str,
        now: datetime,
        expires_at: datetime | None,
    ) -> Document:
        entry: Document = {
            "tenant_id": self.tenant_id,
            "external_id": external_id,
            "action": action,
            "changes": changes,
            "recorded_at": now,
            "job_id": job_id,
        }
        if expires_at:
            entry["expires_at"] = expires_at
        return entry

    def _expiry(self, created_at: datetime) -> datetime | None:
        days = self.tenant.retention_days
        return None if days is None else created_at + timedelta(days=days)

    def _expire_history(self, tickets: Iterable[Document]) -> None:
        writes = [
            UpdateMany(
                {"tenant_id": self.tenant_id, "external_id": each["external_id"]},
                {"$set": {"expires_at": each["expires_at"]}},
            )
            for each in tickets
        ]
        if writes:
            self._history.bulk_write(writes, ordered=False)


def _cursor(ticket: Document, *, backwards: bool = False) -> Cursor:
    return Cursor(ticket["created_at"], ticket["external_id"], backwards)
