"""Intercom's search of conversations.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations
"""

import base64
import json
import time
from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer

_OURS = {"open": "open", "snoozed": "pending", "closed": "closed"}
ADMIN = 814860
TEAM = 5077733


class Server(Vendor):
    """`outbound`: conversations that a teammate began."""

    kind = "intercom"
    open_status = "open"
    closed_status = "closed"

    def __init__(self) -> None:
        super().__init__()
        self.outbound: set[int] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        return super().add(number, **{"assignee": "Mel", "team": "Support", "tags": ["billing", "vip"], **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.secret}"

    def refused(self) -> Answer:
        return _errors("unauthorized", "Access Token Invalid", 401)

    def throttled(self) -> Answer:
        reset = str(int(time.time()) + self.wait_seconds)
        headers = {"X_RateLimit_Limit": "166", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": reset}
        return _errors("rate_limit_exceeded", "Exceeded rate limit of 166 in 10_seconds", 429, **headers)

    def answer(self, request: Request) -> Answer:
        if not request.headers.get("intercom-version"):
            return _errors("intercom_version_invalid", "The requested version could not be found", 400)
        match request.method, request.path:
            case "GET", "/admins":
                admin = {"type": "admin", "id": str(ADMIN), "name": "Mel", "email": "mel@example.com"}
                return answer({"type": "admin.list", "admins": [admin]})
            case "GET", "/teams":
                return answer({"type": "team.list", "teams": [{"type": "team", "id": str(TEAM), "name": "Support"}]})
            case "POST", "/conversations/search":
                return self._search(request.body)
        number = request.path.removeprefix("/conversations/")
        ticket = self.tickets.get(int(number)) if number.isdecimal() else None
        if request.method == "GET" and ticket is not None and not ticket.is_deleted:
            return answer({**self._conversation(ticket), "conversation_parts": _parts(ticket)})
        return _errors("not_found", "Resource Not Found", 404)

    def _search(self, body: dict[str, Any]) -> Answer:
        (condition,) = body["query"]["value"]
        assert condition["field"] == "updated_at"
        assert condition["operator"] == ">"
        assert body["sort"] == {"field": "updated_at", "order": "ascending"}
        if not isinstance(condition["value"], int):
            return _errors("invalid_value", "updated_at has to be a number", 400)
        pagination = body["pagination"]
        size = pagination["per_page"]
        if not 0 < size <= 150:
            return _errors("parameter_invalid", "per_page has to be at most 150", 400)
        found = sorted((_epoch(each.updated), str(each.id), each) for each in self.live)
        matching = [each for each in found if (each[0] or 0) > condition["value"]]
        left, number = matching, 1
        if cursor := pagination.get("starting_after"):
            stamp, last, number = json.loads(base64.b64decode(cursor))
            left = [each for each in matching if (each[0], each[1]) > (stamp, last)]
        page = left[:size]
        pages: dict[str, Any] = {"type": "pages", "page": number, "per_page": size,
                                 "total_pages": -(-len(matching) // size)}  # fmt: skip
        if len(left) > size:
            following = base64.b64encode(json.dumps([page[-1][0], page[-1][1], number + 1]).encode()).decode()
            pages["next"] = {"page": number + 1, "starting_after": following}
        conversations = [self._conversation(each) for _, _, each in page]
        return answer(
            {"type": "conversation.list", "pages": pages, "total_count": len(matching), "conversations": conversations}
        )

    def _conversation(self, ticket: VendorTicket) -> dict[str, Any]:
        customer = {"type": "user", "id": "5bc8", "name": ticket.customer_name, "email": ticket.customer_email}
        teammate = {"type": "admin", "id": str(ADMIN), "name": "Mel", "email": "mel@example.com"}
        return {
            "type": "conversation",
            "id": str(ticket.id),
            "created_at": _epoch(ticket.created),
            "updated_at": _epoch(ticket.updated),
            "title": ticket.subject,
            "state": ticket.status,
            "open": ticket.status == "open",
            "read": True,
            "priority": "priority" if ticket.priority else "not_priority",
            "admin_assignee_id": ADMIN if ticket.assignee else None,
            "team_assignee_id": str(TEAM) if ticket.team else None,
            "source": {
                "type": "email",
                "id": "403918251",
                "delivered_as": "admin_initiated" if ticket.id in self.outbound else "customer_initiated",
                "subject": f"<p>{ticket.subject}</p>",
                "body": f"<p>{ticket.text}</p>",
                "author": teammate if ticket.id in self.outbound else customer,
            },
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "5bc8", "external_id": "25"}]},
            "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": each} for each in ticket.tags]},
            "conversation_rating": None,
            "statistics": {
                "type": "conversation_statistics",
                "first_admin_reply_at": _epoch(ticket.first_reply),
                "last_close_at": _epoch(ticket.resolved),
                "count_reopens": 0,
            },
        }

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": _OURS[ticket.status],
            "source": "email",
            "customer_id": "25" if ticket.id in self.outbound else ticket.customer_email,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": "Mel" if ticket.assignee else None,
            "team": ticket.team or None,
            "customer_name": None if ticket.id in self.outbound else ticket.customer_name,
            "priority": ticket.priority or None,
            "tags": sorted(ticket.tags) or None,
            "url": f"https://app.intercom.com/a/apps/_/inbox/inbox/all/conversations/{ticket.id}",
            "first_reply_at": ticket.answered,
            "replies": len(ticket.public_replies),
            "rating": None,
        }


def _parts(ticket: VendorTicket) -> dict[str, Any]:
    """Without the first message, which is the source; an assignment has no text."""
    admin = {"type": "admin", "id": str(ADMIN), "name": "Mel", "email": "mel@example.com"}
    assignment = {"type": "conversation_part", "id": "900", "part_type": "assignment", "body": None,
                  "created_at": _epoch(ticket.created), "author": admin}  # fmt: skip
    replies = [
        {
            "type": "conversation_part",
            "id": str(each.id),
            # A note to a closed conversation may open it again.
            "part_type": ("note_and_reopen" if each.id % 2 else "note") if each.is_internal else "comment",
            "body": f"<p>{each.text}</p>",
            "created_at": _epoch(each.at),
            "author": {"type": "user", "id": "5bc8", "name": each.author} if each.is_customer else admin,
        }
        for each in ticket.replies
    ]
    parts = [assignment, *replies]
    return {"type": "conversation_part.list", "conversation_parts": parts, "total_count": len(parts)}


def _epoch(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _errors(code: str, message: str, status: int, **headers: str) -> Answer:
    errors = [{"code": code, "message": message}]
    return answer({"type": "error.list", "request_id": "b2v0", "errors": errors}, status, **headers)
