"""ServiceNow's Table API. https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html"""

import base64
import hashlib
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.helpdesk import answer
from tests.helpdesks.vendors.token_issuer import TokenIssuer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer

_QUERY = re.compile(r"sys_updated_on>=([0-9: -]{19})\^ORDERBYsys_created_on\^ORDERBYsys_id")
_JOURNAL = re.compile(r"element_id=([0-9a-f]{32})\^elementINcomments,work_notes\^ORDERBYDESCsys_created_on")


class Server(Vendor):
    """Compares and displays times in the zone of the user; the values are in UTC.

    `shows_journal`: whether the user may read comments and work notes. `hidden`: numbers of incidents that the user may
    not see, which leave their places on the pages empty.
    """

    kind = "servicenow"
    options = {"instance": "acme"}
    auth_name = "integration"
    open_status = "In Progress"
    closed_status = "Closed"
    zone = "America/Los_Angeles"
    shows_journal = True

    def __init__(self) -> None:
        super().__init__()
        self.tokens = TokenIssuer(client_id="supportsaas", client_secret=self.secret)
        self.hidden: set[int] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        ours = {"assignee": "Bob Ray" if number % 3 else "", "team": "Service Desk", "priority": "3 - Moderate"}
        return super().add(number, **{**ours, "organisation": "Acme Ltd" if number % 2 else "", **values})

    def is_allowed(self, request: Request) -> bool:
        pair = base64.b64encode(f"{self.auth_name}:{self.secret}".encode()).decode()
        is_client = request.path == "/oauth_token.do" or self.tokens.accepts(request)
        return is_client or request.headers.get("authorization") == f"Basic {pair}"

    def refused(self) -> Answer:
        return _error("User Not Authenticated", "Required to provide Auth information", 401)

    def throttled(self) -> Answer:
        status, headers, body = _error("Rate limit exceeded", "See the rate limit rule", 429)
        return status, {**headers, "Retry-After": "0", "X-RateLimit-Rule": "integration"}, body

    def answer(self, request: Request) -> Answer:
        if request.path == "/api/now/table/incident":
            return self._incidents(request)
        if request.path == "/oauth_token.do":
            return self.tokens.issue(request)
        if request.path == "/api/now/table/sys_journal_field":
            return self._journal(request)
        return _error("Invalid table", "", 400)

    def _incidents(self, request: Request) -> Answer:
        asked = _QUERY.fullmatch(request.query["sysparm_query"])
        assert asked is not None, request.query
        since = datetime.strptime(asked[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(self.zone))
        found = sorted((each for each in self.live if each.updated >= since), key=lambda each: each.created)
        offset, size = int(request.query.get("sysparm_offset", 0)), int(request.query.get("sysparm_limit", 10_000))
        wanted = request.query["sysparm_fields"].split(",")
        rows = [self._incident(each, wanted) for each in found[offset : offset + size] if each.id not in self.hidden]
        return answer({"result": rows}, X_Total_Count=str(len(found)))

    def _incident(self, ticket: VendorTicket, wanted: list[str]) -> dict[str, Any]:
        known = {
            "sys_id": _plain(sys_id(ticket)),
            "number": _plain(self.external_id(ticket)),
            "short_description": _plain(ticket.subject),
            "description": _plain(ticket.text),
            "state": {"display_value": ticket.status, "value": "7" if ticket.status == "Closed" else "2"},
            "priority": {"display_value": ticket.priority, "value": "3"},
            "category": {"display_value": "Inquiry / Help", "value": "inquiry"},
            "contact_type": {"display_value": "Email", "value": "email"},
            "sys_created_on": self._time(ticket.created),
            "sys_updated_on": self._time(ticket.updated),
            "resolved_at": self._time(ticket.resolved),
            "closed_at": self._time(ticket.resolved),
            "due_date": _plain(""),
            "assigned_to": _reference(ticket.assignee),
            "assignment_group": _reference(ticket.team),
            "company": _reference(ticket.organisation),
            "caller_id": _reference(ticket.customer_name),
            "caller_id.email": _plain(ticket.customer_email),
            "caller_id.user_name": _plain("ada.l"),
            "opened_by": _reference("Eve Service"),
            "reopen_count": _plain("0"),
            "sys_tags": _plain(""),
        }
        return {name: known[name] for name in wanted if name in known}  # unknown fields are left out

    def _journal(self, request: Request) -> Answer:
        if not self.shows_journal:
            return _error("User Not Authorized", "Failed API level ACL Validation", 403)
        asked = _JOURNAL.fullmatch(request.query["sysparm_query"])
        assert asked is not None, request.query
        ticket = next(each for each in self.tickets.values() if sys_id(each) == asked[1])
        rows = [
            {
                "sys_id": f"{each.id:032x}",
                "element": "work_notes" if each.is_internal else "comments",
                "value": each.text,
                "sys_created_by": "ada.l" if each.is_customer else "bob.r",
                "sys_created_on": each.at.strftime("%Y-%m-%d %H:%M:%S"),
            }
            for each in reversed(ticket.replies)
        ]
        return answer({"result": rows})

    def _time(self, moment: datetime | None) -> dict[str, str]:
        if moment is None:
            return _plain("")
        shown = moment.astimezone(ZoneInfo(self.zone)).strftime("%m-%d-%Y %I:%M:%S %p")
        return {"display_value": shown, "value": moment.strftime("%Y-%m-%d %H:%M:%S")}

    def external_id(self, ticket: VendorTicket) -> str:
        return f"INC{ticket.id:07}"

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "email",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": "in_progress" if ticket.status == "In Progress" else "closed",
            "customer_id": ticket.customer_email,
            "customer_name": ticket.customer_name,
            "organisation": ticket.organisation or None,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": ticket.team,
            "priority": ticket.priority,
            "type": "Inquiry / Help",
            "url": f"https://acme.service-now.com/incident.do?sys_id={sys_id(ticket)}",
        }


def sys_id(ticket: VendorTicket) -> str:
    return hashlib.md5(str(ticket.id).encode(), usedforsecurity=False).hexdigest()


def _plain(text: str) -> dict[str, str]:
    return {"display_value": text, "value": text}


def _reference(name: str) -> dict[str, str]:
    return {
        "display_value": name,
        "value": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest() if name else "",
    }


def _error(message: str, detail: str, status: int) -> Answer:
    return answer({"error": {"message": message, "detail": detail}, "status": "failure"}, status)
