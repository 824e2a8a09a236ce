"""What the outbox asks of a sender, whatever channel is behind it."""

from dataclasses import dataclass
from typing import Protocol

from tickets.notifications.messages import Message


class DeliveryError(Exception):
    """The message did not arrive. `str()` is a sentence for a manager.

    `status` is the HTTP status where there was an answer, `excerpt` its beginning, `retry_after` the
    seconds the endpoint asked for. `endpoint_is_well`: the endpoint works and only this message or
    these settings are wrong (a recipient unknown, an address refused), so its breaker counts nothing.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        excerpt: str = "",
        endpoint_is_well: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after
        self.excerpt = excerpt
        self.endpoint_is_well = endpoint_is_well


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the endpoint said: HTTP status (0 for e-mail), the beginning of its answer, how long it took."""

    status: int
    excerpt: str
    seconds: float


class Sender(Protocol):
    """One channel, ready to send."""

    @property
    def endpoint(self) -> str:
        """Names the circuit breaker: the same for all channels that point at the same endpoint."""

    def send(self, message: Message) -> Answer:
        """One attempt, bounded in time and size; raises `DeliveryError`."""

    def close(self) -> None:
        """Give back connections."""
