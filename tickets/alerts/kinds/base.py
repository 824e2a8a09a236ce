"""What the outbox asks of a sender, whatever channel is behind it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from tickets.alerts.messages import Message

Fault = Literal["endpoint", "settings", "message"]
"""What was wrong. The endpoint: it is away, overloaded or broken, and its circuit counts that. The settings: no
message over this channel would arrive. The message: the endpoint works and refuses this very one."""


class DeliveryError(Exception):
    """The message did not arrive. `str()` is a sentence for a manager.

    `status` is the code of the answer where there was one, HTTP's or SMTP's, `excerpt` its beginning, `retry_after` the
    seconds the endpoint asked for. `is_final`: trying again cannot help, so the message has failed.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        excerpt: str = "",
        fault: Fault = "endpoint",
        is_final: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after
        self.excerpt = excerpt
        self.fault = fault
        self.is_final = is_final

    @property
    def endpoint_is_well(self) -> bool:
        return self.fault != "endpoint"


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
        """Names what the channel points at: the same for all channels that point there."""

    def send(self, message: Message) -> Answer:
        """One attempt, bounded in time and size; raises `DeliveryError`."""

    def close(self) -> None:
        """Give back connections."""
