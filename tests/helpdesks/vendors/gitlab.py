"""GitLab's REST API. https://docs.gitlab.com/api/issues/#list-project-issues"""

from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorReply, VendorTicket, iso
from tests.loopback_server import Answer

ISSUES = "/api/v4/projects/acme%2Fsupport/issues"


class Server(Vendor):
    """The project is named by its path. Every fifth issue came by mail to the Service Desk.

    `tells_total`: with more than 10,000 rows, GitLab leaves the totals out.
    """

    kind = "gitlab"
    options = {"project": "acme/support"}
    open_status = "opened"
    closed_status = "closed"
    tells_total = True

    def add(self, number: int, **values: Any) -> VendorTicket:
        ours = {"tags": ["billing", "vip"] if number % 2 else [], "assignee": "Bob Ray" if number % 3 else ""}
        return super().add(number, **{**ours, **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("private-token") == self.secret

    def refused(self) -> Answer:
        return answer({"message": "401 Unauthorized"}, 401)

    def throttled(self) -> Answer:
        return answer(b"Retry later\n", 429, Retry_After="0", RateLimit_Limit="60", RateLimit_Remaining="0")

    def answer(self, request: Request) -> Answer:
        if request.path == ISSUES:
            return self._issues(request)
        if not request.path.startswith(f"{ISSUES}/"):
            return answer({"message": "404 Project Not Found"}, 404)
        number = int(request.path.removeprefix(f"{ISSUES}/").removesuffix("/notes"))
        ticket = self.tickets.get(number)
        if ticket is None or ticket.is_deleted:
            return answer({"message": "404 Not found"}, 404)
        return self._paged(request, [_system_note(ticket), *(_note(ticket, each) for each in ticket.replies)])

    def _issues(self, request: Request) -> Answer:
        assert (request.query["order_by"], request.query["sort"], request.query["scope"]) == (
            "updated_at",
            "asc",
            "all",
        )
        found = sorted(self.live, key=lambda each: each.updated)
        if since := request.query.get("updated_after"):
            found = [each for each in found if each.updated >= datetime.fromisoformat(since)]
        return self._paged(request, [_issue(each) for each in found])

    def _paged(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        size, page = min(int(request.query.get("per_page", 20)), 100), int(request.query.get("page", 1))
        pages = -(-len(rows) // size)
        headers = {
            "X-Page": str(page),
            "X-Next-Page": str(page + 1) if page < pages else "",
            "X-Per-Page": str(size),
            "X-Total": str(len(rows)),
            "X-Total-Pages": str(pages),
        }
        if not self.tells_total:
            headers = {name: value for name, value in headers.items() if not name.startswith("X-Total")}
        if page < pages:
            kept = {**request.query, "page": str(page + 1)}
            query = "&".join(f"{name}={value}" for name, value in kept.items())
            headers["Link"] = f'<{self.url}{request.path}?{query}>; rel="next"'
        status, sent, body = answer(rows[(page - 1) * size : page * size])
        return status, {**sent, **headers}, body

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "gitlab",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": "open" if ticket.status == "opened" else "closed",
            "customer_id": ticket.customer_email if _is_by_mail(ticket) else "ada",
            "customer_name": None if _is_by_mail(ticket) else ticket.customer_name,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "type": "issue",
            "tags": sorted(ticket.tags) or None,
            "url": f"https://gitlab.com/acme/support/-/issues/{ticket.id}",
            "replies": len(ticket.replies),
        }


def _is_by_mail(ticket: VendorTicket) -> bool:
    return ticket.id % 5 == 0


def _issue(ticket: VendorTicket) -> dict[str, Any]:
    assignees = [{"id": 7, "username": "bob", "name": ticket.assignee, "state": "active"}] if ticket.assignee else []
    return {
        "id": 70_000 + ticket.id,
        "iid": ticket.id,
        "project_id": 4,
        "title": ticket.subject,
        "description": ticket.text,
        "state": ticket.status,
        "created_at": f"{ticket.created:%Y-%m-%dT%H:%M:%S}.000Z",
        "updated_at": f"{ticket.updated:%Y-%m-%dT%H:%M:%S}.000Z",
        "closed_at": iso(ticket.resolved),
        "closed_by": None,
        "labels": ticket.tags,
        "milestone": None,
        "assignees": assignees,
        "assignee": assignees[0] if assignees else None,
        "author": _author(ticket),
        "type": "ISSUE",
        "issue_type": "issue",
        "user_notes_count": len(ticket.replies),
        "due_date": None,
        "confidential": False,
        "web_url": f"https://gitlab.com/acme/support/-/issues/{ticket.id}",
        "references": {"short": f"#{ticket.id}", "full": f"acme/support#{ticket.id}"},
        "severity": "UNKNOWN",
        "service_desk_reply_to": ticket.customer_email if _is_by_mail(ticket) else None,
    }


def _author(ticket: VendorTicket) -> dict[str, Any]:
    """Whoever writes by mail has no account: https://docs.gitlab.com/user/project/service_desk/"""
    if _is_by_mail(ticket):
        return {"id": 99, "username": "support-bot", "name": "GitLab Support Bot", "state": "active"}
    return {"id": 5, "username": "ada", "name": ticket.customer_name, "state": "active"}


def _system_note(ticket: VendorTicket) -> dict[str, Any]:
    author = {"id": 7, "username": "bob", "name": "Bob Ray"}
    note = {"id": ticket.id * 1000, "body": "added ~3 label", "author": author, "created_at": iso(ticket.created)}
    return {**note, "system": True, "internal": False, "confidential": False}


def _note(ticket: VendorTicket, reply: VendorReply) -> dict[str, Any]:
    return {
        "id": ticket.id * 1000 + reply.id,
        "body": reply.text,
        "author": _author(ticket) if reply.is_customer else {"id": 7, "username": "bob", "name": reply.author},
        "created_at": iso(reply.at),
        "updated_at": iso(reply.at),
        "system": False,
        "noteable_iid": ticket.id,
        "internal": reply.is_internal,
        "confidential": reply.is_internal,
    }
