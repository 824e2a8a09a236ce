"""Zendesk's cursor-based incremental export of tickets.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

import base64
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.helpdesk import answer
from tests.helpdesks.vendors.token_issuer import TokenIssuer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorReply, VendorTicket, iso
from tests.loopback_server import Answer

_STATUSES = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "on_hold",
    "solved": "resolved",
    "closed": "closed",
}
REQUESTER = 20978392
COLLEAGUE = 40978392
"""Of a customer: gets copies, and may reply."""
AGENTS = {"Mel": 235323, "Bob": 235324, "Cleo": 235325}
GROUPS = {"Support": 98738, "Billing": 98739}
ORGANIZATION = 509974
SYSTEM = -1
"""Whose changes are those of triggers and automations."""
_FIELDS = {"status": "status", "priority": "priority", "assignee": "assignee_id", "team": "group_id"}


class Server(Vendor):
    """`automated`: when an automation changed a ticket, which leaves its updated_at as it is. `rows_a_page`: of
    audits, agents and groups. `oldest_cursor`: cursors of an earlier time are rejected. `entered`: texts that an agent
    entered for the customer who wrote them."""

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
        self.rows_a_page = 100
        self.oldest_cursor: datetime | None = None
        self.entered: set[str] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        usual = {"assignee": "Mel", "team": "Support", "organisation": "Example Ltd", "priority": "urgent",
                 "type": "incident", "tags": ["enterprise", "billing"]}  # fmt: skip
        ticket = super().add(number, **{**usual, **values})
        ticket.first_reply = ticket.created + timedelta(minutes=7)
        return ticket

    def automate(self, number: int, **values: Any) -> None:
        """Change a ticket without a new updated_at."""
        ticket = self.tickets[number]
        before = ticket.updated
        self.change(number, **values)
        ticket.updated = before
        ticket.log = [replace(each, author="") if each.at == self.now else each for each in ticket.log]
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
        if request.path == "/api/v2/users.json":
            assert request.query["role[]"] == "agent"
            return self._paged(request, "users", [_agent(name) for name in AGENTS])
        if request.path == "/api/v2/groups.json":
            return self._paged(request, "groups", [{"id": id_, "name": name} for name, id_ in GROUPS.items()])
        number = request.path.removeprefix("/api/v2/tickets/").removesuffix("/audits")
        if number.isdecimal() and int(number) in self.tickets:
            return self._audits(request, self.tickets[int(number)])
        return answer({"error": "RecordNotFound", "description": "Not found"}, 404)

    def _paged(self, request: Request, name: str, rows: list[dict[str, Any]], **further: Any) -> Answer:
        """Cursor pagination, of at most 100 rows: https://developer.zendesk.com/api-reference/introduction/pagination/"""
        begin = int(request.query.get("page[after]", 0))
        end = begin + min(int(request.query.get("page[size]", 100)), self.rows_a_page)
        has_more = end < len(rows)
        following = f"{self.url}{request.path}?" + urlencode({**request.query, "page[after]": end})
        links = {"next": following if has_more else None, "prev": None}
        return answer({name: rows[begin:end], "links": links, "meta": {"has_more": has_more}, **further})

    def _audits(self, request: Request, ticket: VendorTicket) -> Answer:
        """https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/#list-audits-for-a-ticket"""
        audits = _audits(ticket, entered=self.entered)
        customers = {_writer(ticket, each): each.author for each in ticket.replies if each.is_customer}
        people = [
            {"id": id_, "name": name, "role": "end-user"}
            for id_, name in ({_requester(ticket): ticket.customer_name} | customers).items()
        ]
        events = [each for audit in audits for each in (audit, *audit["events"])]
        authors = {each.get("author_id") for each in events}
        users = [each for each in (*people, *map(_agent, AGENTS)) if each["id"] in authors]
        return self._paged(
            request, "audits", audits, **({"users": users} if "users" in request.query["include"] else {})
        )

    def _export(self, query: dict[str, str]) -> Answer:
        if ("cursor" in query) == ("start_time" in query):
            return answer({"error": "InvalidValue", "description": "Give start_time or cursor"}, 400)
        if "cursor" in query:
            stamp, _, last = base64.b64decode(query["cursor"]).decode().rstrip("|").partition("||")
            after = (float(stamp), int(last or 0))
            if self.oldest_cursor and after[0] < self.oldest_cursor.timestamp():
                return answer({"error": {"title": "Invalid attribute", "message": "Invalid cursor"}}, 400)
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
                "groups": [{"id": id_, "name": name} for name, id_ in GROUPS.items()],
                "organizations": [{"id": ORGANIZATION, "name": "Example Ltd"}],
            }
        )

    def _generated(self, ticket: VendorTicket) -> float:
        return max(ticket.updated, self.automated.get(ticket.id, ticket.updated)).timestamp()

    def _users(self, tickets: list[VendorTicket]) -> list[dict[str, Any]]:
        """Every requester and assignee of the page once; ids of requesters depend on their address."""
        people = {_requester(each): {"email": each.customer_email, "name": each.customer_name} for each in tickets}
        customers = [{"id": id_, "role": "end-user", **each} for id_, each in people.items()]
        return [*customers, *map(_agent, AGENTS)]

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
            "assignee_id": AGENTS.get(ticket.assignee),
            "organization_id": ORGANIZATION if ticket.organisation else None,
            "group_id": GROUPS.get(ticket.team),
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


def _agent(name: str) -> dict[str, Any]:
    return {"id": AGENTS[name], "name": name, "email": f"{name.lower()}@example.com", "role": "agent"}


def _audits(ticket: VendorTicket, *, entered: set[str]) -> list[dict[str, Any]]:
    """The oldest first. The first one has the description, and what the ticket was created with."""
    began = {
        name: next((each.old for each in ticket.log if each.field == name), getattr(ticket, name)) for name in _FIELDS
    }
    created: list[dict[str, Any]] = [_comment(1, _requester(ticket), ticket.text, is_public=True)]
    created += [
        {"id": number, "type": "Create", "field_name": _FIELDS[name], "value": _value(name, value)}
        for number, (name, value) in enumerate(began.items(), 2)
    ]
    audits = [_audit(ticket, 1, _requester(ticket), ticket.created, created)]
    for at in sorted({each.at for each in ticket.log} | {each.at for each in ticket.replies}):
        events: list[dict[str, Any]] = []
        author = AGENTS["Bob"]
        for reply in (each for each in ticket.replies if each.at == at):
            writer = _writer(ticket, reply)
            author = AGENTS["Bob"] if reply.text in entered else writer
            events.append(_comment(100 + reply.id, writer, reply.text, is_public=not reply.is_internal))
        for change in (each for each in ticket.log if each.at == at):
            author = AGENTS[change.author] if change.author else SYSTEM
            sides = {"value": _value(change.field, change.new), "previous_value": _value(change.field, change.old)}
            events.append({"id": 10_000 + change.id, "type": "Change", "field_name": _FIELDS[change.field], **sides})
        notice = {
            "id": 0,
            "type": "Notification",
            "subject": "Updated",
            "body": "Ticket has been updated",
            "recipients": [7],
        }
        audits.append(_audit(ticket, len(audits) + 1, author, at, [*events, notice]))
    return audits


def _audit(
    ticket: VendorTicket, number: int, author: int, at: datetime, events: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": ticket.id * 1_000_000 + number,
        "ticket_id": ticket.id,
        "created_at": iso(at),
        "author_id": author,
        "metadata": {"system": {"ip_address": "192.0.2.7"}, "custom": {}},
        "via": {"channel": "web"},
        "events": events,
    }


def _comment(id_: int, author: int, text: str, *, is_public: bool) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "Comment",
        "author_id": author,
        "body": text,
        "html_body": f"<div>{text}</div>",
        "plain_body": text,
        "public": is_public,
        "attachments": [],
    }


def _writer(ticket: VendorTicket, reply: VendorReply) -> int:
    if not reply.is_customer:
        return AGENTS[reply.author]
    return _requester(ticket) if reply.author == ticket.customer_name else COLLEAGUE


def _value(field: str, value: str) -> str | None:
    """Ids are texts in audits."""
    known = {"assignee": AGENTS, "team": GROUPS}.get(field)
    found = value if known is None else known.get(value)
    return str(found) if found else None


def _requester(ticket: VendorTicket) -> int:
    return REQUESTER + sum(ticket.customer_email.encode())
