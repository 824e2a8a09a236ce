"""Help Scout's list of conversations. https://developer.helpscout.com/mailbox-api/endpoints/conversations/list/"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tests.helpdesk import answer
from tests.helpdesks.vendors.token_issuer import TokenIssuer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorReply, VendorTicket, iso
from tests.loopback_server import Answer

INBOX = 13


class Server(Vendor):
    """`rows`: how many conversations a page has; the real ones have 25. `spam`, `drafts`: numbers of conversations.

    `answered_by_customer`: when customers replied without moving the time of the last update by a user. `kinds`: type and
    state of replies, by text.
    """

    kind = "helpscout"
    options = {"client_id": "helpscout-app"}
    open_status = "active"
    closed_status = "closed"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = TokenIssuer(client_id="helpscout-app", client_secret=self.secret, expires_in=172_800)
        self.rows = 10
        self.spam: set[int] = set()
        self.drafts: set[int] = set()
        self.answered_by_customer: dict[int, datetime] = {}
        self.kinds: dict[str, tuple[str, str]] = {}

    def add(self, number: int, **values: Any) -> VendorTicket:
        return super().add(number, **{"assignee": "mel@example.com", "tags": ["vip", "billing"], **values})

    @property
    def live(self) -> list[VendorTicket]:
        return [each for each in super().live if each.id not in self.spam | self.drafts]

    def is_allowed(self, request: Request) -> bool:
        return request.path == "/v2/oauth2/token" or self.tokens.accepts(request)

    def refused(self) -> Answer:
        return answer({"error": "invalid_token", "error_description": "The access token is invalid."}, 401)

    def throttled(self) -> Answer:
        return answer(
            {"error": "Too many requests"},
            429,
            X_RateLimit_Retry_After=str(self.wait_seconds),
            X_RateLimit_Limit_Minute="200",
        )

    def answer(self, request: Request) -> Answer:
        match request.path:
            case "/v2/oauth2/token":
                assert request.headers["content-type"] == "application/x-www-form-urlencoded"
                return self.tokens.issue(request)
            case "/v2/mailboxes":
                return answer({"_embedded": {"mailboxes": [{"id": INBOX, "name": "Support"}]}, "page": {"number": 1}})
            case "/v2/conversations":
                return self._list(request.query)
        return answer({"message": "Not found"}, 404)

    def _list(self, query: dict[str, str]) -> Answer:
        found = [each for each in self.tickets.values() if not each.is_deleted]
        if query.get("status", "active") != "all":
            found = [each for each in found if each.status == query.get("status", "active")]
        if since := query.get("modifiedSince"):
            begin = datetime.fromisoformat(since)
            found = [
                each
                for each in found
                if max(each.updated, self.answered_by_customer.get(each.id, each.updated)) >= begin
            ]
        assert query["sortField"] == "createdAt"
        found.sort(key=lambda each: each.created, reverse=query["sortOrder"] == "desc")
        number = int(query.get("page", 1))
        pages = -(-len(found) // self.rows)
        page = found[(number - 1) * self.rows : number * self.rows]
        links = {"self": {"href": self._address(query, number)}}
        if number < pages:
            links["next"] = {"href": self._address(query, number + 1)}
        conversations = [self._conversation(each, embed=query.get("embed")) for each in page]
        return answer(
            {
                **({"_embedded": {"conversations": conversations}} if page else {}),
                "_links": links,
                "page": {"size": self.rows, "totalElements": len(found), "totalPages": pages, "number": number},
            }
        )

    def _address(self, query: dict[str, str], number: int) -> str:
        return f"{self.url}/v2/conversations?{urlencode({**query, 'page': number})}"

    def _conversation(self, ticket: VendorTicket, *, embed: str | None) -> dict[str, Any]:
        customer = {"id": 238604, "type": "customer", "first": ticket.customer_name, "last": "",
                    "email": ticket.customer_email}  # fmt: skip
        assignee = {"id": 99, "type": "user", "first": "Mel", "last": "Agent", "email": ticket.assignee}
        conversation: dict[str, Any] = {
            "id": ticket.id,
            "number": 12,
            "threads": 1 + len(ticket.replies),
            "type": "email",
            "folderId": 11,
            "status": "spam" if ticket.id in self.spam else ticket.status,
            "state": "draft" if ticket.id in self.drafts else "published",
            "subject": ticket.subject,
            "preview": ticket.text[:20],
            "mailboxId": INBOX,
            "assignee": assignee if ticket.assignee else None,
            "createdBy": customer,
            "createdAt": iso(ticket.created),
            "closedAt": iso(ticket.resolved),
            "userUpdatedAt": iso(ticket.updated),
            "source": {"type": "email", "via": "customer"},
            "tags": [{"id": 9150, "color": "#929499", "tag": each} for each in ticket.tags],
            "primaryCustomer": customer,
            "_links": {"web": {"href": f"https://secure.helpscout.net/conversation/{ticket.id}/12"}},
        }
        if embed == "threads":
            conversation["_embedded"] = {"threads": _threads(ticket, customer, kinds=self.kinds)}
        return conversation

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": "open" if ticket.status == "active" else ticket.status,
            "source": "email",
            "customer_id": ticket.customer_email,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": "Support",
            "customer_name": ticket.customer_name,
            "tags": sorted(ticket.tags) or None,
            "url": f"https://secure.helpscout.net/conversation/{ticket.id}/12",
            "first_reply_at": ticket.answered,
            "replies": len(ticket.public_replies),
        }


def _threads(
    ticket: VendorTicket, customer: dict[str, Any], *, kinds: dict[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """The newest first, as Help Scout lists them."""
    first = {"id": 1, "type": "customer", "state": "published", "body": f"<p>{ticket.text}</p>",
             "createdBy": customer, "createdAt": iso(ticket.created)}  # fmt: skip
    replies = [
        {
            "id": 1 + each.id,
            "type": kind,
            "state": state,
            "body": f"<p>{each.text}</p>",
            "createdBy": {"type": "customer" if each.is_customer else "user", "email": each.author},
            "createdAt": iso(each.at),
        }
        for each in ticket.replies
        for kind, state in [kinds.get(each.text, (_kind(each), "published"))]
    ]
    return [*reversed(replies), first]


def _kind(reply: VendorReply) -> str:
    return "customer" if reply.is_customer else "note" if reply.is_internal else "message"
