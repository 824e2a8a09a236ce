"""What a helpdesk tells about a ticket's past: who changed which field when, from what to what. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from tickets.records.cleaning import Unreadable, as_line, as_text
from tickets.records.dates import ISO_ONLY, NotADate
from tickets.records.normalize import apply_status_map
from tickets.records.statuses import StatusMap, fold_status, spell_status

ToldField = Literal["status", "assignee", "priority", "team"]
TOLD_FIELDS: Final[tuple[ToldField, ...]] = get_args(ToldField)
MOST_EVENTS: Final = 500
"""Of one ticket. Beyond this, the oldest are left out."""
MOST_CHANGES: Final = 20
"""Of one event."""
LONGEST_VALUE: Final = 200
_LONGEST_STATUS: Final = 100
_LONGEST_NUMBER: Final = 18


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A field that changed. None is no value; for the old one also that the helpdesk does not say."""

    field: ToldField
    old: str | None
    new: str | None

    @property
    def is_visible(self) -> bool:
        """Whether the two values differ once both are mapped."""
        if self.field == "status" and self.old is not None and self.new is not None:
            return fold_status(self.old) != fold_status(self.new)
        return self.old != self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """`key` is the same whenever the event is told: the helpdesk's id, or what it says."""

    key: str
    author: str
    at: datetime
    changes: tuple[ToldChange, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """The events in order of time. `left_out` is the number of those that are not told, not readable or not kept."""

    events: tuple[ToldEvent, ...] = ()
    left_out: int = 0

    def until(self, moment: datetime) -> "Telling":
        """Without events after the moment, which cannot have happened."""
        kept = tuple(each for each in self.events if each.at <= moment)
        return Telling(kept, self.left_out + len(self.events) - len(kept))

    def changes_of(self, field: ToldField) -> list[tuple[datetime, ToldChange]]:
        """When the field changed, and how."""
        return [(event.at, each) for event in self.events for each in event.changes if each.field == field]

    def digest(self) -> str:
        """Changes with any event; empty if there is none."""
        if not self.events:
            return ""
        hashed = hashlib.blake2b(digest_size=12)
        for event in self.events:
            hashed.update(f"{event.key}\0{event.author}\0{event.at.isoformat()}\0{event.changes!r}\0".encode())
        return hashed.hexdigest()


NOTHING_TOLD: Final = Telling()


def read_telling(given: Sequence[Mapping[str, Any]], *, statuses: StatusMap, missing: int = 0) -> Telling:
    """From events of native field names: `id`, `author`, `at` (ISO), and `changes` with `field`, `old` and `new`.

    One without a readable time, or without a change that can be read, is left out, never a reason to reject the ticket.
    `missing`: how many the helpdesk has beyond those. `statuses`: the tenant's map.
    """
    read = [event for each in given if (event := _read(each, statuses)) is not None]
    if len(read) > 1 and read[0].at > read[-1].at:
        read.reverse()  # the newest first; events of the same second keep their order
    distinct = {each.key: each for each in read}
    in_order = sorted(distinct.values(), key=lambda each: (each.at, _number(each.key)))
    kept = in_order[-MOST_EVENTS:]
    return Telling(tuple(kept), left_out=missing + len(given) - len(read) + len(in_order) - len(kept))


def _read(given: Mapping[str, Any], statuses: StatusMap) -> ToldEvent | None:
    try:
        at = ISO_ONLY.read(given.get("at"))
    except NotADate:
        return None
    changes = tuple(_read_changes(given.get("changes"), statuses))
    if at is None or not changes:
        return None
    author = _line(given.get("author")) or ""
    key = _line(given.get("id")) or _digest(at, author, changes)
    return ToldEvent(key=key, author=author, at=at, changes=changes)


def _read_changes(given: Any, statuses: StatusMap) -> Iterable[ToldChange]:
    for each in given[:MOST_CHANGES] if isinstance(given, list) else ():
        field = each.get("field")
        if field == "status":
            old, new = (_status(each.get(side), statuses) for side in ("old", "new"))
            if new is not None:
                yield ToldChange("status", old, new)
        elif field in TOLD_FIELDS:
            yield ToldChange(field, _line(each.get("old")), _line(each.get("new")))


def _status(value: Any, statuses: StatusMap) -> str | None:
    line = _line(value)
    return None if line is None else apply_status_map(spell_status(line[:_LONGEST_STATUS]), statuses)[0]


def _line(value: Any) -> str | None:
    """The value as one clean line; None if it is none or cannot be read."""
    if as_text(value) is None:
        return None
    try:
        return as_line(value, longest=LONGEST_VALUE) or None
    except Unreadable:
        return None


def _digest(at: datetime, author: str, changes: tuple[ToldChange, ...]) -> str:
    return hashlib.blake2b(f"{at.isoformat()}\0{author}\0{changes!r}".encode(), digest_size=12).hexdigest()


def _number(key: str) -> int:
    """Ids that are numbers show the order of events of the same second."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_NUMBER else 0
