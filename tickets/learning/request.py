"""What the training process is asked: a tenant's examples. Travels as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tickets.classification.learning.features import Kind

LEAST_CORRECTIONS: Final = 10
"""Of a verdict, before anything is learned about it."""
WEAK_WEIGHT: Final = 0.2
"""Of an example that the helpdesk's priority or a customer's rating labels, where a correction has 1."""


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket, and what people say its verdicts are, by the names of `CLASSES`. `message` includes the newest reply. `language`:
    what the helpdesk calls its language.

    `is_weak`: the helpdesk's priority or the customer's rating say so.
    """

    id: str
    subject: str
    message: str
    labels: Mapping[Kind, str] = field(default_factory=dict)
    is_weak: bool = False
    language: str = ""

    @property
    def weight(self) -> float:
        return WEAK_WEIGHT if self.is_weak else 1.0

    @property
    def size(self) -> int:
        """Characters of text."""
        return len(self.subject) + len(self.message)


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """`anchors`: tickets that nobody corrected. `vetoed`: words that must not be learned."""

    examples: tuple[Example, ...]
    anchors: tuple[Example, ...]
    vetoed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "TrainingRequest":
        return cls(
            tuple(Example(**each) for each in document["examples"]),
            tuple(Example(**each) for each in document["anchors"]),
            tuple(document["vetoed"]),
        )
