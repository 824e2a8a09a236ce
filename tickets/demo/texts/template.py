"""A text with slots, and its intended verdict: what a good support manager would say of it, whatever words it has.

The texts are as ambiguous as life. A test compares the verdicts of the classification with the intended ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Mood = Literal["urgent", "annoyed", "neutral", "grateful"]


class Intent(NamedTuple):
    """The intended verdict."""

    urgency: Literal["high", "medium", "low"]
    sentiment: Literal["positive", "neutral", "negative"]
    requires_action: bool

    @property
    def mood(self) -> Mood:
        """How the helpdesk treats the ticket."""
        if self.urgency == "high":
            return "urgent"
        if self.sentiment == "negative":
            return "annoyed"
        return "grateful" if self.sentiment == "positive" else "neutral"


EMERGENCY: Final = Intent("high", "neutral", True)
"""Danger, damage, a right with a deadline or a standstill, said calmly."""
ESCALATION: Final = Intent("high", "negative", True)
"""A legal threat, a chargeback or a demand of money or of the boss, in anger."""
COMPLAINT: Final = Intent("medium", "negative", True)
GRIEVANCE: Final = Intent("low", "negative", False)
"""Displeasure that asks for nothing."""
FAULT: Final = Intent("medium", "neutral", True)
"""A calm report that something does not work."""
REQUEST: Final = Intent("low", "neutral", True)
"""A question or an order."""
NOTE: Final = Intent("low", "neutral", False)
"""Information, an automatic reply, or the end of a case."""
THANKS: Final = Intent("low", "positive", False)
PRAISE_WITH_REQUEST: Final = Intent("low", "positive", True)


@dataclass(frozen=True, slots=True)
class Template:
    """`subjects` are alternatives. They and the message may contain the slots `{ref} {item} {other} {place} {amount}
    {day} {when} {n} {month}`, which `tickets.demo.composing` fills."""

    intent: Intent
    subjects: tuple[str, ...]
    message: str


TemplatesByIntent = Mapping[Intent, tuple[Template, ...]]


def by_intent(*groups: tuple[Template, ...]) -> TemplatesByIntent:
    """All templates of the groups; no group is empty, and each has one intent."""
    return {group[0].intent: group for group in groups}


def written(intent: Intent, text: str) -> tuple[Template, ...]:
    """The templates of a text: blocks that an empty line separates.

    The first line of a block has its subjects, separated by ` | `; the other lines are the message. A line with only
    `/` starts a new paragraph of it.
    """
    return tuple(_template(intent, block.strip().split("\n")) for block in text.strip().split("\n\n"))


def _template(intent: Intent, lines: list[str]) -> Template:
    paragraphs = " ".join(lines[1:]).split(" / ")
    return Template(intent, tuple(lines[0].split(" | ")), "\n\n".join(paragraphs))
