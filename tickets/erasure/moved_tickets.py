"""Erases what a customer wrote in a ticket that now belongs to another one: messages, and their texts in the history.

The ticket is classified again, without these messages, and a digest of each keeps it from coming back.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.lock import HeldLock, Lock
from tenants.models import Tenant
from tickets.erasure.erased_customers import name_of_message, save_erasures
from tickets.erasure.words_of_customer import messages_of, ownership_of, without
from tickets.planning.conversations import with_conversation
from tickets.planning.page_plan import PagePlan, stored_content
from tickets.records.collection_names import TICKET_HISTORY, TICKETS
from tickets.records.conversation import Conversation
from tickets.records.origin import Origin
from tickets.records.versions import ReadTicket, StoredVersion
from tickets.rules.classifier import find_classifier
from tickets.service_levels.settings import find_clock_settings
from tickets.store.conversations import conversation_write, save_conversations
from tickets.store.ticket_store import CorrectedMeanwhile, TicketStore

ERASED: Final = "(erased)"
_TEXTS: Final = ("message", "latest_message")


def erase_words(
    tenant: Tenant, customer_id: str, external_id: str, *, lock: Lock, held: HeldLock, now: datetime
) -> None:
    """Of one ticket. Safe to repeat. Raises `LockLost` if another process has taken the lock."""
    store = TicketStore(tenant)
    stored, conversation = store.find_ticket(external_id), store.find_conversation(external_id) or Conversation(())
    if stored is None:
        return
    entries = mongo.collection(TICKET_HISTORY).find({"tenant_id": tenant.slug, "external_id": external_id})
    ownership = ownership_of(customer_id, entries.sort([("recorded_at", 1), ("_id", 1)]))
    erased = messages_of(ownership, conversation)
    kept = without(conversation, erased)
    of_messages = {each.text for each in erased}
    texts = of_messages | (ownership.texts - {each.text for each in kept.messages} - {ERASED})
    if not texts:
        return
    save_erasures(tenant, "message", (name_of_message(external_id, text) for text in texts), until=now)
    save_erasures(tenant, "words", [external_id], until=now)
    # What is interrupted here begins again: as long as it is not done, each text is still in the messages or the history.
    _erase_from_history(tenant, external_id, of_messages)
    if stored["is_deleted"]:
        _rewrite_deleted(tenant, stored, kept, texts)
    else:
        try:
            store.save_page(_plan(tenant, stored, kept, texts, now=now), lock=lock, held=held)
        except CorrectedMeanwhile:
            erase_words(tenant, customer_id, external_id, lock=lock, held=held, now=now)
            return
    _erase_from_history(tenant, external_id, texts - of_messages)


def _plan(tenant: Tenant, stored: Document, kept: Conversation, texts: Collection[str], *, now: datetime) -> PagePlan:
    """The ticket as if it had been read without the messages."""
    content, version, classifier = stored_content(stored), StoredVersion.of(stored), find_classifier(tenant)
    if content.message in texts:
        content = replace(content, message="")
    content = with_conversation(content, kept)
    ticket = ReadTicket(
        content,
        content.digest(classifier_version=classifier.version),
        from_file=version.from_file,
        origin=Origin(name=stored.get("connection", ""), mapping=version.mapping),
        conversation=kept,
    )
    plan = PagePlan(
        tenant_id=tenant.slug,
        job_id="erasure",
        now=now,
        classifier=classifier,
        clock_settings=find_clock_settings(tenant),
    )
    plan.add_known(ticket, stored, version)
    for change in (entry["changes"].get(name) for entry in plan.history for name in _TEXTS):
        if change and change["old"] in texts:
            change["old"] = ERASED
    return plan


def _rewrite_deleted(tenant: Tenant, stored: Document, kept: Conversation, texts: Collection[str]) -> None:
    """A deleted ticket is in no number and in no list."""
    changed = {name: "" for name in _TEXTS if stored.get(name) in texts}
    if changed:
        mongo.collection(TICKETS).update_one({"_id": stored["_id"]}, {"$set": changed})
    mongo.in_transaction(
        lambda session: save_conversations(
            [conversation_write(tenant.slug, stored["external_id"], kept)], session=session
        )
    )


def _erase_from_history(tenant: Tenant, external_id: str, texts: Collection[str]) -> None:
    history = mongo.collection(TICKET_HISTORY)
    for name in _TEXTS:
        for side in ("old", "new"):
            field = f"changes.{name}.{side}"
            match = {"tenant_id": tenant.slug, "external_id": external_id, field: {"$in": sorted(texts)}}
            history.update_many(match, {"$set": {field: ERASED}})
