"""Freshdesk's list of tickets. https://developers.freshdesk.com/api/#list_all_tickets"""

import base64
from datetime import datetime, timedelta
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket, iso
from tests.loopback_server import Answer

NUMBERS = {"Open": 2, "Pending": 3, "Resolved": 4, "Closed": 5, "Waiting on Customer": 6}
_OURS = {"Open": "open", "Pending": "pending", "Resolved": "resolved", "Closed": "closed"}
AGENT = 7001
GROUP = 9001


class Server(Vendor):
    """`pages`: how many it lists at most. `is_exclusive`: whether `updated_since` leaves out its own second.
    `in_portal`: texts that the customer wrote in the portal, which are not incoming.
    """

    kind = "freshdesk"
    options = {"subdomain": "acme", "budgets": {}}
    open_status = "Open"
    closed_status = "Closed"
    deletes_by = "list"

    def __init__(self) -> None:
        super().__init__()
        self.pages = 300
        self.is_exclusive = False
        self.has_status_names = True
        self.is_key_of_administrator = True
        self.spam: set[int] = set()
        self.in_portal: set[str] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        usual = {
            "assignee": "Mel",
            "team": "Support",
            "priority": "high",
            "type": "Question",
            "tags": ["billing", "vip"],
        }
        return super().add(number, **{**usual, **values})

    def is_allowed(self, request: Request) -> bool:
        key = base64.b64encode(f"{self.secret}:X".encode()).decode()
        return request.headers.get("authorization") == f"Basic {key}"

    def refused(self) -> Answer:
        return answer(
            {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."}, 401
        )

    def throttled(self) -> Answer:
        return answer(
            {"message": "You have exceeded the limit of requests per minute"},
            429,
            Retry_After=str(self.wait_seconds),
            X_RateLimit_Total="20",
            X_RateLimit_Remaining="0",
        )

    def answer(self, request: Request) -> Answer:
        match request.path:
            case "/api/v2/tickets":
                return self._list(request.query)
            case "/api/v2/agents" if not self.is_key_of_administrator:
                return _denied()
            case "/api/v2/agents":
                return answer([{"id": AGENT, "contact": {"name": "Mel", "email": "mel@example.com"}}])
            case "/api/v2/groups":
                return answer([{"id": GROUP, "name": "Support"}])
            case "/api/v2/ticket_fields" if self.has_status_names:
                choices = {str(number): [name, name] for name, number in NUMBERS.items()}
                return answer([{"id": 3, "name": "status", "type": "default_status", "choices": choices}])
            case "/api/v2/ticket_fields":
                return _denied()
        number = request.path.removeprefix("/api/v2/tickets/").removesuffix("/conversations")
        if number.isdecimal() and int(number) in self.tickets:
            return answer(_conversations(self.tickets[int(number)], in_portal=self.in_portal))
        return answer({}, 404)

    def _list(self, query: dict[str, str]) -> Answer:
        page, size = int(query.get("page", 1)), int(query.get("per_page", 30))
        if size > 100:
            return _invalid("per_page", "It should be a Positive Integer less than or equal to 100")
        if page > self.pages:
            return _invalid("page", f"You cannot access tickets beyond the {self.pages}th page.")
        wanted = query.get("filter")
        found = [each for each in self.tickets.values() if self._is_in(each, wanted)]
        since = datetime.fromisoformat(query["updated_since"]) if "updated_since" in query else None
        if since is None:
            found = [each for each in found if each.created >= self.now - timedelta(days=30)]
        else:
            found = [
                each for each in found if each.updated > since or (each.updated == since and not self.is_exclusive)
            ]
        if query.get("order_by") == "updated_at":
            found.sort(key=lambda each: (each.updated, each.id), reverse=query.get("order_type") != "asc")
        else:
            found.sort(key=lambda each: each.created, reverse=True)
        includes = query.get("include", "").split(",")
        rows = [_ticket(each, includes) for each in found[(page - 1) * size : page * size]]
        is_last = page * size >= len(found)
        link = {} if is_last else {"Link": f'<{self.url}/api/v2/tickets?page={page + 1}>; rel="next"'}
        return answer(rows, 200, **link)

    def _is_in(self, ticket: VendorTicket, wanted: str | None) -> bool:
        if wanted == "deleted":
            return ticket.is_deleted
        if wanted == "spam":
            return ticket.id in self.spam and not ticket.is_deleted
        return not ticket.is_deleted and ticket.id not in self.spam

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        own = ticket.status if self.has_status_names else str(NUMBERS[ticket.status])
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": _OURS.get(ticket.status, own),
            "source": "portal",
            "customer_id": ticket.customer_email,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee if self.is_key_of_administrator and ticket.assignee else None,
            "team": ticket.team or None,
            "customer_name": ticket.customer_name,
            "priority": "high",
            "type": ticket.type or None,
            "tags": sorted(ticket.tags) or None,
            "url": f"{self.url}/a/tickets/{ticket.id}",
            "first_reply_at": ticket.answered,
            "due_at": ticket.due,
            "replies": len(ticket.public_replies),
        }


def _conversations(ticket: VendorTicket, *, in_portal: set[str]) -> list[dict[str, Any]]:
    """Without the description, which is in the ticket."""
    return [
        {
            "id": each.id,
            "body": f"<div>{each.text}</div>",
            "body_text": each.text,
            "incoming": each.is_customer and each.text not in in_portal,
            "private": each.is_internal,
            "user_id": 4001 if each.is_customer else AGENT,
            "from_email": None,
            "created_at": iso(each.at),
        }
        for each in ticket.replies
    ]


def _denied() -> Answer:
    return answer({"code": "access_denied", "message": "You are not authorized to perform this action."}, 403)


def _invalid(field: str, message: str) -> Answer:
    errors = [{"field": field, "message": message, "code": "invalid_value"}]
    return answer({"description": "Validation failed", "errors": errors}, 400)


def _ticket(ticket: VendorTicket, includes: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": ticket.id,
        "subject": ticket.subject,
        "status": NUMBERS[ticket.status],
        "priority": 3,
        "source": 2,
        "type": ticket.type or None,
        "requester_id": 4001,
        "responder_id": AGENT if ticket.assignee else None,
        "group_id": GROUP if ticket.team else None,
        "company_id": None,
        "tags": ticket.tags,
        "due_by": iso(ticket.due),
        "fr_due_by": None,
        "spam": False,
        "created_at": iso(ticket.created),
        "updated_at": iso(ticket.updated),
    }
    if "description" in includes:
        row |= {"description": f"<div>{ticket.text}</div>", "description_text": ticket.text}
    if "requester" in includes:
        row["requester"] = {"id": 4001, "name": ticket.customer_name, "email": ticket.customer_email, "phone": None}
    if "stats" in includes:
        row["stats"] = {
            "first_responded_at": iso(ticket.first_reply),
            "resolved_at": iso(ticket.resolved),
            "closed_at": iso(ticket.resolved),
        }
    return row
