"""What the training process is asked: a tenant's examples. Travels as lines of JSON, so that it never is in memory twice."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Final

from tickets.classification.learning.features import Kind

LEAST_CORRECTIONS: Final = 10
"""Of a verdict, before anything is learned about it."""
WEAK_WEIGHT: Final = 0.2
"""Of an example that the helpdesk's priority or a customer's rating labels, where a correction has 1."""


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket, and what people say its verdicts are, by the names of `CLASSES`. `message` includes the newest reply. `language`:
    what the helpdesk calls its language. `customer`: the id of who wrote it, empty if that is unknown, and `names`: the words of
    that customer's name.

    `is_weak`: the helpdesk's priority or the customer's rating say so.
    """

    id: str
    subject: str
    message: str
    labels: Mapping[Kind, str] = field(default_factory=dict)
    is_weak: bool = False
    language: str = ""
    customer: str = ""
    names: tuple[str, ...] = ()

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

    def lines(self) -> Iterator[bytes]:
        """The vetoed words and the number of examples; then the examples, and the anchors."""
        yield _line({"vetoed": self.vetoed, "examples": len(self.examples)})
        for each in (*self.examples, *self.anchors):
            yield _line(asdict(each))

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> "TrainingRequest":
        found = map(json.loads, lines)
        head = next(found)
        examples = tuple(islice(map(_example, found), head["examples"]))
        return cls(examples, tuple(map(_example, found)), tuple(head["vetoed"]))


def _example(document: Mapping[str, Any]) -> Example:
    return Example(**{**document, "names": tuple(document["names"])})


def _line(document: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(document, ensure_ascii=False)}\n".encode()
