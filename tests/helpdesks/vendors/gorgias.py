"""Gorgias's REST API. https://developers.gorgias.com/reference/list-tickets"""

import base64
from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer


class Server(Vendor):
    """`lists_trash`: tickets in the trash stay in the list. `spam`: numbers of tickets marked so.

    Its dates have no zone, and are of several shapes.
    """

    kind = "gorgias"
    options = {"subdomain": "acme"}
    auth_name = "admin@example.com"
    open_status = "open"
    closed_status = "closed"
    lists_trash = False

    def __init__(self) -> None:
        super().__init__()
        self.spam: set[int] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        ours = {"tags": ["refund"] if number % 2 else [], "assignee": "bob@example.com" if number % 3 else ""}
        return super().add(number, **{**ours, "team": "Tier 1" if number % 3 else "", **values})

    def is_allowed(self, request: Request) -> bool:
        pair = base64.b64encode(f"{self.auth_name}:{self.secret}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"

    def refused(self) -> Answer:
        return answer({"error": {"msg": "Invalid credentials."}}, 401)

    def throttled(self) -> Answer:
        return answer(
            {"error": {"msg": "Rate limit exceeded."}}, 429, Retry_After="0", X_Gorgias_Account_Api_Call_Limit="40/40"
        )

    def answer(self, request: Request) -> Answer:
        if request.path == "/api/tickets":
            assert request.query["order_by"] == "updated_datetime:desc"
            listed = self.tickets.values() if self.lists_trash else self.live
            found = sorted(listed, key=lambda each: each.updated, reverse=True)
            return self._paged(request, [{**_ticket(each), "spam": each.id in self.spam} for each in found])
        if request.path == "/api/messages":
            ticket = self.tickets[int(request.query["ticket_id"])]
            return self._paged(request, _messages(ticket))
        return answer({"error": {"msg": "Not found."}}, 404)

    def _paged(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        cursor = request.query.get("cursor")
        begin = int(base64.b64decode(cursor).decode()) if cursor else 0
        end = begin + min(int(request.query.get("limit", 30)), 100)
        following = base64.b64encode(str(end).encode()).decode() if end < len(rows) else None
        meta = {"prev_cursor": None, "next_cursor": following, "total_resources": None}
        return answer({"object": "list", "uri": request.path, "data": rows[begin:end], "meta": meta})

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "email",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": ticket.status,
            "customer_id": ticket.customer_email,
            "customer_name": ticket.customer_name,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": ticket.team or None,
            "tags": ticket.tags or None,
            "language": "en",
            "url": f"https://acme.gorgias.com/app/ticket/{ticket.id}",
        }


def _ticket(ticket: VendorTicket) -> dict[str, Any]:
    assignee = {"id": 3, "email": ticket.assignee, "name": "Bob Ray", "firstname": "Bob", "lastname": "Ray"}
    return {
        "id": ticket.id,
        "uri": f"/api/tickets/{ticket.id}/",
        "external_id": None,
        "status": ticket.status,
        "channel": "email",
        "via": "email",
        "from_agent": False,
        "is_unread": True,
        "subject": ticket.subject,
        "excerpt": ticket.text[:20],
        "language": "en",
        "customer": {"id": 5, "email": ticket.customer_email, "name": ticket.customer_name, "firstname": "Ada"},
        "assignee_user": assignee if ticket.assignee else None,
        "assignee_team": {"id": 9, "name": ticket.team, "decoration": {}} if ticket.team else None,
        "tags": [
            {"id": 1, "name": each, "uri": "/api/tags/1/", "decoration": {"color": "#EB144C"}} for each in ticket.tags
        ],
        "messages_count": 1 + len(ticket.replies),
        "created_datetime": _time(ticket.created),
        "opened_datetime": None,
        "updated_datetime": ticket.updated.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "closed_datetime": _time(ticket.resolved),
        "snooze_datetime": None,
        "trashed_datetime": _time(ticket.updated) if ticket.is_deleted else None,
    }


def _messages(ticket: VendorTicket) -> list[dict[str, Any]]:
    first = (0, ticket.text, ticket.created, True, False)
    replies = ((each.id, each.text, each.at, each.is_customer, each.is_internal) for each in ticket.replies)
    return [
        {
            "id": ticket.id * 1000 + number,
            "ticket_id": ticket.id,
            "public": not is_internal,
            "channel": "internal-note" if is_internal else "email",
            "from_agent": not is_customer,
            "sender": {"id": 5, "email": ticket.customer_email if is_customer else "bob@example.com", "name": "Ada"},
            "subject": ticket.subject,
            "body_html": f"<p>{text}</p>",
            "body_text": text,
            "created_datetime": _time(at),
            "sent_datetime": None,
        }
        for number, text, at, is_customer, is_internal in (first, *replies)
    ]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S")
