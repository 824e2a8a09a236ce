"""Decides which tickets a channel alerts on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.alerts.messages import TicketFacts

LONGEST_SUBJECT = 200


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

    def reason(self, *, why: Mapping[str, str]) -> str:
        """Why the channel alerts on the ticket: the verdicts it filters by, or both if it filters by none.

        `why` has for `urgency` and `sentiment` the verdict and what decided it, in words.
        """
        chosen = [name for name, wanted in (("urgency", self.urgencies), ("sentiment", self.sentiments)) if wanted]
        return "; ".join(why[name] for name in chosen or ("urgency", "sentiment"))

    def _matches(self, urgency: str, sentiment: str) -> bool:
        return (not self.urgencies or urgency in self.urgencies) and (
            not self.sentiments or sentiment in self.sentiments
        )
