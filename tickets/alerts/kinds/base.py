"""The interface of senders, for all kinds of channels."""

from dataclasses import dataclass
from typing import Literal, Protocol

from tickets.alerts.messages import Message

Fault = Literal["endpoint", "settings", "message"]
"""What failed. `endpoint`: it is unreachable, overloaded or broken, which its circuit counts. `settings`: no message
of this channel would arrive. `message`: the endpoint works but rejects this message."""


class DeliveryError(Exception):
    """The message did not arrive. `str()` is a sentence for managers.

    `status` is the HTTP or SMTP code of the response, if there was one; `excerpt` its beginning; `retry_after` the
    seconds the endpoint asked to wait. `is_final`: retrying cannot help.
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
    def endpoint_is_healthy(self) -> bool:
        return self.fault != "endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The endpoint's response: HTTP status (0 for e-mail), the beginning of the body, and the duration."""

    status: int
    excerpt: str
    seconds: float


class Sender(Protocol):
    """One channel, ready to send."""

    @property
    def endpoint(self) -> str:
        """The name of the endpoint, shared by all channels that use it."""

    def send(self, message: Message) -> Response:
        """Make one attempt, bounded in time and size; raises `DeliveryError`."""

    def close(self) -> None:
        """Close connections."""
