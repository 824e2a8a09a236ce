"""TicketStore: a tenant's tickets, their history and their lists.

A store exists only for a tenant and puts that tenant into every filter, every key and every first match, so no query
can reach another tenant's records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.lock import HeldLock, Lock
from supportsaas.reliability.outbox import OutboxEntry, append_entries
from tenants.models import Tenant
from tickets.classification.tokenizer import READ_LIMIT
from tickets.clocks.stopwatch import CLOCK_FIELDS
from tickets.records.collection_names import TICKET_HISTORY, TICKETS
from tickets.records.conversation import Conversation
from tickets.records.details import DETAIL_FIELDS
from tickets.records.origin import Origin
from tickets.records.versions import VERSION_FIELDS, StoredVersion
from tickets.rollups.differences import COUNTED_FIELDS
from tickets.rollups.state import begin_write
from tickets.rollups.writing import save_differences
from tickets.store.conversations import find_conversation, find_conversations, save_conversations
from tickets.store.facet_counts import FacetCountStore
from tickets.store.page_writes import PageWrites
from tickets.store.quarantine import QuarantinedRecord, save_records
from tickets.store.ticket_queries import TicketQueries

_IDS_PER_QUERY = 1000
_TICKETS_PER_BATCH = 100
_ENTRY_KEY = ("_id", "tenant_id", "external_id")
_CHARACTERS_PER_PAGE = 4_000_000


class CorrectedMeanwhile(Exception):
    """Somebody has corrected a ticket since it was compared. Nothing was written, and the page has to be planned again."""


class TicketStore:
    """`queries` finds lists of tickets by filter; `facet_counts` are what their totals are counted from."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A TicketStore needs a tenant.")
        self.tenant = tenant
        self.tenant_id = tenant.slug
        self.facet_counts = FacetCountStore(tenant)
        self.queries = TicketQueries(tenant, self.facet_counts)
        self._tickets = mongo.collection(TICKETS)
        self._history = mongo.collection(TICKET_HISTORY)

    # -- Reading ---------------------------------------------------------------------------

    def find_ticket(self, external_id: str) -> Document | None:
        """The ticket, live or deleted (see `is_deleted`)."""
        return self._tickets.find_one({"tenant_id": self.tenant_id, "external_id": external_id})

    def find_conversation(self, external_id: str) -> Conversation | None:
        """The messages of a ticket; None if none are stored."""
        return find_conversation(self.tenant_id, external_id)

    def find_conversations(self, external_ids: Sequence[str]) -> dict[str, Conversation]:
        """The stored messages of these tickets, by id; those without any are missing."""
        return find_conversations(self.tenant_id, external_ids)

    def find_history(self, external_id: str, *, limit: int = 100) -> list[Document]:
        """The ticket's entries, newest first."""
        return list(
            self._history.find({"tenant_id": self.tenant_id, "external_id": external_id})
            .sort([("recorded_at", -1), ("_id", -1)])
            .limit(limit)
        )

    def iterate_newest_texts(self, *, limit: int) -> Iterator[Document]:
        """The newest live tickets: id, subject, language, the part of the message that is classified, what is said of it."""
        message = {"$substrCP": ["$message", 0, READ_LIMIT]}
        fields: Document = {"external_id": 1, "subject": 1, "message": message, "latest_message": 1, "language": 1}
        fields |= dict.fromkeys(("urgency", "sentiment", "requires_action", "correction"), 1)
        found = self._tickets.find(self._live, fields)
        yield from found.sort([("created_at", -1), ("external_id", -1)]).limit(limit).batch_size(_TICKETS_PER_BATCH)

    def iterate_live_ids(self, origin: Origin | None = None) -> Iterator[str]:
        """The ids of all live tickets, or of those in a name space, from the index alone."""
        query = {**self._live, **(origin.match if origin else {})}
        for each in self._tickets.find(query, {"_id": 0, "external_id": 1}).batch_size(10_000):
            yield each["external_id"]

    def live_ids_of_helpdesk(self, external_ids: Iterable[str]) -> Iterator[str]:
        """Those of the ids whose tickets are live and did not come from a file only."""
        left = iter(external_ids)
        while batch := list(islice(left, _IDS_PER_QUERY)):
            query = {
                "tenant_id": self.tenant_id,
                "external_id": {"$in": batch},
                "is_deleted": False,
                "from_file": {"$ne": True},
            }
            found = {each["external_id"] for each in self._tickets.find(query, {"external_id": 1})}
            yield from (id_ for id_ in batch if id_ in found)

    def count_live(self, origin: Origin | None = None) -> int:
        """How many live tickets there are, or how many in a name space."""
        query = {**self._live, **(origin.match if origin else {})}
        return self._tickets.count_documents(query)

    def count_matching(self, match: Document, *, limit: int, hint: str) -> int:
        """How many live tickets match; `limit` if there are more. `hint`: the index that has them."""
        return self._tickets.count_documents({**match, **self._live}, limit=limit, hint=hint)

    def find_versions(self, external_ids: list[str]) -> dict[str, StoredVersion]:
        """The slim versions of stored tickets by id, including deleted ones."""
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        found = self._tickets.find(query, dict.fromkeys(VERSION_FIELDS, 1)).batch_size(len(external_ids) + 1)
        return {each["external_id"]: StoredVersion.of(each) for each in found.to_list()}

    def find_whole(self, external_ids: list[str]) -> dict[str, Document]:
        """The stored tickets by id, including deleted ones."""
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        return {each["external_id"]: each for each in self._tickets.find(query)}

    def iterate_live(self, match: Document, *, limit: int, by_id: bool = False) -> Iterator[Document]:
        """At most `limit` live tickets that match, whole; fewer if their messages are long."""
        found = self._tickets.find({**match, **self._live})
        if by_id:
            found = found.sort("external_id", 1)
        size = 0
        for stored in found.limit(limit).batch_size(_TICKETS_PER_BATCH):
            yield stored
            size += len(stored["message"]) + len(stored.get("latest_message") or "")
            if size > _CHARACTERS_PER_PAGE:
                return

    def iterate_values(self, field: str, match: Document) -> Iterator[str]:
        """The distinct values of the live tickets that match, one by one from an index: there may be any number."""
        for row in self._tickets.aggregate([{"$match": {**match, **self._live}}, {"$group": {"_id": f"${field}"}}]):
            yield row["_id"]

    def find_unread(self, origin: Origin, *, before: datetime, limit: int) -> list[Document]:
        """The live tickets whose messages could not be read when they were last requested, before that time.

        Each with `_id`, `external_id` and the helpdesk's record as JSON; those that have waited longest come first.
        """
        match = {**self._live, **origin.match, "unread.tried_at": {"$lt": before}}
        fields = {"external_id": 1, "record": "$unread.record"}
        return self._tickets.find(match, fields).sort("unread.tried_at", 1).limit(limit).to_list()

    # -- Writing ---------------------------------------------------------------------------

    def save_page(
        self, plan: PageWrites, *, lock: Lock, held: HeldLock, quarantined: Sequence[QuarantinedRecord] = ()
    ) -> None:
        """Write tickets, history, outbox entries and rejected records in one transaction.

        Raises `LockLost` if another process has taken the lock, and `CorrectedMeanwhile`. Then nothing is written.
        """
        if plan.is_empty and not quarantined:
            return

        def work(session: ClientSession) -> None:
            lock.assert_held(held, session)
            self._write(plan, session)
            save_records(self.tenant, quarantined, job_id=plan.job_id, now=plan.now, session=session)

        mongo.in_transaction(work)

    def save_planned(self, plan: Callable[[], PageWrites], *, lock: Lock, held: HeldLock) -> PageWrites:
        """Save what `plan` returns; plan again whenever somebody has corrected a ticket meanwhile. Raises `LockLost`."""
        while True:
            writes = plan()
            try:
                self.save_page(writes, lock=lock, held=held)
            except CorrectedMeanwhile:
                continue
            return writes

    def change_now(self, match: Document, plan: Callable[[Sequence[Document]], PageWrites], *, hint: str) -> PageWrites:
        """Write what `plan` makes of the live tickets that match, without waiting for the tenant's lock.

        Tickets are read and written in one transaction, so `plan` may be called again. `hint`: the index that has them.
        """

        def work(session: ClientSession) -> PageWrites:
            writes = plan(self._tickets.find({**match, **self._live}, session=session, hint=hint).to_list())
            if not writes.is_empty:
                self._write(writes, session)
            return writes

        return mongo.in_transaction(work)

    def delete_tickets(
        self, external_ids: Sequence[str], *, job_id: str, lock: Lock, held: HeldLock, now: datetime
    ) -> int:
        """Mark live tickets as deleted, with a history entry each. Returns how many there were.

        Raises `LockLost`, and writes nothing, if another process has taken the lock.
        """

        def work(session: ClientSession) -> int:
            lock.assert_held(held, session)
            query = {**self._live, "external_id": {"$in": list(external_ids)}}
            fields = dict.fromkeys(COUNTED_FIELDS, 1)
            rollups = begin_write(self.tenant, session=session)
            live = list(self._tickets.find(query, fields, session=session))
            if not live:
                return 0
            self._tickets.update_many(
                {"_id": {"$in": [each["_id"] for each in live]}, "tenant_id": self.tenant_id},
                {
                    "$set": {"is_deleted": True, "deleted_at": now},
                    "$unset": {"words": "", "unindexed_since": "", "unread": ""},
                },
                session=session,
            )
            writes = PageWrites(tenant_id=self.tenant_id, job_id=job_id, now=now)
            changes = {"deleted_at": {"old": None, "new": now}}
            for each in live:
                writes.history.append(writes.entry(each["external_id"], "deleted", changes))
                writes.differences.remove(each)
            self._history.insert_many(writes.history, session=session)
            save_differences(self.tenant_id, rollups, writes.differences, session=session)
            return len(live)

        try:
            return mongo.in_transaction(work)
        except mongo.TransactionTooLong:
            if len(external_ids) < 2:
                raise
            half = len(external_ids) // 2
            return sum(
                self.delete_tickets(part, job_id=job_id, lock=lock, held=held, now=now)
                for part in (external_ids[:half], external_ids[half:])
            )

    # -- Inside ----------------------------------------------------------------------------

    def _write(self, plan: PageWrites, session: ClientSession) -> None:
        rollups = begin_write(self.tenant, session=session) if plan.differences else None
        if plan.inserts:
            self._tickets.insert_many(plan.inserts, ordered=False, session=session)
        if plan.updates:
            updates = [
                UpdateOne(self._as_seen(id_, plan.corrections_seen), _change(values)) for id_, values in plan.updates
            ]
            if self._tickets.bulk_write(updates, ordered=False, session=session).matched_count < len(updates):
                raise CorrectedMeanwhile
        if plan.history:
            self._history.insert_many(plan.history, ordered=False, session=session)
        if told := [*map(_insert_once, plan.told), *map(_correct, plan.told_otherwise)]:
            self._history.bulk_write(told, ordered=False, session=session)
        save_conversations(plan.conversations, session=session)
        if rollups is not None:
            save_differences(self.tenant_id, rollups, plan.differences, session=session)
        entries = [
            OutboxEntry(
                tenant_id=self.tenant_id,
                channel_id=each.channel_id,
                event=each.event,
                facts=asdict(each.ticket),
                expires_at=each.expires_at,
            )
            for each in plan.announcements
        ]
        append_entries(entries, now=plan.now, session=session)

    def _as_seen(self, id_: Any, corrections_seen: Mapping[Any, int | None]) -> Document:
        """The filter for a ticket in the version that was compared. People correct tickets while a run compares them."""
        key = {"_id": id_, "tenant_id": self.tenant_id}
        return key | {"corrections": corrections_seen[id_]} if id_ in corrections_seen else key

    @property
    def _live(self) -> Document:
        return {"tenant_id": self.tenant_id, "is_deleted": False}


def _insert_once(entry: Document) -> UpdateOne:
    key = {name: entry[name] for name in _ENTRY_KEY}
    rest = {name: value for name, value in entry.items() if name not in _ENTRY_KEY}
    return UpdateOne(key, {"$setOnInsert": rest}, upsert=True)


def _correct(entry: Document) -> UpdateOne:
    values = {name: entry[name] for name in ("recorded_at", "changes")}
    return UpdateOne({name: entry[name] for name in _ENTRY_KEY}, {"$set": values})


def _change(values: Document) -> Document:
    """The update of a ticket. Words of an older text are removed, and details and marks that are None."""
    removable = (*DETAIL_FIELDS, *CLOCK_FIELDS, "unread", "correction")
    unset = {name for name in removable if name in values and values[name] is None}
    if "unindexed_since" in values:
        unset.add("words")
    kept = {name: value for name, value in values.items() if name not in unset}
    return {"$set": kept, **({"$unset": dict.fromkeys(sorted(unset), "")} if unset else {})}
