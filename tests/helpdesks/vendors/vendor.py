"""What the simulated servers of known helpdesks have in common: tickets, limits, credentials, a real socket."""

import json
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

from tests.helpdesk import answer
from tests.loopback_server import Answer, Arrived, LoopbackServer

BEGIN = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)
"""Recent, because messages of tickets that changed long ago are not requested."""

LOGGED = ("status", "assignee", "priority", "team")
"""The fields whose changes helpdesks log."""


@dataclass(slots=True)
class VendorReply:
    """A message after the first one. `is_internal` ones are notes among agents."""

    id: int
    author: str
    text: str
    at: datetime
    is_customer: bool = False
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class VendorEvent:
    """A change in the server's own log, `old` and `new` in its words."""

    id: int
    at: datetime
    author: str
    field: str
    old: str
    new: str


@dataclass(slots=True)
class VendorTicket:
    """A ticket as the simulated helpdesk has it; `status` in its own words."""

    id: int
    subject: str
    text: str
    status: str
    created: datetime
    updated: datetime
    customer_email: str = "ada@example.com"
    customer_name: str = "Ada"
    assignee: str = ""
    team: str = ""
    priority: str = ""
    type: str = ""
    tags: list[str] = field(default_factory=list)
    organisation: str = ""
    first_reply: datetime | None = None
    resolved: datetime | None = None
    due: datetime | None = None
    is_deleted: bool = False
    replies: list[VendorReply] = field(default_factory=list)
    log: list[VendorEvent] = field(default_factory=list)

    @property
    def public_replies(self) -> list[VendorReply]:
        return [each for each in self.replies if not each.is_internal]

    @property
    def answered(self) -> datetime | None:
        """When an agent first replied: as the helpdesk says, or else by the messages."""
        own = [each.at for each in self.public_replies if not each.is_customer]
        return self.first_reply or min(own, default=None)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived; `body` is its JSON, or its form as a dict."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """By lower-case name."""
    body: Any


class Vendor(LoopbackServer):
    """A simulated server. `throttle` further requests are refused by the helpdesk's own limit, `fail_from` all requests
    from that number on. `wait_seconds`: for how long it asks to wait. `after` is called with each request once its
    response is made."""

    kind: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    secret: str = "a-secret-of-the-test"
    auth_name: ClassVar[str] = ""
    page_size: ClassVar[int] = 10
    open_status: ClassVar[str]
    """A status that means open, in the helpdesk's own words."""
    closed_status: ClassVar[str]
    deletes_by: ClassVar[str] = "absence"
    """How a deletion shows: absence, record, list, or nothing."""
    has_notes: ClassVar[bool] = True
    """Whether its messages include internal notes."""

    def __init__(self) -> None:
        self.tickets: dict[int, VendorTicket] = {}
        self.now = BEGIN
        self.events = 0
        self.requests: list[Request] = []
        self.throttle = 0
        self.wait_seconds = 0
        self.fail_from: int | None = None
        self.after: Callable[[Request], None] = lambda _request: None
        super().__init__()

    def respond(self, request: Arrived) -> Answer:
        headers = request.header
        read = Request(request.method, request.path, request.query, headers, _decoded(request.content, headers))
        self.requests.append(read)
        response = self.serve(read)
        self.after(read)
        return response

    # -- What a trial does -----------------------------------------------------------------------

    def add(self, number: int, **values: Any) -> VendorTicket:
        """A new ticket, a minute after the one before."""
        self.now += timedelta(minutes=1)
        ticket = VendorTicket(
            **{
                "id": number,
                "subject": f"Question {number}",
                "text": f"Text of ticket {number}. Please help.",
                "status": self.open_status,
                "created": self.now,
                "updated": self.now,
                **values,
            }
        )
        self.tickets[number] = ticket
        return ticket

    def change(self, number: int, **values: Any) -> VendorTicket:
        """Change a ticket, which moves its stamp."""
        self.now += timedelta(minutes=1)
        ticket = self.tickets[number]
        for name, value in values.items():
            if name in LOGGED and (old := getattr(ticket, name)) != value:
                self.events += 1
                ticket.log.append(VendorEvent(self.events, self.now, "Bob", name, old, value))
            setattr(ticket, name, value)
        ticket.updated = self.now
        return ticket

    def reply(self, number: int, text: str, *, is_customer: bool = False, is_internal: bool = False) -> VendorReply:
        """A message to a ticket, which moves its stamp."""
        ticket = self.change(number)
        reply = VendorReply(
            id=len(ticket.replies) + 1,
            author=ticket.customer_name if is_customer else "Bob",
            text=text,
            at=ticket.updated,
            is_customer=is_customer,
            is_internal=is_internal,
        )
        ticket.replies.append(reply)
        return reply

    def delete(self, number: int) -> None:
        self.change(number, is_deleted=True)

    @property
    def live(self) -> list[VendorTicket]:
        return [each for each in self.tickets.values() if not each.is_deleted]

    # -- What a vendor says ----------------------------------------------------------------------

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The response to a request that is neither refused nor throttled."""

    @abstractmethod
    def is_allowed(self, request: Request) -> bool:
        """Whether the request carries the right credential; requests for a token do not need one."""

    @abstractmethod
    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        """What must be stored of a ticket: our field names and values."""

    def external_id(self, ticket: VendorTicket) -> str:
        return str(ticket.id)

    def throttled(self) -> Answer:
        return answer({"error": "Too many requests"}, 429, Retry_After=str(self.wait_seconds))

    def refused(self) -> Answer:
        return answer({"error": "Could not authenticate you"}, 401)

    def serve(self, request: Request) -> Answer:
        if self.fail_from is not None and len(self.requests) >= self.fail_from:
            return answer({"error": "down"}, 400)
        if self.throttle > 0:
            self.throttle -= 1
            return self.throttled()
        return self.answer(request) if self.is_allowed(request) else self.refused()


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _decoded(content: bytes, headers: dict[str, str]) -> Any:
    if not content:
        return None
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(content.decode()).items()}
    return json.loads(content)
