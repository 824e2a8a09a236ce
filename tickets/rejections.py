"""Why records were rejected, grouped and in words. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many records were rejected for a reason, which stands without the value that it quotes after a colon."""

    field: str
    reason: str
    count: int

    def as_dict(self) -> dict[str, str | int]:
        return {"field": self.field, "reason": self.reason, "count": self.count}


def group_reasons(rejected: Iterable[tuple[str, str]]) -> list[ReasonCount]:
    """The reasons of (field, reason) pairs, the most frequent first."""
    counts = Counter((field, reason.partition(": ")[0]) for field, reason in rejected)
    return [ReasonCount(field, reason, count) for (field, reason), count in counts.most_common()]


def reasons_in_words(reasons: Sequence[ReasonCount]) -> str:
    """“created_at is missing (20), id is missing (5)”."""
    named = [f"{each.field} {each.reason} ({each.count:,})" for each in reasons[:MOST_NAMED]]
    others = sum(each.count for each in reasons[MOST_NAMED:])
    return ", ".join([*named, f"other reasons ({others:,})"] if others else named)
