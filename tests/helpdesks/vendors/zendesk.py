"""Zendesk's cursor-based incremental export of tickets.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

import base64
from datetime import datetime, timedelta
from typing import Any

from tests.helpdesk import Answer, answer
from tests.helpdesks.vendors.token_issuer import TokenIssuer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket, iso

_STATUSES = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "on_hold",
    "solved": "resolved",
    "closed": "closed",
}
REQUESTER = 20978392
ASSIGNEE = 235323
GROUP = 98738
ORGANIZATION = 509974


class Server(Vendor):
    """`automated`: when an automation changed a ticket, which leaves its updated_at as it is."""

    kind = "zendesk"
    # The real limit of ten requests a minute would make the trials wait.
    options = {"subdomain": "acme", "client_id": "supportsaas", "budgets": {}}
    open_status = "open"
    closed_status = "solved"
    deletes_by = "record"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = TokenIssuer(client_id="supportsaas", client_secret=self.secret)
        self.automated: dict[int, datetime] = {}
        self.has_users = True

    def add(self, number: int, **values: Any) -> VendorTicket:
        usual = {"assignee": "Mel", "team": "Support", "organisation": "Example Ltd", "priority": "urgent",
                 "type": "incident", "tags": ["enterprise", "billing"]}  # fmt: skip
        ticket = super().add(number, **{**usual, **values})
        ticket.first_reply = ticket.created + timedelta(minutes=7)
        return ticket

    def automate(self, number: int, **values: Any) -> None:
        """Change a ticket without a new updated_at."""
        self.now += timedelta(minutes=1)
        for name, value in values.items():
            setattr(self.tickets[number], name, value)
        self.automated[number] = self.now

    def is_allowed(self, request: Request) -> bool:
        return request.path == "/oauth/tokens" or self.tokens.accepts(request)

    def refused(self) -> Answer:
        return answer({"error": "invalid_token", "error_description": "The access token provided is expired."}, 401)

    def throttled(self) -> Answer:
        text = b"Number of allowed incremental ticket export API requests per minute exceeded"
        return 429, {"Content-Type": "text/plain", "Retry-After": str(self.wait_seconds)}, text

    def answer(self, request: Request) -> Answer:
        if request.path == "/oauth/tokens":
            assert request.method == "POST"
            assert request.headers["content-type"] == "application/json"
            assert request.body["scope"] == "read"
            return self.tokens.issue(request)
        if request.path == "/api/v2/incremental/tickets/cursor.json":
            return self._export(request.query)
        number = request.path.removeprefix("/api/v2/tickets/").removesuffix("/comments.json")
        if number.isdecimal() and int(number) in self.tickets:
            return answer(_comments(self.tickets[int(number)]))
        return answer({"error": "RecordNotFound", "description": "Not found"}, 404)

    def _export(self, query: dict[str, str]) -> Answer:
        if ("cursor" in query) == ("start_time" in query):
            return answer({"error": "InvalidValue", "description": "Give start_time or cursor"}, 400)
        if "cursor" in query:
            stamp, _, last = base64.b64decode(query["cursor"]).decode().rstrip("|").partition("||")
            after = (float(stamp), int(last or 0))
        else:
            after = (float(query["start_time"]) - 0.5, 0)
        changed = sorted((self._generated(each), each.id) for each in self.tickets.values())
        found = [each for each in changed if each > after]
        page = found[: int(query.get("per_page", 1000))]
        stamp_of_last, last_id = page[-1] if page else after
        cursor = base64.b64encode(f"{stamp_of_last}||{last_id}|".encode()).decode()
        tickets = [self.tickets[id_] for _, id_ in page]
        return answer(
            {
                "tickets": [self._ticket(each) for each in tickets],
                "after_url": f"{self.url}/api/v2/incremental/tickets/cursor.json?cursor={cursor}",
                "after_cursor": cursor,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": len(page) == len(found),
                "users": self._users(tickets) if self.has_users else [],
                "groups": [{"id": GROUP, "name": "Support"}],
                "organizations": [{"id": ORGANIZATION, "name": "Example Ltd"}],
            }
        )

    def _generated(self, ticket: VendorTicket) -> float:
        return max(ticket.updated, self.automated.get(ticket.id, ticket.updated)).timestamp()

    def _users(self, tickets: list[VendorTicket]) -> list[dict[str, Any]]:
        """Every requester and assignee of the page once; ids of requesters depend on their address."""
        people = {_requester(each): {"email": each.customer_email, "name": each.customer_name} for each in tickets}
        people[ASSIGNEE] = {"email": "agent@example.com", "name": "Mel"}
        return [{"id": id_, "role": "end-user", **each} for id_, each in people.items()]

    def _ticket(self, ticket: VendorTicket) -> dict[str, Any]:
        first_reply = (
            None if ticket.first_reply is None else (ticket.first_reply - ticket.created) // timedelta(minutes=1)
        )
        return {
            "url": f"{self.url}/api/v2/tickets/{ticket.id}.json",
            "id": ticket.id,
            "external_id": None,
            "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": iso(ticket.created),
            "updated_at": iso(ticket.updated),
            "generated_timestamp": int(self._generated(ticket)),
            "type": ticket.type or None,
            "subject": ticket.subject,
            "raw_subject": ticket.subject,
            "description": ticket.text,
            "priority": ticket.priority or None,
            "status": "deleted" if ticket.is_deleted else ticket.status,
            "requester_id": _requester(ticket),
            "submitter_id": _requester(ticket),
            "assignee_id": ASSIGNEE if ticket.assignee else None,
            "organization_id": ORGANIZATION if ticket.organisation else None,
            "group_id": GROUP if ticket.team else None,
            "due_at": iso(ticket.due),
            "tags": ticket.tags,
            "custom_fields": [],
            "satisfaction_rating": {"score": "unoffered"},
            "metric_set": {
                "id": ticket.id + 1000,
                "ticket_id": ticket.id,
                "replies": _agent_replies(ticket),
                "reopens": 0,
                "solved_at": iso(ticket.resolved),
                "reply_time_in_minutes": {"calendar": first_reply, "business": first_reply},
            },
        }

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": _STATUSES[ticket.status],
            "source": "email",
            "customer_id": ticket.customer_email if self.has_users else str(_requester(ticket)),
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": ticket.team or None,
            "organisation": ticket.organisation or None,
            "customer_name": ticket.customer_name if self.has_users else None,
            "priority": ticket.priority or None,
            "type": ticket.type or None,
            "tags": sorted(ticket.tags) or None,
            "url": f"https://acme.zendesk.com/agent/tickets/{ticket.id}",
            "first_reply_at": ticket.first_reply,
            "due_at": ticket.due,
            "replies": _agent_replies(ticket),
            "rating": None,
        }


def _agent_replies(ticket: VendorTicket) -> int:
    return sum(1 for each in ticket.public_replies if not each.is_customer)


def _comments(ticket: VendorTicket) -> dict[str, Any]:
    """The first one is the description."""
    first = {"id": 1, "author_id": _requester(ticket), "plain_body": ticket.text, "public": True,
             "created_at": iso(ticket.created)}  # fmt: skip
    replies = [
        {
            "id": 1 + each.id,
            "type": "Comment",
            "author_id": _requester(ticket) if each.is_customer else ASSIGNEE,
            "body": each.text,
            "html_body": f"<div>{each.text}</div>",
            "plain_body": each.text,
            "public": not each.is_internal,
            "created_at": iso(each.at),
        }
        for each in ticket.replies
    ]
    return {"comments": [first, *replies], "links": {"next": None, "prev": None}, "meta": {"has_more": False}}


def _requester(ticket: VendorTicket) -> int:
    return REQUESTER + sum(ticket.customer_email.encode())
