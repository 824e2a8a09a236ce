"""Jira Cloud's REST API 3. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"""

import base64
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorEvent, VendorReply, VendorTicket
from tests.loopback_server import Answer

_JQL = re.compile(r'project = "SUP" AND updated >= "([0-9: -]{16})" ORDER BY created ASC, key ASC')
_CATEGORIES = {
    "Waiting for support": "indeterminate",
    "Bei Technik": "indeterminate",
    "Erledigt": "done",
    "Abgelehnt": "done",
}
"""Of statuses, some of which a site named itself."""


class Server(Vendor):
    """Compares times in JQL in the zone of the account, to the minute."""

    kind = "jira"
    options = {"site": "acme", "project": "SUP"}
    auth_name = "admin@example.com"
    open_status = "Waiting for support"
    closed_status = "Erledigt"
    zone = "America/Los_Angeles"
    most_histories = 100

    def add(self, number: int, **values: Any) -> VendorTicket:
        ours = {
            "tags": ["billing"] if number % 2 else [],
            "assignee": "Bob Ray" if number % 3 else "",
            "priority": "High",
        }
        return super().add(number, **{**ours, **values})

    def is_allowed(self, request: Request) -> bool:
        pair = base64.b64encode(f"{self.auth_name}:{self.secret}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"

    def serve(self, request: Request) -> Answer:
        if request.path == "/rest/api/3/search/jql" and not self.is_allowed(request):
            return answer({"issues": [], "isLast": True})  # as for a visitor
        return super().serve(request)

    def refused(self) -> Answer:
        return answer(b"Client must be authenticated to access this resource.", 401)

    def throttled(self) -> Answer:
        return answer({"errorMessages": ["Rate limit exceeded"]}, 429, Retry_After="0", X_RateLimit_NearLimit="true")

    def answer(self, request: Request) -> Answer:
        if request.path == "/rest/api/3/myself":
            return answer({"accountId": "5b10ac", "timeZone": self.zone, "active": True})
        if request.path == "/rest/api/3/search/jql":
            return self._search(request)
        if request.path == "/rest/api/3/status":
            return answer(
                [
                    {"id": _status_id(name), "name": name, "statusCategory": {"id": 4, "key": key}}
                    for name, key in _CATEGORIES.items()
                ]
            )
        key = request.path.removeprefix("/rest/api/3/issue/").removesuffix("/comment")
        ticket = self.tickets.get(int(key.removeprefix("SUP-")))
        if ticket is None or ticket.is_deleted:
            return answer({"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, 404)
        comments = [self._comment(each) for each in reversed(ticket.replies)]
        return answer({"startAt": 0, "maxResults": 500, "total": len(comments), "comments": comments})

    def _search(self, request: Request) -> Answer:
        asked = _JQL.fullmatch(request.query.get("jql", ""))
        if asked is None:
            return answer({"errorMessages": ["Unbounded JQL queries are not allowed here."], "errors": {}}, 400)
        since = datetime.strptime(asked[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(self.zone))
        found = sorted((each for each in self.live if each.updated >= since), key=lambda each: each.created)
        begin = _place_of(request.query.get("nextPageToken"))
        end = begin + min(int(request.query.get("maxResults", 50)), 100)
        issues = [self._issue(each) for each in found[begin:end]]
        if request.query.get("expand") == "changelog":
            issues = [
                {**issue, "changelog": self._changelog(each)}
                for issue, each in zip(issues, found[begin:end], strict=True)
            ]
        page: dict[str, Any] = {"issues": issues, "isLast": end >= len(found)}
        if end < len(found):
            page["nextPageToken"] = base64.b64encode(f"page&{end}".encode()).decode()
        return answer(page)

    def _issue(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "expand": "renderedFields,names",
            "id": str(10_000 + ticket.id),
            "self": f"{self.url}/rest/api/3/issue/{10_000 + ticket.id}",
            "key": f"SUP-{ticket.id}",
            "fields": {
                "summary": ticket.subject,
                "description": document(ticket.text),
                "status": {
                    "name": ticket.status,
                    "statusCategory": {"id": 4, "key": _CATEGORIES[ticket.status], "name": "Whatever"},
                },
                "priority": {"name": ticket.priority, "id": "2"},
                "issuetype": {"name": "Service Request", "subtask": False},
                "project": {"id": "1", "key": "SUP", "name": "Support"},
                "reporter": {
                    "accountId": "qm:ada",
                    "displayName": ticket.customer_name,
                    "emailAddress": "ada@example.com",
                },
                "creator": {"accountId": "qm:ada", "displayName": ticket.customer_name},
                "assignee": {"accountId": "bob", "displayName": ticket.assignee} if ticket.assignee else None,
                "labels": ticket.tags,
                "created": self._time(ticket.created),
                "updated": self._time(ticket.updated),
                "resolutiondate": self._time(ticket.resolved),
                "resolution": {"name": "Done"} if ticket.resolved else None,
                "duedate": None,
            },
        }

    def _changelog(self, ticket: VendorTicket) -> dict[str, Any]:
        """The newest first, and only so many."""
        histories = [self._history(each) for each in reversed(ticket.log)][: self.most_histories]
        return {"startAt": 0, "maxResults": len(histories), "total": len(ticket.log), "histories": histories}

    def _history(self, event: VendorEvent) -> dict[str, Any]:
        is_status = event.field == "status"
        item = {
            "field": event.field,
            "fieldtype": "jira",
            "fieldId": event.field,
            "from": _status_id(event.old) if is_status else event.old or None,
            "fromString": event.old or None,
            "to": _status_id(event.new) if is_status else event.new or None,
            "toString": event.new or None,
        }
        rank = {"field": "Rank", "fieldtype": "custom", "from": "", "fromString": "", "to": "", "toString": "higher"}
        return {
            "id": str(event.id),
            "author": {"accountId": "bob", "displayName": event.author},
            "created": self._time(event.at),
            "items": [rank, item],
        }

    def _comment(self, reply: VendorReply) -> dict[str, Any]:
        id_ = f"qm:{reply.author.casefold()}" if reply.is_customer else "bob"
        kind = "customer" if reply.is_customer else "atlassian"
        author = {"accountId": id_, "accountType": kind, "displayName": reply.author}
        return {
            "id": str(reply.id),
            "author": author,
            "body": document(reply.text),
            "created": self._time(reply.at),
            "jsdPublic": not reply.is_internal,
        }

    def _time(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M:%S.000%z")

    def external_id(self, ticket: VendorTicket) -> str:
        return f"SUP-{ticket.id}"

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "jira",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": {
                "Waiting for support": "open",
                "Bei Technik": "in_progress",
                "Erledigt": "resolved",
                "Abgelehnt": "resolved",
            }[ticket.status],
            "customer_id": "ada@example.com",
            "customer_name": ticket.customer_name,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "assignee": ticket.assignee or None,
            "team": "Support",
            "priority": "High",
            "type": "Service Request",
            "tags": ticket.tags or None,
            "url": f"https://acme.atlassian.net/browse/SUP-{ticket.id}",
        }


def _status_id(name: str) -> str:
    return str(10_000 + list(_CATEGORIES).index(name))


def document(text: str) -> dict[str, Any]:
    """The text as an Atlassian document, one paragraph per line."""
    paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _place_of(token: str | None) -> int:
    return int(base64.b64decode(token).decode().removeprefix("page&")) if token else 0
