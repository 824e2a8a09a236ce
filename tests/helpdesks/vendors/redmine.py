"""Redmine's REST API. https://www.redmine.org/projects/redmine/wiki/Rest_Issues"""

from datetime import datetime
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorEvent, VendorTicket, iso
from tests.loopback_server import Answer

_STATUSES = {"New": 1, "In Progress": 2, "Resolved": 3, "Closed": 5, "Rejected": 6}
_JOURNALED = {"status": "status_id", "assignee": "assigned_to_id", "priority": "priority_id"}


class Server(Vendor):
    kind = "redmine"
    open_status = "New"
    closed_status = "Closed"

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("x-redmine-api-key") == self.secret

    def serve(self, request: Request) -> Answer:
        if request.path == "/issues.json" and not self.is_allowed(request):
            return answer({"issues": [], "total_count": 0, "offset": 0, "limit": 25})  # as Redmine does
        return super().serve(request)

    def answer(self, request: Request) -> Answer:
        if request.path == "/users/current.json":
            return answer({"user": {"id": 1, "login": "support"}})
        if request.path == "/issue_statuses.json":
            statuses = [{"id": id_, "name": name, "is_closed": id_ == 5} for name, id_ in _STATUSES.items()]
            return answer({"issue_statuses": statuses})
        if request.path != "/issues.json":
            return self._issue_with_notes(request)
        assert request.query["status_id"] == "*"
        found = sorted(self.live, key=lambda each: each.id)
        if since := request.query.get("updated_on"):
            begin = datetime.fromisoformat(since.removeprefix(">="))
            found = [each for each in found if each.updated >= begin]
        offset, limit = int(request.query.get("offset", 0)), min(int(request.query.get("limit", 25)), 100)
        page = found[offset : offset + limit]
        return answer(
            {"issues": [_issue(each) for each in page], "total_count": len(found), "offset": offset, "limit": limit}
        )

    def _issue_with_notes(self, request: Request) -> Answer:
        ticket = self.tickets.get(int(request.path.removeprefix("/issues/").removesuffix(".json")))
        if ticket is None or ticket.is_deleted:
            return answer({}, 404)
        assert request.query["include"] == "journals"
        notes: list[dict[str, Any]] = [
            {
                "id": 1_000_000 + each.id,
                "user": {"id": 5 if each.is_customer else 7, "name": each.author},
                "notes": each.text,
                "private_notes": each.is_internal,
                "created_on": iso(each.at),
                "details": [],
            }
            for each in ticket.replies
        ]
        changes = [_journal(each) for each in ticket.log if each.field in _JOURNALED]
        journals = sorted([*changes, *notes], key=lambda each: str(each["created_on"]))
        return answer({"issue": {**_issue(ticket), "journals": journals}})

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": {"New": "open", "In Progress": "in_progress"}.get(ticket.status, ticket.status.lower()),
            "customer_id": ticket.customer_name,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "team": "Support",
            "type": "Support",
            "priority": "Normal",
        }


def _journal(event: VendorEvent) -> dict[str, Any]:
    """As of a change without a note; only ids of statuses are told."""
    old, new = (_STATUSES.get(each, 7) for each in (event.old, event.new))
    return {
        "id": event.id,
        "user": {"id": 7, "name": event.author},
        "notes": "",
        "private_notes": False,
        "created_on": iso(event.at),
        "details": [
            {"property": "cf", "name": "12", "old_value": None, "new_value": "5"},
            {"property": "attr", "name": _JOURNALED[event.field], "old_value": str(old), "new_value": str(new)},
        ],
    }


def _issue(ticket: VendorTicket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "project": {"id": 1, "name": ticket.team or "Support"},
        "tracker": {"id": 3, "name": "Support"},
        "status": {
            "id": _STATUSES.get(ticket.status, 7),
            "name": ticket.status,
            "is_closed": ticket.status == "Closed",
        },
        "priority": {"id": 2, "name": ticket.priority or "Normal"},
        "author": {"id": 5, "name": ticket.customer_name},
        "subject": ticket.subject,
        "description": ticket.text,
        "start_date": None,
        "due_date": None,
        "created_on": iso(ticket.created),
        "updated_on": iso(ticket.updated),
        "closed_on": iso(ticket.resolved),
    }
