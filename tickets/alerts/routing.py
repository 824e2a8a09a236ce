"""Which tickets are news for which channel. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.alerts.messages import TicketFacts

LONGEST_SUBJECT = 200
MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a channel wants to hear of; none of a kind means any."""

    channel_id: str
    urgencies: frozenset[str]
    sentiments: frozenset[str]
    max_age: timedelta

    def wants(self, ticket: TicketFacts, *, now: datetime, before: tuple[str, str] | None) -> bool:
        """Whether the ticket is news: young enough, wanted as it is and not wanted already as it was.

        `before` is urgency and sentiment of the version stored until now, None for a new ticket.
        """
        if ticket.created_at <= now - self.max_age or not self._matches(ticket.urgency, ticket.sentiment):
            return False
        return before is None or not self._matches(*before)

    def reason(self, ticket: TicketFacts, *, words: Mapping[str, Sequence[str]]) -> str:
        """In words why the channel hears of the ticket: what decided the verdicts it listens for.

        `words` are those that decided, by verdict (`urgency`, `sentiment`).
        """
        verdicts = {"urgency": ticket.urgency, "sentiment": ticket.sentiment}
        chosen = [name for name, wanted in (("urgency", self.urgencies), ("sentiment", self.sentiments)) if wanted]
        found = [
            f"{verdicts[name]} because: {', '.join(words[name][:MOST_WORDS])}"
            for name in chosen or verdicts
            if words.get(name)
        ]
        return "; ".join(found) or f"urgency {ticket.urgency}, sentiment {ticket.sentiment}"

    def _matches(self, urgency: str, sentiment: str) -> bool:
        return (not self.urgencies or urgency in self.urgencies) and (
            not self.sentiments or sentiment in self.sentiments
        )
