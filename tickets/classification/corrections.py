"""A correction: the verdicts on one ticket as a person set them. Pure.

It is stored with its ticket and wins over the vocabulary, what was learned, and rules, until somebody undoes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tickets.classification.verdicts import Classification, Decider, Sentiment, Urgency

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The three verdicts on a ticket. As part of a correction, None means that the verdict was left alone."""

    urgency: Urgency | None = None
    sentiment: Sentiment | None = None
    requires_action: bool | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Verdicts":
        """From the fields of a stored ticket, or of a part of one."""
        return cls(fields.get("urgency"), fields.get("sentiment"), fields.get("requires_action"))

    def known(self) -> dict[str, Any]:
        """Those that are set, by the name of their field."""
        named = {"urgency": self.urgency, "sentiment": self.sentiment, "requires_action": self.requires_action}
        return {name: value for name, value in named.items() if value is not None}

    def over(self, other: "Verdicts") -> "Verdicts":
        """These verdicts, and the other's where these leave one alone."""
        return Verdicts.of({**other.known(), **self.known()})

    def __bool__(self) -> bool:
        return bool(self.known())


@dataclass(frozen=True, slots=True)
class Correction:
    """`by`: the user name of who made it. `before`: what the product had said of the corrected verdicts.

    Tickets that were corrected together have the same `batch`. `earlier`: the correction that this one replaced, if it was
    not undone; only one is kept. `is_sampled`: somebody was asked, because the ticket was in a random sample.
    """

    verdicts: Verdicts
    by: str
    at: datetime
    batch: str
    note: str = ""
    before: Verdicts = Verdicts()
    earlier: "Correction | None" = None
    is_sampled: bool = False

    @classmethod
    def of(cls, ticket: Mapping[str, Any]) -> "Correction | None":
        """The correction of a stored ticket; None if it has none."""
        stored = ticket.get("correction")
        return cls._read(stored) if stored else None

    @classmethod
    def _read(cls, stored: Mapping[str, Any]) -> "Correction":
        return cls(
            Verdicts.of(stored),
            by=stored["by"],
            at=stored["at"],
            batch=stored["batch"],
            note=stored.get("note", ""),
            before=Verdicts.of(stored["before"]),
            earlier=cls._read(stored["earlier"]) if "earlier" in stored else None,
            is_sampled=stored.get("is_sampled", False),
        )

    def stored(self) -> dict[str, Any]:
        """The form in which a ticket keeps it."""
        return {
            **self.verdicts.known(),
            "by": self.by,
            "at": self.at,
            "batch": self.batch,
            "before": self.before.known(),
            **({"note": self.note} if self.note else {}),
            **({"is_sampled": True} if self.is_sampled else {}),
            **({"earlier": replace(self.earlier, earlier=None).stored()} if self.earlier else {}),
        }

    @property
    def is_confirmation(self) -> bool:
        """Whether the product had said the same."""
        return self.verdicts == self.before

    def apply(self, found: Classification) -> Classification:
        """The classification with the corrected verdicts."""
        known = self.verdicts.known()
        decided: dict[str, Decider] = dict.fromkeys(known, "correction")
        return replace(found, **known, decided_by=replace(found.decided_by, **decided))
