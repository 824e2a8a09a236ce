"""Which entries of a ticket's history its helpdesk's own events become. Pure.

What a sync noticed itself is not told again. So of a ticket that is already stored, only those events become entries that
are older than its first sync here, or that happened since the stored version. An event has the same entry id each time.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from bson import ObjectId

from tickets.records.statuses import fold_status
from tickets.records.told_events import TOLD_FIELDS, Telling, ToldEvent
from tickets.records.versions import FieldChanges

BY_HELPDESK: Final = "helpdesk"
"""The value of `told_by`."""


def entry_id(tenant_id: str, external_id: str, event: ToldEvent) -> ObjectId:
    """The id of the event's entry, whenever it is told."""
    name = f"{tenant_id}\0{external_id}\0{event.key}"
    return ObjectId(hashlib.blake2b(name.encode(), digest_size=12).digest())


def told_changes(event: ToldEvent) -> FieldChanges:
    """As an entry has them; empty if the values are the same once they are mapped."""
    return {each.field: {"old": each.old, "new": each.new} for each in event.changes if each.is_visible}


def events_to_add(telling: Telling, stored: Mapping[str, Any]) -> list[ToldEvent]:
    """Those of a stored ticket that no entry covers yet."""
    first_told_before = stored.get("first_seen_at") if not stored.get("events_digest") else None
    return [
        each
        for each in telling.events
        if each.at >= stored["updated_at"] or (first_told_before is not None and each.at <= first_told_before)
    ]


def not_told(changes: FieldChanges, added: Iterable[ToldEvent]) -> FieldChanges:
    """The changes that a sync noticed, without those that lead to the same value as the newest event about the field."""
    told = {each.field: each.new for event in added for each in event.changes}
    return {
        name: change
        for name, change in changes.items()
        if name not in TOLD_FIELDS or name not in told or not _is_same(name, told[name], change["new"])
    }


def since(events: Iterable[ToldEvent], moment: datetime) -> list[ToldEvent]:
    return [each for each in events if each.at >= moment]


def _is_same(name: str, told: str | None, noticed: Any) -> bool:
    if name == "status" and told is not None and noticed is not None:
        return fold_status(told) == fold_status(str(noticed))
    return bool(told == noticed)
