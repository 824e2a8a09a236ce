"""Joins the messages that a source reads now with those that are stored: a mailbox sends each mail once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tickets.helpdesks import Page
from tickets.helpdesks.base import SourceRecord
from tickets.records.conversation import Conversation
from tickets.records.normalize import as_text
from tickets.records.origin import Origin
from tickets.store.ticket_store import TicketStore


def join_stored(store: TicketStore, origin: Origin, page: Page) -> Page:
    """The page, in which the records that add messages have the stored ones, too. One with the same id is replaced.

    Where messages are kept for a time only (`CONVERSATION_DAYS`), the ticket keeps the text it came in with.
    """
    ids = {place: id_ for place, each in enumerate(page.records) if (id_ := _id_of(each, origin))}
    if not ids:
        return page
    stored = store.find_conversations(list(ids.values()))
    alone = store.find_whole([id_ for id_ in ids.values() if id_ not in stored])
    records: list[SourceRecord] = []
    for place, each in enumerate(page.records):
        id_ = ids.get(place, "")
        if id_ in stored:
            each = _joined(each, stored[id_])
        elif id_ in alone and each.fields is not None:
            each = replace(each, fields={**each.fields, "message": alone[id_]["message"]})
        records.append(each)
    return replace(page, records=records)


def _id_of(record: SourceRecord, origin: Origin) -> str:
    if not record.adds_messages or not record.messages or record.fields is None:
        return ""
    return origin.prefix + (as_text(record.fields.get("id")) or "")


def _joined(record: SourceRecord, stored: Conversation) -> SourceRecord:
    added = record.messages or ()
    known = {each.get("id") for each in added}
    kept: list[Mapping[str, Any]] = [
        {**each.stored(), "at": each.at.isoformat()} for each in stored.messages if each.id not in known
    ]
    return replace(record, messages=[*kept, *added])
