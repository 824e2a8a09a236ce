"""Zammad's search for tickets, with names instead of ids. https://docs.zammad.org/en/latest/api/ticket/index.html

`knows_conditions`: whether it filters by time; otherwise it lists all tickets. `elsewhere`: numbers of tickets in groups
that the agent may not read.
"""

from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer

_OURS = {"new": "new", "open": "open", "pending reminder": "pending", "closed": "closed"}


class Server(Vendor):
    kind = "zammad"
    knows_conditions = True
    open_status = "open"
    closed_status = "closed"

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: set[int] = set()

    @property
    def live(self) -> list[VendorTicket]:
        return [each for each in super().live if each.id not in self.elsewhere]

    def add(self, number: int, **values: Any) -> VendorTicket:
        usual = {"assignee": "mel@example.com", "team": "Users", "organisation": "Example Ltd"}
        return super().add(number, **{**usual, **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Token token={self.secret}"

    def refused(self) -> Answer:
        return answer({"error": "Invalid token!", "error_human": "Invalid token!"}, 401)

    def throttled(self) -> Answer:
        return 429, {"Content-Type": "text/plain", "Retry-After": str(self.wait_seconds)}, b"Retry later\n"

    def answer(self, request: Request) -> Answer:
        number = request.path.removeprefix("/api/v1/ticket_articles/by_ticket/")
        if number.isdecimal() and int(number) in self.tickets:
            return answer(_articles(self.tickets[int(number)]))
        number = request.path.removeprefix("/api/v1/tickets/")
        if number.isdecimal() and int(number) in self.elsewhere:
            return answer({"error": "Not authorized", "error_human": "Not authorized"}, 403)
        if request.path != "/api/v1/tickets/search":
            return answer({"error": "No route matches"}, 404)
        assert (request.query["sort_by"], request.query["order_by"]) == ("id", "asc")
        page, size = int(request.query.get("page", 1)), min(int(request.query.get("per_page", 50)), 200)
        found = sorted(self.live, key=lambda each: each.id)
        if self.knows_conditions:
            assert request.query["condition[ticket.updated_at][operator]"] == "after (absolute)"
            since = datetime.fromisoformat(request.query["condition[ticket.updated_at][value]"])
            found = [each for each in found if each.updated >= since]
        listed = found[(page - 1) * size : page * size]
        is_expanded = request.query.get("expand") == "true"
        return answer([_ticket(each, is_expanded=is_expanded) for each in listed])

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": _OURS[ticket.status],
            "source": "email",
            "customer_id": ticket.customer_email,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": ticket.team,
            "organisation": ticket.organisation or None,
            "priority": "normal",
            "type": ticket.type or None,
            "url": f"{self.url}/#ticket/zoom/{ticket.id}",
            "first_reply_at": ticket.answered,
            "due_at": ticket.due,
            "replies": len(ticket.public_replies),
        }


def _articles(ticket: VendorTicket) -> list[dict[str, Any]]:
    """All messages in HTML, with a system's note between them."""
    texts = [(ticket.customer_name, ticket.text, ticket.created, "Customer", False)]
    texts += [("Zammad", "Thank you, we have received your request.", ticket.created, "System", False)]
    texts += [(each.author, each.text, each.at, "Customer" if each.is_customer else "Agent", each.is_internal)
              for each in ticket.replies]  # fmt: skip
    return [
        {
            "id": 100 * ticket.id + place,
            "ticket_id": ticket.id,
            "from": author,
            "to": "",
            "subject": ticket.subject,
            "body": f"<div>{text}</div>",
            "content_type": "text/html",
            "type": "email",
            "sender": sender,
            "internal": is_internal,
            "created_at": _moment(at),
        }
        for place, (author, text, at, sender, is_internal) in enumerate(texts)
    ]


def _ticket(ticket: VendorTicket, *, is_expanded: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": ticket.id,
        "group_id": 1,
        "priority_id": 2,
        "state_id": 2,
        "organization_id": None,
        "number": str(22000 + ticket.id),
        "title": ticket.subject,
        "owner_id": 3 if ticket.assignee else 1,
        "customer_id": 2,
        "note": None,
        "first_response_at": _moment(ticket.first_reply),
        "close_at": _moment(ticket.resolved),
        "last_close_at": _moment(ticket.resolved),
        "last_contact_at": _moment(ticket.updated),
        "escalation_at": _moment(ticket.due),
        "article_count": 1 + len(ticket.replies),
        "type": ticket.type or None,
        "preferences": {},
        "created_at": _moment(ticket.created),
        "updated_at": _moment(ticket.updated),
    }
    names = {
        "group": ticket.team or "Users",
        "priority": "2 normal",
        "state": ticket.status,
        "owner": ticket.assignee or "-",
        "customer": ticket.customer_email,
        "organization": ticket.organisation or None,
        "create_article_type": "email",
        "create_article_sender": "Customer",
    }
    return {**row, **names} if is_expanded else row


def _moment(moment: datetime | None) -> str | None:
    """As Zammad writes it, with milliseconds."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
