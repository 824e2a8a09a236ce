"""What the ingestion of a helpdesk connection remembers from one run to the next, under the connection's key."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportsaas.db import mongo
from tickets.ingestion.resuming import forget_reading

COLLECTION = "sync_state"
LONGEST_CURSOR = 4_000
OVERLAP = timedelta(minutes=5)
FULL_READ_EVERY = timedelta(hours=24)
LOG_READ_EVERY = timedelta(days=7)
"""How often a list in order of change is read whole. That finds only what no change announces, such as a customer's new
name."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """`cursor`: everything that changed in the helpdesk before it is stored. `last_full_at`: the last whole read that
    can be trusted; None if the next read has to be a whole one. `unconfirmed`: the next cursor, once another read has
    confirmed the last read of changes, past which a ticket may have slipped without a sign.

    `end_cursor`: where the helpdesk itself says that the next changes begin, if its cursors last; empty if that is unknown.
    `mapping`: the settings that all this was read with; empty if an older version stored it.
    `newest_id` and `newest_at`: the ticket that changed last, as far as is known, and when.
    """

    cursor: datetime | None = None
    last_full_at: datetime | None = None
    unconfirmed: datetime | None = None
    end_cursor: str = ""
    mapping: str = ""
    newest_id: str | None = None
    newest_at: datetime | None = None

    def under(self, mapping: str) -> "SyncState":
        """This state if it was read with the mapping, else that of a source which was never read."""
        return self if self.mapping in ("", mapping) else SyncState()

    def since(self, *, now: datetime, mapping: str = "", every: timedelta = FULL_READ_EVERY) -> datetime | None:
        """From when to read only changes, or None for a whole read, as after a change of the mapping.

        `every`: how long after the last whole read another one is due.
        With an overlap, because changes of the same second, or committed late, would be lost.
        """
        if self.cursor is None or self.last_full_at is None or now - self.last_full_at >= every:
            return None
        return self.cursor - OVERLAP if self.mapping in ("", mapping) else None

    def expected(self, *, since: datetime) -> str | None:
        """The id of a ticket that the changes since then must contain, unless it is deleted."""
        return self.newest_id if self.newest_at is not None and self.newest_at >= since else None


def kept(end_cursor: str) -> str:
    """The helpdesk's cursor if it can be stored, else empty."""
    is_storable = len(end_cursor) <= LONGEST_CURSOR and end_cursor.isascii() and "\0" not in end_cursor
    return end_cursor if is_storable else ""


def find_state(key: str) -> SyncState:
    found = mongo.collection(COLLECTION).find_one({"_id": key}) or {}
    dates = {name: found.get(name) for name in ("cursor", "last_full_at", "unconfirmed", "newest_id", "newest_at")}
    return SyncState(**dates, end_cursor=found.get("end_cursor", ""), mapping=found.get("mapping", ""))


def save_state(
    key: str,
    *,
    cursor: datetime | None,
    full_read_at: datetime | None,
    needs_full_read: bool = False,
    unconfirmed: datetime | None = None,
    newest: tuple[str, datetime] | None = None,
    end_cursor: str | None = None,
    mapping: str = "",
) -> None:
    """After a run: the cursor moves forward and never back, unless it belongs to another mapping.

    Whatever is None stays as it is, but `unconfirmed` is removed when the cursor is saved. An empty `end_cursor` is removed.
    """
    states = mongo.collection(COLLECTION)
    if mapping:
        states.delete_one({"_id": key, "mapping": {"$nin": [mapping, "", None]}})
    values: mongo.Document = {"mapping": mapping} if mapping else {}
    removed: mongo.Document = {}
    if full_read_at is not None:
        values["last_full_at"] = full_read_at
    elif needs_full_read:
        removed["last_full_at"] = ""
    if unconfirmed is not None:
        values["unconfirmed"] = unconfirmed
    elif cursor is not None:
        removed["unconfirmed"] = ""
    if newest is not None:
        values["newest_id"], values["newest_at"] = newest
    if end_cursor:
        values["end_cursor"] = end_cursor
    elif end_cursor is not None:
        removed["end_cursor"] = ""
    parts = {"$set": values, "$unset": removed, "$max": {"cursor": cursor} if cursor is not None else {}}
    update = {operator: part for operator, part in parts.items() if part}
    if update:
        states.update_one({"_id": key}, update, upsert=True)


def forget_state(key: str) -> None:
    """After a change of the connection: the next run reads everything."""
    mongo.collection(COLLECTION).delete_one({"_id": key})
    forget_reading(key)
