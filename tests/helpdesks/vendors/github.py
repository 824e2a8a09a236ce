"""GitHub's REST API. https://docs.github.com/en/rest/issues/issues#list-repository-issues"""

import time
from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorEvent, VendorReply, VendorTicket, iso
from tests.loopback_server import Answer

REPOSITORY = "/repos/acme/support"


class Server(Vendor):
    """Its list of issues has pull requests among them, one after every fourth issue."""

    kind = "github"
    options = {"repo": "acme/support"}
    open_status = "open"
    closed_status = "closed"
    has_notes = False

    def add(self, number: int, **values: Any) -> VendorTicket:
        labels = ["bug", "area: billing"] if number % 2 else []
        return super().add(number, **{"tags": labels, "assignee": "bob" if number % 3 else "", "type": "Bug", **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.secret}"

    def refused(self) -> Answer:
        return answer({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, 401)

    def throttled(self) -> Answer:
        """Not 429: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""
        return answer(
            {"message": "API rate limit exceeded for user ID 1.", "documentation_url": "https://docs.github.com/rest"},
            403,
            X_RateLimit_Limit="5000",
            X_RateLimit_Remaining="0",
            X_RateLimit_Reset=str(int(time.time())),
        )

    def answer(self, request: Request) -> Answer:
        assert request.headers["accept"] == "application/vnd.github+json"
        assert request.headers["x-github-api-version"] == "2022-11-28"
        if request.path == f"{REPOSITORY}/issues":
            return self._issues(request)
        number = int(request.path.removeprefix(f"{REPOSITORY}/issues/").removesuffix("/timeline"))
        ticket = self.tickets.get(number)
        if ticket is None or ticket.is_deleted:
            return answer({"message": "Not Found", "status": "404"}, 404)
        rows = [*(_comment(ticket, each) for each in ticket.replies), *map(_event, ticket.log)]
        return self._paged(request, sorted(rows, key=lambda each: str(each["created_at"])))

    def _issues(self, request: Request) -> Answer:
        assert (request.query["sort"], request.query["direction"]) == ("updated", "asc")
        found = sorted(self.live, key=lambda each: each.updated)
        if request.query.get("state", "open") != "all":
            found = [each for each in found if each.status == "open"]
        if since := request.query.get("since"):
            found = [each for each in found if each.updated >= datetime.fromisoformat(since)]
        rows: list[dict[str, Any]] = []
        for each in found:
            rows.append(_issue(each, url=self.url))
            if each.id % 4 == 0:
                rows.append(
                    {**_issue(each, url=self.url), "number": each.id + 1000, "pull_request": {"merged_at": None}}
                )
        return self._paged(request, rows)

    def _paged(self, request: Request, rows: list[dict[str, Any]]) -> Answer:
        size, page = min(int(request.query.get("per_page", 30)), 100), int(request.query.get("page", 1))
        shown = rows[(page - 1) * size : page * size]
        if page * size >= len(rows):
            return answer(shown)
        kept = {**request.query, "page": str(page + 1)}
        address = f"{self.url}{request.path}?" + "&".join(f"{name}={value}" for name, value in kept.items())
        return answer(shown, Link=f'<{address}>; rel="next", <{address}&last=1>; rel="last"')

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "github",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": ticket.status,
            "customer_id": "ada-gh",
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "type": "Bug",
            "tags": sorted(ticket.tags) or None,
            "url": f"https://github.com/acme/support/issues/{ticket.id}",
            "replies": len(ticket.replies),
        }


def _issue(ticket: VendorTicket, *, url: str) -> dict[str, Any]:
    return {
        "id": 3_000_000_000 + ticket.id,
        "node_id": f"I_{ticket.id}",
        "number": ticket.id,
        "url": f"{url}{REPOSITORY}/issues/{ticket.id}",
        "html_url": f"https://github.com/acme/support/issues/{ticket.id}",
        "state": ticket.status,
        "state_reason": "completed" if ticket.status == "closed" else None,
        "title": ticket.subject,
        "body": ticket.text,
        "user": {"login": "ada-gh", "id": 5, "type": "User"},
        "labels": [{"id": 1, "name": each, "color": "ededed", "default": False} for each in ticket.tags],
        "assignee": {"login": ticket.assignee, "id": 7} if ticket.assignee else None,
        "assignees": [{"login": ticket.assignee, "id": 7}] if ticket.assignee else [],
        "milestone": None,
        "locked": False,
        "comments": len(ticket.replies),
        "type": {"id": 2, "name": ticket.type} if ticket.type else None,
        "created_at": iso(ticket.created),
        "updated_at": iso(ticket.updated),
        "closed_at": iso(ticket.resolved),
        "author_association": "NONE",
    }


def _comment(ticket: VendorTicket, reply: VendorReply) -> dict[str, Any]:
    """A bot belongs to nobody, but is no customer."""
    is_bot = reply.author.endswith("[bot]")
    login = {"Ada": "ada-gh", "Bob": "bob"}.get(reply.author, reply.author)
    user = {"login": login, "id": sum(login.encode()), "type": "Bot" if is_bot else "User"}
    return {
        "event": "commented",
        "actor": user,
        "id": ticket.id * 1000 + reply.id,
        "user": user,
        "body": reply.text,
        "created_at": iso(reply.at),
        "updated_at": iso(reply.at),
        "author_association": "NONE" if reply.is_customer or is_bot else "MEMBER",
    }


def _event(event: VendorEvent) -> dict[str, Any]:
    kinds = {
        "assignee": "assigned",
        "priority": "labeled",
        "team": "labeled",
        "status": "closed" if event.new == "closed" else "reopened",
    }
    return {
        "id": 9_000_000_000 + event.id,
        "event": kinds[event.field],
        "actor": {"login": event.author, "id": 7},
        "commit_id": None,
        "created_at": iso(event.at),
        "state_reason": None,
    }
