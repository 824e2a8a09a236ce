"""The stored messages of tickets: one document a ticket, written in the transaction that writes the ticket.

A document expires some days after its newest message if the installation sets `CONVERSATION_DAYS`; the ticket stays.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from pymongo import DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.records.conversation import Conversation, Message

COLLECTION: Final = "conversations"


def conversation_write(tenant_id: str, external_id: str, conversation: Conversation) -> Document:
    """The document to store."""
    days = settings.CONVERSATION_DAYS
    newest = conversation.messages[-1].at if conversation.messages else None
    return {
        "tenant_id": tenant_id,
        "external_id": external_id,
        "messages": [each.stored() for each in conversation.messages],
        "left_out": conversation.left_out,
        **({"expires_at": newest + timedelta(days=days)} if days and newest else {}),
    }


def save_conversations(documents: Sequence[Document], *, session: ClientSession) -> None:
    """Write the documents in place of the stored ones; one without messages removes it. Safe to repeat."""
    if not documents:
        return
    writes = [_write(each) for each in documents]
    mongo.collection(COLLECTION).bulk_write(writes, ordered=False, session=session)


def _write(document: Document) -> ReplaceOne[Document] | DeleteOne:
    key = {"tenant_id": document["tenant_id"], "external_id": document["external_id"]}
    return ReplaceOne(key, document, upsert=True) if document["messages"] else DeleteOne(key)


def find_conversation(tenant_id: str, external_id: str) -> Conversation | None:
    """The stored messages; None if there are none."""
    found = mongo.collection(COLLECTION).find_one({"tenant_id": tenant_id, "external_id": external_id})
    if found is None:
        return None
    return _read(found)


def find_conversations(tenant_id: str, external_ids: Sequence[str]) -> dict[str, Conversation]:
    """The stored messages of these tickets, by id."""
    match = {"tenant_id": tenant_id, "external_id": {"$in": list(external_ids)}}
    return {each["external_id"]: _read(each) for each in mongo.collection(COLLECTION).find(match)}


def _read(found: Document) -> Conversation:
    return Conversation(tuple(Message(**each) for each in found["messages"]), found["left_out"])


def find_tickets_with_messages_by(tenant_id: str, author: str) -> set[str]:
    """The ids of the tickets in which somebody of that name has written."""
    found = mongo.collection(COLLECTION).find({"tenant_id": tenant_id, "messages.author": author}, {"external_id": 1})
    return {each["external_id"] for each in found}


def erase_conversations(tenant_id: str, external_ids: Sequence[str], *, session: ClientSession | None = None) -> None:
    mongo.collection(COLLECTION).delete_many(
        {"tenant_id": tenant_id, "external_id": {"$in": list(external_ids)}}, session=session
    )
