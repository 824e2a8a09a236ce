"""The parts of a risk in words. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from supportsaas.formatting import format_count, format_duration, format_percent
from tickets.customers.risk import FEWEST_PAST, FEWEST_RECENT, MOST, Part, PartName

EXPLAINED: Final = (
    "0 is no sign of trouble, 100 the most there can be. Five parts add up to it, and each counts half after 30 days."
)

NAMES: Final[dict[PartName, str]] = {
    "repeated": "Repeat contacts",
    "negative": "More negative than before",
    "open_urgent": "Urgent and open",
    "reopened": "Reopened",
    "leaving": "Words about leaving",
}


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a risk: `points` of `most`, None if not known; `reason` says why, in words without a full stop."""

    name: PartName
    label: str
    points: int | None
    most: int
    reason: str


def shown_parts(parts: tuple[Part, ...]) -> list[ShownPart]:
    """All parts: the highest first, then those that are not known, then those with none."""
    shown = [ShownPart(each.name, NAMES[each.name], each.points, MOST[each.name], reason_of(each)) for each in parts]
    return sorted(shown, key=lambda each: -(each.points if each.points is not None else 0.5))


def short_reasons(parts: tuple[Part, ...]) -> str:
    """The parts with points, the highest first, in one line."""
    return ", ".join(each.reason for each in shown_parts(parts) if each.points)


def unknown_reasons(parts: tuple[Part, ...]) -> str:
    return ", ".join(f"{each.label.lower()}: {each.reason}" for each in shown_parts(parts) if each.points is None)


def reason_of(part: Part) -> str:
    facts = part.facts
    match part.name:
        case "repeated":
            return _repeated(facts)
        case "negative":
            if part.points is None:
                if facts["recent"] < FEWEST_RECENT:
                    return "unknown, too few classified tickets lately"
                return f"unknown, fewer than {FEWEST_PAST} earlier tickets to compare with"
            if "share" not in facts:
                return "no negative tickets in 90 days"
            return f"{format_percent(facts['share'])} negative lately, {format_percent(facts['before'])} before"
        case "open_urgent":
            if not facts:
                return "no urgent ticket is open"
            opened = f"urgent ticket open for {format_duration(facts['seconds'])}"
            if part.points is None:
                return f"unknown, {opened}, but the usual time is not known"
            return f"{opened}, usually resolved in {format_duration(facts['usual'])}"
        case "reopened":
            if not facts["count"]:
                return "nothing reopened in 180 days"
            return f"{format_count(facts['count'], 'ticket')} reopened, last {_ago(facts['days'])}"
        case "leaving":
            return f"“{facts['word']}” {_ago(facts['days'])}" if facts else "none found"


def _repeated(facts: Any) -> str:
    if facts["recent"] >= 2:
        return f"{format_count(facts['recent'], 'ticket')} in 30 days"
    return f"last repeat contact {_ago(facts['days'])}" if facts["days"] is not None else "no repeat contacts"


def _ago(days: int) -> str:
    return f"{format_count(days, 'day')} ago" if days else "today"
