"""Decides which tickets a channel alerts on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.alerts.messages import TicketFacts

LONGEST_SUBJECT = 200
MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The tickets a channel alerts on; an empty set means all."""

    channel_id: str
    urgencies: frozenset[str]
    sentiments: frozenset[str]
    max_age: timedelta

    def wants(
        self,
        ticket: TicketFacts,
        *,
        now: datetime,
        before: tuple[str, str] | None,
        written_at: datetime | None = None,
    ) -> bool:
        """Whether to alert: the ticket's text is recent enough and matches now, but did not match before.

        `before` is the urgency and sentiment of the stored version, None for a new ticket. `written_at`: when the
        customer's newest message was written, None if there is only the text that the ticket was created with.
        """
        if (written_at or ticket.created_at) <= now - self.max_age or not self._matches(
            ticket.urgency, ticket.sentiment
        ):
            return False
        return before is None or not self._matches(*before)

    def reason(self, ticket: TicketFacts, *, words: Mapping[str, Sequence[str]]) -> str:
        """Why the channel alerts on the ticket: the words behind the urgency and sentiment it filters by.

        `words` are the deciding words by classification (`urgency`, `sentiment`).
        """
        labels = {"urgency": ticket.urgency, "sentiment": ticket.sentiment}
        chosen = [name for name, wanted in (("urgency", self.urgencies), ("sentiment", self.sentiments)) if wanted]
        found = [
            f"{labels[name]} because: {', '.join(words[name][:MOST_WORDS])}"
            for name in chosen or labels
            if words.get(name)
        ]
        return "; ".join(found) or f"urgency {ticket.urgency}, sentiment {ticket.sentiment}"

    def _matches(self, urgency: str, sentiment: str) -> bool:
        return (not self.urgencies or urgency in self.urgencies) and (
            not self.sentiments or sentiment in self.sentiments
        )
