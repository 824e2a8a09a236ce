"""Permanently erases one customer: tickets and their history, rejected records, alert texts, notes, messages in other tickets.

Tickets are first deleted like any other, which takes them out of all numbers, and then removed. A digest of each id is
kept, so that no later sync brings the tickets back, and an audit log entry with a digest and numbers. If an erasure is
interrupted, run it again: it erases what is left.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import format_number
from supportsaas.ops.process_name import process_name
from supportsaas.reliability.lock import HeldLock, Lock
from supportsaas.reliability.outbox import COLLECTION as OUTBOX
from supportsaas.web.rejected import Rejected
from tenants.audit import audit_log
from tenants.models import Tenant
from tickets.alerts.acknowledging import forget_acknowledgements
from tickets.alerts.deliveries import COLLECTION as DELIVERIES
from tickets.alerts.drafting import headline_of
from tickets.alerts.messages import TicketFacts
from tickets.customers.erasing import forget_customer
from tickets.erasure.erased_customers import digest_of, save_erasures
from tickets.erasure.moved_tickets import ERASED, erase_words
from tickets.erasure.record_search import in_json, is_distinctive, names_customer
from tickets.helpdesks.mailbox.stored_mails import erase_mails
from tickets.helpdesks.model import Source, SourceKind
from tickets.helpdesks.options import rest_options
from tickets.incidents.store import IncidentStore
from tickets.learning.store import LearningStore
from tickets.notes.store import NoteStore
from tickets.records.collection_names import INSIGHTS, QUARANTINE, TICKET_HISTORY, TICKETS
from tickets.store.conversations import erase_conversations, find_tickets_with_messages_by
from tickets.store.ticket_store import TicketStore
from tickets.topics.finding import request_check

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerData:
    """How much data a tenant has about one customer."""

    tickets: int
    changes: int
    rejected: int
    alerts: int
    notes: int

    def __bool__(self) -> bool:
        return any(number for number, _ in self.counted())

    def counted(self) -> list[tuple[int, str]]:
        """Each number with its unit."""
        return [
            (self.tickets, "ticket" if self.tickets == 1 else "tickets"),
            (self.changes, "ticket change" if self.changes == 1 else "ticket changes"),
            (self.rejected, "rejected record" if self.rejected == 1 else "rejected records"),
            (self.alerts, "alert (sent or waiting)" if self.alerts == 1 else "alerts (sent or waiting)"),
            (self.notes, "note" if self.notes == 1 else "notes"),
        ]


def count_customer_data(tenant: Tenant, customer_id: str) -> CustomerData:
    """Count what an erasure would erase, including deleted tickets."""
    customer = _Customer(tenant, customer_id)
    return CustomerData(
        tickets=mongo.collection(TICKETS).count_documents(customer.tickets),
        changes=sum(
            mongo.collection(TICKET_HISTORY).count_documents(_of(tenant, ids))
            for ids in _batches(customer.ids(), BATCH)
        ),
        rejected=sum(1 for _ in customer.rejected()),
        alerts=mongo.collection(OUTBOX).count_documents(customer.news)
        + mongo.collection(DELIVERIES).count_documents(customer.messages),
        notes=NoteStore(tenant).count_about("customer", customer_id),
    )


def erase_customer(tenant: Tenant, customer_id: str) -> CustomerData:
    """Erase all data of the customer; returns how much. Raises `Rejected` while a run is active."""
    if not customer_id:
        raise Rejected("Enter a customer id. Tickets without a customer cannot be erased this way.")
    owner = f"{process_name()}:{threading.get_ident()}:erasure"
    lock = Lock(tenant.slug)
    with lock.kept(owner) as held:
        if held is None:
            raise Rejected("A sync of this tenant is running. Nothing was erased. Try again when it has finished.")
        found = count_customer_data(tenant, customer_id)
        _log(tenant, customer_id, found)
        _check_derived_words(tenant)  # also before, in case that the erasure is interrupted
        _Customer(tenant, customer_id).erase(lock, held, now=clock.now())
        _check_derived_words(tenant)
    return found


def _check_derived_words(tenant: Tenant) -> None:
    """Topics and learned weights hold words of tickets, so they are found and learned again without the erased ones."""
    request_check(tenant)
    LearningStore(tenant).forget_weights(now=clock.now())


def _log(tenant: Tenant, customer_id: str, found: CustomerData) -> None:
    actor, via, address = audit_log.who()
    digest = digest_of(tenant.slug, "customer", customer_id)
    audit_log.append_entry(
        tenant_slug=tenant.slug,
        actor=actor,
        via=via,
        address=address,
        action="erased",
        kind="customer",
        object_id=digest,
        name=f"customer {digest[:12]} (a digest)",
        changes={what: {"old": format_number(number), "new": ""} for number, what in found.counted() if number},
    )


@dataclass(frozen=True, slots=True)
class _Customer:
    tenant: Tenant
    name: str

    @property
    def tickets(self) -> Document:
        return {"tenant_id": self.tenant.slug, "is_deleted": {"$in": [False, True]}, "customer_id": self.name}

    @property
    def news(self) -> Document:
        return {"tenant_id": self.tenant.slug, "facts.customer_id": self.name}

    @property
    def messages(self) -> Document:
        named = [{"customers": self.name}, {"tickets.customer_id": self.name}]
        return {"tenant_id": self.tenant.slug, "$or": named}

    def ids(self) -> set[str]:
        return {each["external_id"] for each in mongo.collection(TICKETS).find(self.tickets, {"external_id": 1})}

    def rejected(self) -> Iterator[Document]:
        """The rejected records of the customer or of one of the customer's tickets."""
        records, paths, found = mongo.collection(QUARANTINE), _paths_of_customer(self.tenant), set[str]()
        holds = {"$regex": re.escape(in_json(self.name))}  # narrows the records to parse
        for record in records.find({"tenant_id": self.tenant.slug, "$or": [{"payload": holds}, {"fields": holds}]}):
            if names_customer(record, self.name, paths):
                found.add(record["_id"])
                yield record
        for ids in _batches(self.ids(), BATCH):
            yield from (each for each in records.find(_of(self.tenant, ids)) if each["_id"] not in found)

    def erase(self, lock: Lock, held: HeldLock, *, now: datetime) -> None:
        # First, so that after a crash no later sync restores tickets.
        save_erasures(self.tenant, "customer", [self.name], until=now)
        rejected = list(self.rejected())
        save_erasures(self.tenant, "record", [each["_id"] for each in rejected], until=now)
        named = [each["external_id"] for each in rejected if each.get("external_id")]
        save_erasures(self.tenant, "ticket", named, until=now)
        self._erase_messages()
        mongo.collection(OUTBOX).delete_many(self.news)
        mongo.collection(QUARANTINE).delete_many({"_id": {"$in": [each["_id"] for each in rejected]}})
        for ids in _batches(sorted(self.ids()), BATCH):
            save_erasures(self.tenant, "ticket", ids, until=now)
            self._erase_tickets(ids, lock, held, now=now)
        erase_mails(self.tenant.slug, customer_id=self.name)
        self._erase_notes()
        self._erase_name(lock, held, now=now)
        forget_customer(self.tenant, self.name)

    def _erase_tickets(self, ids: Sequence[str], lock: Lock, held: HeldLock, *, now: datetime) -> None:
        TicketStore(self.tenant).delete_tickets(ids, job_id="erasure", lock=lock, held=held, now=now)
        mongo.collection(TICKET_HISTORY).delete_many(_of(self.tenant, ids))
        erase_conversations(self.tenant.slug, ids)
        erase_mails(self.tenant.slug, ids)
        IncidentStore(self.tenant).forget_tickets(ids)
        NoteStore(self.tenant).erase_about("ticket", ids)
        mongo.collection(INSIGHTS).delete_one({"_id": self.tenant.slug})  # names incidents; worked out again soon
        mongo.collection(TICKETS).delete_many({**_of(self.tenant, ids), "customer_id": self.name})

    def _erase_notes(self) -> None:
        """Those about the customer, and an id that means nothing else from the texts of others."""
        notes = NoteStore(self.tenant)
        notes.erase_about("customer", [self.name])
        if is_distinctive(self.name):
            notes.erase_name(self.name, replacement=ERASED)

    def _erase_messages(self) -> None:
        """Delete messages about this customer only; remove the customer from digests."""
        messages = mongo.collection(DELIVERIES)
        for message in messages.find(self.messages):
            others = [each for each in message["tickets"] if each["customer_id"] != self.name]
            erased = [each["alert"] for each in message["tickets"] if each not in others and each.get("alert")]
            forget_acknowledgements(self.tenant.slug, erased)
            if not others:
                messages.delete_one({"_id": message["_id"]})
                continue
            changed = {
                "tickets": others,
                "customers": [each for each in message["customers"] if each != self.name],
                "alerts": [each for each in message.get("alerts", []) if each not in erased],
                "headline": headline_of([TicketFacts.of(each) for each in others]),
            }
            messages.update_one({"_id": message["_id"]}, {"$set": changed})

    def _erase_name(self, lock: Lock, held: HeldLock, *, now: datetime) -> None:
        """Remove the customer from tickets that now belong to another one: messages, and id and name in the history."""
        history, sides = mongo.collection(TICKET_HISTORY), ("old", "new")
        named = {"$or": [{f"changes.customer_id.{side}": self.name} for side in sides]}
        ids = {each["external_id"] for each in history.find({"tenant_id": self.tenant.slug, **named})}
        ids |= find_tickets_with_messages_by(self.tenant.slug, self.name)
        for external_id in sorted(ids):
            # The messages first, then the names: whose they are is known from the names, and those from the ids.
            erase_words(self.tenant, self.name, external_id, lock=lock, held=held, now=now)
            self._erase_names_of(external_id)
        for side in sides:
            field = f"changes.customer_id.{side}"
            match = {"tenant_id": self.tenant.slug, field: self.name}
            history.update_many(match, {"$set": {field: ERASED}})

    def _erase_names_of(self, external_id: str) -> None:
        """Of one ticket, as long as it belonged to the customer."""
        history, customer = mongo.collection(TICKET_HISTORY), None
        match = {"tenant_id": self.tenant.slug, "external_id": external_id}
        entries, names = history.find(match), {self.name}
        for entry in entries.sort([("recorded_at", 1), ("_id", 1)]):
            owner = entry["changes"].get("customer_id", {"old": customer, "new": customer})
            customer = owner["new"]
            erased = {
                f"changes.customer_name.{side}": ERASED
                for side, value in entry["changes"].get("customer_name", {}).items()
                if value is not None and owner[side] == self.name
            }
            if erased:
                names |= {entry["changes"]["customer_name"][field.rpartition(".")[2]] for field in erased}
                history.update_one({"_id": entry["_id"]}, {"$set": erased})
        history.update_many({**match, "author": {"$in": sorted(names)}}, {"$set": {"author": ERASED}})


def _batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(ids)
    while batch := list(islice(left, size)):
        yield batch


def _of(tenant: Tenant, external_ids: Sequence[str]) -> Document:
    return {"tenant_id": tenant.slug, "external_id": {"$in": list(external_ids)}}


def _paths_of_customer(tenant: Tenant) -> list[str]:
    """Dotted paths of the customer id in the helpdesk's records."""
    paths = ["customer_id"]
    for source in Source.objects.filter(tenant=tenant).exclude(kind=SourceKind.NATIVE):
        try:
            paths += rest_options(source.kind, source.options).paths_of("customer_id")
        except ValueError:
            continue  # invalid settings map no fields
    return [path for path in paths if path]
