"""Front's Core API. https://dev.frontapp.com/reference/list-conversations"""

import time
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer


class Server(Vendor):
    """Lists the conversations that changed last first, deleted ones among them.

    `categories`: of conversations, by number, where the company uses ticket statuses. `begun_by_us`: their numbers.
    """

    kind = "front"
    open_status = "unassigned"
    closed_status = "archived"
    deletes_by = "record"
    has_notes = False

    def __init__(self) -> None:
        super().__init__()
        self.categories: dict[int, str] = {}
        self.begun_by_us: set[int] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        ours = {"tags": ["VIP", "Billing"] if number % 2 else [], "assignee": "bob@example.com" if number % 3 else ""}
        return super().add(number, **{**ours, **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.secret}"

    def refused(self) -> Answer:
        return _error(401, "Unauthenticated", "JSON Web Token is invalid")

    def throttled(self) -> Answer:
        headers = {"X_RateLimit_Limit": "50", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": f"{time.time():.3f}"}
        status, sent, body = _error(429, "Too Many Requests", "Rate limit exceeded")
        return status, {**sent, **{name.replace("_", "-"): value for name, value in headers.items()}}, body

    def answer(self, request: Request) -> Answer:
        if request.path == "/conversations":
            found = sorted(self.tickets.values(), key=lambda each: each.updated, reverse=True)
            return self._paged(request, [self._conversation(each) for each in found])
        id_, _, rest = request.path.removeprefix("/conversations/").partition("/")
        ticket = next((each for each in self.tickets.values() if self.external_id(each) == id_), None)
        if ticket is None or rest != "messages":
            return _error(404, "Not found", "Unknown resource")
        return self._paged(request, list(reversed(self._messages(ticket))))

    def _paged(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        begin, size = int(request.query.get("page_token", 0)), min(int(request.query.get("limit", 50)), 100)
        following = f"{self.url}{request.path}?limit={size}&page_token={begin + size}"
        page = {
            "_pagination": {"next": following if begin + size < len(rows) else None},
            "_links": {"self": f"{self.url}{request.path}"},
            "_results": rows[begin : begin + size],
        }
        return answer(page)

    def _conversation(self, ticket: VendorTicket) -> dict[str, Any]:
        id_ = self.external_id(ticket)
        assignee = {"id": "tea_1", "email": ticket.assignee, "username": "bob", "first_name": "Bob"}
        category = {"status_category": self.categories[ticket.id]} if ticket.id in self.categories else {}
        return {
            **category,
            "_links": {
                "self": f"{self.url}/conversations/{id_}",
                "related": {"messages": f"{self.url}/conversations/{id_}/messages"},
            },
            "id": id_,
            "subject": ticket.subject,
            "status": "deleted" if ticket.is_deleted else ticket.status,
            "assignee": assignee if ticket.assignee else None,
            "recipient": {"handle": ticket.customer_email, "name": ticket.customer_name, "role": "from"},
            "tags": [{"id": f"tag_{each}", "name": each, "is_private": False} for each in ticket.tags],
            "links": [],
            "custom_fields": {},
            "ticket_ids": [],
            "created_at": ticket.created.timestamp(),
            "updated_at": ticket.updated.timestamp(),
            "is_private": False,
            "scheduled_reminders": [],
            "metadata": {},
        }

    def _messages(self, ticket: VendorTicket) -> list[dict[str, Any]]:
        first = (0, ticket.text, ticket.created, ticket.id not in self.begun_by_us)
        return [
            {
                "id": f"msg_{ticket.id:x}_{number}",
                "type": "email",
                "is_inbound": is_inbound,
                "is_draft": False,
                "created_at": at.timestamp() + 0.453,
                "author": None if is_inbound else {"id": "tea_1", "email": "bob@example.com"},
                "recipients": [{"handle": ticket.customer_email, "role": "from" if is_inbound else "to"}],
                "subject": ticket.subject,
                "body": f"<div>{text}</div>",
                "text": text,
            }
            for number, text, at, is_inbound in (
                first,
                *((each.id, each.text, each.at, each.is_customer) for each in ticket.replies),
            )
        ]

    def external_id(self, ticket: VendorTicket) -> str:
        return f"cnv_{ticket.id:x}"

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "front",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": "open" if ticket.status == "unassigned" else "closed",
            "customer_id": ticket.customer_email,
            "customer_name": ticket.customer_name,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "assignee": ticket.assignee or None,
            "tags": sorted(ticket.tags) or None,
            "url": f"https://app.frontapp.com/open/{self.external_id(ticket)}",
        }


def _error(status: int, title: str, message: str) -> Answer:
    return answer({"_error": {"status": status, "title": title, "message": message}}, status)
