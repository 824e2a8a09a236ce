"""Digests of erased data, so that later syncs do not bring it back.

An erased ticket is kept out by its id. Other tickets of an erased customer are kept out if they were created before the
erasure; later ones are imported as usual. Of a ticket that belongs to another customer by now, what the erased one wrote
is kept out by the ticket's id and the text.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pymongo import UpdateOne

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.erasure.words_of_customer import without
from tickets.planning.conversations import with_conversation
from tickets.planning.reading import ReadPage
from tickets.records.versions import ReadTicket
from tickets.store.quarantine import QuarantinedRecord

COLLECTION = "erasures"
What = Literal["ticket", "customer", "record", "words", "message"]
"""`words`: the id of a ticket some messages of which are erased; `message`: such a message, see `name_of_message`."""


def digest_of(tenant_id: str, what: What, name: str) -> str:
    """The digest of a ticket id, a customer id or the key of a rejected record."""
    return hashlib.blake2b(f"{tenant_id}\0{what}\0{name}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def name_of_message(external_id: str, text: str) -> str:
    """The name of an erased message: of its ticket and its text."""
    return f"{external_id}\0{text}"


def save_erasures(tenant: Tenant, what: What, names: Iterable[str], *, until: datetime) -> None:
    """Keep these names out; for customers, everything created up to `until`."""
    writes = [
        UpdateOne(
            {"_id": digest_of(tenant.slug, what, name)},
            {"$set": {"tenant_id": tenant.slug, "what": what, "until": until}},
            upsert=True,
        )
        for name in names
    ]
    if writes:
        mongo.collection(COLLECTION).bulk_write(writes, ordered=False)


@dataclass(frozen=True, slots=True)
class Erasures:
    """What must not be imported again for a tenant; `is_empty` saves most tenants the lookup."""

    tenant_id: str
    is_empty: bool = True

    @classmethod
    def of(cls, tenant: Tenant) -> "Erasures":
        found = mongo.collection(COLLECTION).find_one({"tenant_id": tenant.slug}, {"_id": 1})
        return cls(tenant.slug, is_empty=found is None)

    def leave_out(self, page: ReadPage, *, classifier_version: str) -> ReadPage:
        """The page without erased data. `classifier_version`: of the classifier that its tickets' digests name."""
        if self.is_empty:
            return page
        contents = [each.content for each in page.tickets]
        digests = {
            *(self._digest("ticket", each.external_id) for each in contents),
            *(self._digest("words", each.external_id) for each in contents),
            *(self._digest("customer", each.customer_id) for each in contents if each.customer_id),
            *(digest for each in page.quarantined for digest in self._digests_of(each)),
        }
        found = mongo.collection(COLLECTION).find({"_id": {"$in": sorted(digests)}, "tenant_id": self.tenant_id})
        erased = {each["_id"]: each["until"] for each in found}
        if not erased:
            return page
        return replace(
            page,
            tickets=[
                self._without_words(each, classifier_version=classifier_version)
                if self._digest("words", each.content.external_id) in erased
                else each
                for each in page.tickets
                if self._digest("ticket", each.content.external_id) not in erased
                and not self._is_before(each.content.customer_id, each.content.created_at, erased)
            ],
            quarantined=[each for each in page.quarantined if erased.keys().isdisjoint(self._digests_of(each))],
        )

    def _without_words(self, ticket: ReadTicket, *, classifier_version: str) -> ReadTicket:
        """The ticket without the messages of an erased customer."""
        content, conversation = ticket.content, ticket.conversation
        messages = conversation.messages if conversation is not None else ()
        digests = {text: self._digest_of_text(content.external_id, text) for text in self._texts_of(ticket)}
        found = mongo.collection(COLLECTION).find({"_id": {"$in": sorted(digests.values())}}, {"_id": 1})
        erased = {each["_id"] for each in found}
        if not erased:
            return ticket
        content = replace(content, message="" if digests[content.message] in erased else content.message)
        if conversation is not None:
            conversation = without(conversation, [each for each in messages if digests[each.text] in erased])
            content = with_conversation(content, conversation)
        own_id = ticket.origin.prefix
        listed = replace(content, external_id=content.external_id.removeprefix(own_id))
        digest = listed.digest(classifier_version=classifier_version)
        return replace(ticket, content=content, conversation=conversation, digest=digest)

    def _texts_of(self, ticket: ReadTicket) -> set[str]:
        messages = ticket.conversation.messages if ticket.conversation is not None else ()
        return {ticket.content.message, *(each.text for each in messages)}

    def _digest_of_text(self, external_id: str, text: str) -> str:
        return self._digest("message", name_of_message(external_id, text))

    def _is_before(self, customer_id: str, created_at: datetime, erased: dict[str, datetime]) -> bool:
        until = erased.get(self._digest("customer", customer_id))
        return until is not None and created_at <= until

    def _digests_of(self, record: QuarantinedRecord) -> list[str]:
        named = [self._digest("ticket", record.external_id)] if record.external_id else []
        return [*named, self._digest("record", record.key(self.tenant_id))]

    def _digest(self, what: What, name: str) -> str:
        return digest_of(self.tenant_id, what, name)
