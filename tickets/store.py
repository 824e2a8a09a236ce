"""TicketStore: all that touches a tenant's tickets and their history.

A store exists only for a tenant and puts it into every filter, every key and every first
match, so no query can reach another tenant's records.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import islice

from pymongo import UpdateMany, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.cursor import Cursor

from supportsaas import mongo
from supportsaas.mongo import Document
from supportsaas.reliability.lock import HeldLock, Lock
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.reliability.outbox import OutboxEntry, append_entries
from tenants.models import Tenant
from tickets.cells import Cell, DayCells, day_cell
from tickets.counts import TicketCounts
from tickets.ingestion.changes import OlderVersion, ReadTicket, StoredVersion, needs_full_read
from tickets.ingestion.normalize import apply_status_map
from tickets.ingestion.origin import Origin
from tickets.ingestion.planning import SEARCHABLE, PagePlan
from tickets.ingestion.reading import judge
from tickets.ingestion.tenant_rules import NO_RULES, TenantRules
from tickets.lists import TicketLists
from tickets.notifications.deliveries import COLLECTION as DELIVERIES
from tickets.notifications.routing import Route
from tickets.quarantine import QuarantinedRecord, save_records
from tickets.rollup_marks import append_mark, append_mark_of_everything
from tickets.search import TICKETS as TICKETS
from tickets.statuses import StatusMap, spell_status
from tickets.words import READ_LIMIT

HISTORY = "ticket_history"
_VERSION = ("external_id", "digest", "updated_at", "is_deleted", "deleted_at", "from_file", "older", "mapping")
_IDS_A_QUERY = 1000
_TICKETS_A_BATCH = 100
_CHARACTERS_A_PAGE = 4_000_000


class TicketStore(TicketLists):
    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant)
        self.tenant_id = tenant.slug
        self._history = mongo.collection(HISTORY)
        self._counts = TicketCounts(tenant)

    # -- Reading (lists of tickets: see TicketLists) ---------------------------------------

    def find_count_differences(self) -> dict[str, int]:
        """Where the counted cells do not add up to the tickets; empty is well."""
        return self._counts.find_differences()

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

    def iterate_newest_texts(self, *, limit: int) -> Iterator[Document]:
        """The newest living tickets: id, subject, and of the message what is judged."""
        message = {"$substrCP": ["$message", 0, READ_LIMIT]}
        found = self._tickets.find(
            {"tenant_id": self.tenant_id, "is_deleted": False}, {"external_id": 1, "subject": 1, "message": message}
        )
        yield from found.sort([("created_at", -1), ("external_id", -1)]).limit(limit).batch_size(_TICKETS_A_BATCH)

    def iterate_live_ids(self, origin: Origin | None = None) -> Iterator[str]:
        """The ids of all living tickets, or of those of a name space, from the index alone."""
        query = {"tenant_id": self.tenant_id, "is_deleted": False, **(origin.match if origin else {})}
        for each in self._tickets.find(query, {"_id": 0, "external_id": 1}).batch_size(10_000):
            yield each["external_id"]

    def living_of_the_helpdesk(self, external_ids: Iterable[str]) -> Iterator[str]:
        """Those of the ids whose tickets are not deleted here, and did not come from a file alone."""
        left = iter(external_ids)
        while batch := list(islice(left, _IDS_A_QUERY)):
            query = {
                "tenant_id": self.tenant_id,
                "external_id": {"$in": batch},
                "is_deleted": False,
                "from_file": {"$ne": True},
            }
            found = {each["external_id"] for each in self._tickets.find(query, {"external_id": 1})}
            yield from (id_ for id_ in batch if id_ in found)

    def count_live(self, origin: Origin | None = None) -> int:
        """How many tickets live, or do in a name space."""
        query = {"tenant_id": self.tenant_id, "is_deleted": False, **(origin.match if origin else {})}
        return self._tickets.count_documents(query)

    # -- Writing ---------------------------------------------------------------------------

    def plan_page(
        self,
        tickets: Sequence[ReadTicket],
        *,
        job_id: str,
        now: datetime,
        routes: Sequence[Route] = (),
        rules: TenantRules = NO_RULES,
        is_whole: bool = False,
    ) -> PagePlan:
        """Compare the read tickets with the stored ones: what has to be written, and the counts.

        One slim read for the page, and a whole one of those that may have changed. Of two
        records with one id in a page the newer counts. What is news on one of the `routes` is
        announced. `rules` are those that the tickets' digests name. `is_whole`: the page is of a whole
        read of the helpdesk.
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
            if id_ in versions and needs_full_read(versions[id_], ticket, now=now, is_whole=is_whole)
        ]
        stored = self._find_whole(doubtful) if doubtful else {}
        plan = self._plan(job_id=job_id, now=now, routes=routes, rules=rules, is_whole=is_whole)
        for id_, ticket in latest.items():
            if id_ not in versions:
                plan.add_new(ticket)
            elif id_ in stored:
                plan.add_known(ticket, stored[id_], versions[id_])
            else:
                plan.add_same(ticket, versions[id_])
        plan.unchanged += len(tickets) - len(latest)
        return plan

    def plan_judging_again(
        self, *, after: str, limit: int, rules: TenantRules, job_id: str, now: datetime
    ) -> tuple[PagePlan, str, int]:
        """The living tickets behind the id `after` under other rules: the plan, the last id, how many were looked at.

        A page is at most `limit` tickets, and fewer where their messages are long.
        """
        plan = self._plan(job_id=job_id, now=now, rules=rules)
        count = 0
        found = self._tickets.find({**self._living, "external_id": {"$gt": after}}).sort("external_id", 1)
        for stored in _first_of(found, limit):
            plan.judge_again(stored, _version(stored))
            after, count = stored["external_id"], count + 1
        return plan, after, count

    def plan_mapping_again(
        self, statuses: StatusMap, *, limit: int, rules: TenantRules, job_id: str, now: datetime
    ) -> PagePlan:
        """The next living tickets whose status the map, or our spelling, has otherwise; an empty plan where none is left."""
        plan = self._plan(job_id=job_id, now=now, rules=rules)
        for query in self._mapped_otherwise(statuses):
            for stored in _first_of(self._tickets.find(query), limit):
                plan.map_again(stored, _version(stored), statuses)
            if not plan.is_empty:
                break
        return plan

    def _mapped_otherwise(self, statuses: StatusMap) -> Iterator[Document]:
        """Matches of the living tickets whose stored status is not what the map makes of the helpdesk's."""
        stored = self._values_of("status", self._living)
        if wrong := [each for each in stored if apply_status_map(spell_status(each), statuses) != (each, None)]:
            yield {**self._living, "status": {"$in": wrong}, "mapped_from": None}
        for theirs in self._values_of("mapped_from", {**self._living, "mapped_from": {"$type": "string"}}):
            ours, _ = apply_status_map(spell_status(theirs), statuses)
            yield {**self._living, "mapped_from": {"$eq": theirs, "$type": "string"}, "status": {"$ne": ours}}

    def _values_of(self, field: str, match: Document) -> Iterator[str]:
        """The distinct values, from an index, one by one: there may be any number."""
        for row in self._tickets.aggregate([{"$match": match}, {"$group": {"_id": f"${field}"}}]):
            yield row["_id"]

    def save_page(
        self, plan: PagePlan, *, lock: Lock, held: HeldLock, quarantined: Sequence[QuarantinedRecord] = ()
    ) -> None:
        """Write tickets, history, outbox entries and refused records together, or none of them.

        Raises `LockLost` where the lock has gone to somebody else; then nothing is written.
        """
        if plan.is_empty and not quarantined:
            return

        def work(session: ClientSession) -> None:
            lock.assert_held(held, session)
            if plan.inserts:
                self._tickets.insert_many(plan.inserts, ordered=False, session=session)
            if plan.updates:
                updates = [
                    UpdateOne({"_id": id_, "tenant_id": self.tenant_id}, _change(values))
                    for id_, values in plan.updates
                ]
                self._tickets.bulk_write(updates, ordered=False, session=session)
            if plan.history:
                self._history.insert_many(plan.history, ordered=False, session=session)
            append_mark(self.tenant_id, plan.touched, session=session)
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
            self._counts.append(plan.counts, session=session)
            save_records(self.tenant, quarantined, job_id=plan.job_id, now=plan.now, session=session)

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
            fields = ("external_id", "expires_at", "customer_id", "created_at", "turns", *Cell._fields)
            living = list(self._tickets.find(query, dict.fromkeys(fields, 1), session=session))
            if not living:
                return 0
            self._tickets.update_many(
                {"_id": {"$in": [each["_id"] for each in living]}, "tenant_id": self.tenant_id},
                {
                    "$set": {"is_deleted": True, "deleted_at": now},
                    "$unset": {"words": "", "unindexed_since": ""},
                },
                session=session,
            )
            gone = Counter(map(day_cell, living))
            self._counts.append(DayCells({key: -count for key, count in gone.items()}), session=session)
            plan = self._plan(job_id=job_id, now=now)
            for each in living:
                plan.record_deletion(each["external_id"], expires_at=each.get("expires_at"))
                plan.touched.add(each)
            self._history.insert_many(plan.history, session=session)
            append_mark(self.tenant_id, plan.touched, session=session)
            return len(living)

        return mongo.in_transaction(work)

    def apply_retention(self) -> None:
        """Have every ticket, entry and alert expire as the tenant's retention says, or not at all."""
        self._counts.repair()  # MongoDB erased by the former retention without a word
        append_mark_of_everything(self.tenant_id)  # MongoDB erases without a word
        days = self.tenant.retention_days
        mine = {"tenant_id": self.tenant_id}
        alerts = (
            (mongo.collection(OUTBOX), "$facts.created_at"),
            (mongo.collection(DELIVERIES), "$tickets.created_at"),
        )
        if days is None:
            for each in (self._tickets, self._history, *(collection for collection, _ in alerts)):
                each.update_many({**mine, "expires_at": {"$exists": True}}, {"$unset": {"expires_at": ""}})
            return
        for collection, created in alerts:
            newest = {"$dateAdd": {"startDate": {"$max": created}, "unit": "day", "amount": days}}
            collection.update_many(mine, [{"$set": {"expires_at": newest}}])
        later = {"$dateAdd": {"startDate": "$created_at", "unit": "day", "amount": days}}
        self._tickets.update_many(mine, [{"$set": {"expires_at": later}}])
        expiring = self._tickets.find(mine, {"external_id": 1, "expires_at": 1})
        while batch := list(islice(expiring, 1000)):
            self._expire_history(batch)

    # -- Inside ----------------------------------------------------------------------------

    @property
    def _living(self) -> Document:
        return {"tenant_id": self.tenant_id, "is_deleted": False}

    def _find_versions(self, external_ids: list[str]) -> dict[str, StoredVersion]:
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        found = self._tickets.find(query, dict.fromkeys(_VERSION, 1)).batch_size(len(external_ids) + 1)
        return {each["external_id"]: _version(each) for each in found.to_list()}

    def _find_whole(self, external_ids: list[str]) -> dict[str, Document]:
        query = {"tenant_id": self.tenant_id, "external_id": {"$in": external_ids}}
        return {each["external_id"]: each for each in self._tickets.find(query)}

    def _plan(
        self,
        *,
        job_id: str,
        now: datetime,
        routes: Sequence[Route] = (),
        rules: TenantRules = NO_RULES,
        is_whole: bool = False,
    ) -> PagePlan:
        return PagePlan(
            tenant_id=self.tenant_id,
            job_id=job_id,
            now=now,
            routes=routes,
            retention_days=self.tenant.retention_days,
            judge=partial(judge, rules=rules),
            rules_version=rules.version,
            is_whole=is_whole,
        )

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


def _first_of(found: Cursor[Document], limit: int) -> Iterator[Document]:
    """At most `limit` tickets, and fewer where their messages are long."""
    size = 0
    for stored in found.limit(limit).batch_size(_TICKETS_A_BATCH):
        yield stored
        size += len(stored["message"])
        if size > _CHARACTERS_A_PAGE:
            return


def _version(stored: Document) -> StoredVersion:
    older = stored.get("older")
    return StoredVersion(
        stored["_id"],
        stored["digest"],
        stored["updated_at"],
        stored["is_deleted"],
        stored.get("from_file", False),
        OlderVersion(older["digest"], older["updated_at"], older["seen_at"]) if older else None,
        stored.get("mapping", ""),
        stored.get("deleted_at"),
    )


def _change(values: Document) -> Document:
    """The update of a ticket; one with another text has no words of the older version."""
    return {"$set": values, **({"$unset": {"words": ""}} if values.keys() & SEARCHABLE else {})}
