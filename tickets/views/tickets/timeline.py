"""A ticket's history for its page: each change of a field as a word-level diff."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from supportsaas.formatting import format_exact_time, format_label, format_number
from tickets.planning.changes import TRACKED
from tickets.planning.page_plan import OF_PERSONS
from tickets.store.diffing import Piece, diff_texts

FOLD_AFTER = 280
_LONGEST_INITIAL = 20_000
_TITLES = {
    "customer_id": "customer",
    "requires_action": "needs action",
    "created_at": "created",
    "resolved_at": "resolved",
    "deleted_at": "deleted",
    "first_reply_at": "first reply",
    "due_at": "due",
    "url": "page in the helpdesk",
}

_CODES = frozenset(("status", "urgency", "sentiment", "source"))
"""The fields whose values are codes, which are shown in words."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an entry. `is_initial`: it had no value before. `is_long`: the page folds it.

    `is_layout`: nothing but line breaks changed.
    """

    title: str
    pieces: list[Piece]
    is_initial: bool
    is_long: bool
    is_layout: bool = False


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`reason` is set if the change did not come from the helpdesk; `is_told` if the helpdesk itself dates the change."""

    action: str
    recorded_at: datetime
    job_id: str
    changes: list[FieldChange]
    reason: str = ""
    is_told: bool = False
    author: str = ""

    @property
    def is_of_person(self) -> bool:
        """Whether somebody corrected or confirmed the classification, or undid that."""
        return self.reason in OF_PERSONS

    @property
    def is_of_sync(self) -> bool:
        """Whether a sync brought the change, and not the tenant's rules, a mapping or a person."""
        return not self.reason


def timeline_entry(entry: Mapping[str, Any], zone: ZoneInfo) -> TimelineEntry:
    is_initial = entry["action"] == "created"
    changes = []
    for title, before, after in _changed_values(entry["changes"]):
        old, new = _as_text(before, zone, title), _as_text(after, zone, title)
        if is_initial and not new:
            continue
        pieces = _initial(new) if is_initial else _changed(old, new)
        is_long = sum(len(piece.text) for piece in pieces) > FOLD_AFTER
        is_layout = not is_initial and all(piece.kind in ("same", "skipped") for piece in pieces)
        changes.append(FieldChange(title, pieces, is_initial, is_long, is_layout))
    return TimelineEntry(
        entry["action"],
        entry["recorded_at"],
        entry["job_id"],
        changes,
        reason=entry.get("reason", ""),
        is_told="told_by" in entry,
        author=entry.get("author", ""),
    )


def _changed_values(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any, Any]]:
    """Titles with the values before and after. Each of the tenant's own fields is on its own."""
    for name in sorted(changes, key=_place):
        old, new = changes[name].get("old"), changes[name].get("new")
        if name == "extra":
            old, new = old or {}, new or {}
            for each in sorted(old.keys() | new.keys()):
                if old.get(each) != new.get(each):
                    yield each, old.get(each), new.get(each)
        else:
            yield _TITLES.get(name, name.replace("_", " ")), old, new


def _place(name: str) -> int:
    return TRACKED.index(name) if name in TRACKED else len(TRACKED)


def _initial(value: str) -> list[Piece]:
    if len(value) <= _LONGEST_INITIAL:
        return [Piece("same", value)] if value else []
    left_out = len(value) - _LONGEST_INITIAL
    return [Piece("same", value[:_LONGEST_INITIAL]), Piece("skipped", f"{format_number(left_out)} more characters")]


def _changed(old: str, new: str) -> list[Piece]:
    """What changed. Line breaks alone are layout and no change to read."""
    return [Piece("same", each.text) if each.is_break else each for each in diff_texts(old, new)]


def _as_text(value: object, zone: ZoneInfo, title: str) -> str:
    match value:
        case str() if title in _CODES:
            return format_label(value) if value else ""
        case None:
            return ""
        case bool():
            return format_label(value)
        case datetime():
            return format_exact_time(value, zone)
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
