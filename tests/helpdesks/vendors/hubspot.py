"""HubSpot's CRM API 3.

https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/search/post-crm-v3-objects-tickets-search
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer

_STAGES = {
    "1": ("New", "OPEN"),
    "2": ("Waiting on contact", "OPEN"),
    "4": ("Closed", "CLOSED"),
    "77": ("Geparkt", "OPEN"),
}
_OWNERS = {"51": "bob@example.com", "52": "eve@example.com"}


class Server(Vendor):
    """`ceiling`: no search lists more results. `shows_owners`: whether the app may read them."""

    kind = "hubspot"
    open_status = "1"
    closed_status = "4"
    deletes_by = "list"
    ceiling = 10_000
    shows_owners = True

    def add(self, number: int, **values: Any) -> VendorTicket:
        return super().add(number, **{"assignee": "51" if number % 3 else "", "priority": "HIGH", **values})

    def is_allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.secret}"

    def refused(self) -> Answer:
        return self._error("Authentication credentials not found.", "INVALID_AUTHENTICATION", 401)

    def throttled(self) -> Answer:
        body = {"errorType": "RATE_LIMIT", "policyName": "SECONDLY", "message": "You have reached your secondly limit."}
        return answer({"status": "error", **body}, 429, Retry_After="0")

    def answer(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/crm/v3/objects/tickets/search":
                return self._search(request.body)
            case "GET", "/crm/v3/objects/tickets":
                return self._archived(request)
            case "GET", "/crm/v3/owners":
                return self._owners(request)
            case "GET", "/crm/v3/pipelines/tickets":
                return answer({"results": [_pipeline("0", "1", "2", "4"), _pipeline("9", "77")]})
        return self._error("Not found", "OBJECT_NOT_FOUND", 404)

    def _search(self, body: dict[str, Any]) -> Answer:
        found = list(self.live)
        for wanted in (each for group in body.get("filterGroups", []) for each in group["filters"]):
            match wanted:
                case {"propertyName": "hs_object_id", "operator": "GT", "value": value}:
                    found = [each for each in found if each.id > int(value)]
                case {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": value}:
                    since = datetime.fromtimestamp(int(value) / 1000, UTC)
                    found = [each for each in found if each.updated >= since]
                case _:
                    return self._error(f"Unknown filter {wanted}", "VALIDATION_ERROR", 400)
        assert body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        found.sort(key=lambda each: each.id)
        begin, size = int(body.get("after", 0)), body["limit"]
        if size > 200 or begin + size > self.ceiling:
            return self._error("There was a problem with the request.", "VALIDATION_ERROR", 400)
        results = [self._ticket(each, body["properties"]) for each in found[begin : begin + size]]
        page: dict[str, Any] = {"total": len(found), "results": results}
        if begin + size < len(found):
            page["paging"] = {"next": {"after": str(begin + size)}}
        return answer(page)

    def _archived(self, request: Request) -> Answer:
        assert request.query["archived"] == "true"
        gone = [each for each in self.tickets.values() if each.is_deleted]
        begin = int(request.query.get("after", 0))
        page: dict[str, Any] = {"results": [{"id": str(each.id), "archived": True} for each in gone[begin : begin + 1]]}
        if begin + 1 < len(gone):
            link = f"{self.url}{request.path}?archived=true&limit=1&after={begin + 1}"
            page["paging"] = {"next": {"after": str(begin + 1), "link": link}}
        return answer(page)

    def _owners(self, request: Request) -> Answer:
        if not self.shows_owners:
            return self._error("This app hasn't been granted all required scopes.", "MISSING_SCOPES", 403)
        ids = list(_OWNERS)
        begin = ids.index(request.query["after"]) if "after" in request.query else 0
        owner = {
            "id": ids[begin],
            "email": _OWNERS[ids[begin]],
            "teams": [{"id": "3", "name": "Tier 1", "primary": True}],
        }
        page: dict[str, Any] = {"results": [owner]}
        if begin + 1 < len(ids):
            link = f"{self.url}{request.path}?limit=100&after={ids[begin + 1]}"
            page["paging"] = {"next": {"after": ids[begin + 1], "link": link}}
        return answer(page)

    def _ticket(self, ticket: VendorTicket, wanted: list[str]) -> dict[str, Any]:
        first_reply = ticket.created + timedelta(minutes=30) if ticket.id % 2 else None
        known = {
            "subject": ticket.subject,
            "content": ticket.text,
            "createdate": _time(ticket.created),
            "hs_lastmodifieddate": _time(ticket.updated),
            "closed_date": _time(ticket.resolved),
            "first_agent_reply_date": _time(first_reply),
            "hs_pipeline": "0",
            "hs_pipeline_stage": ticket.status,
            "hs_ticket_priority": ticket.priority,
            "hs_ticket_category": None,
            "hubspot_owner_id": ticket.assignee or None,
            "source_type": "EMAIL",
            "hs_all_associated_contact_emails": "ada@example.com;bert@example.com",
            "hs_all_associated_contact_firstnames": "Ada;Bert",
            "hs_all_associated_contact_lastnames": "Lane;Moor",
            "hs_all_associated_contact_companies": "Acme",
        }
        properties = {name: known[name] for name in wanted} | {"hs_object_id": str(ticket.id)}
        stamps = {"createdAt": _time(ticket.created), "updatedAt": _time(ticket.updated)}
        page = f"https://app.hubspot.com/contacts/99/record/0-5/{ticket.id}"
        return {"id": str(ticket.id), "properties": properties, **stamps, "archived": False, "url": page}

    def _error(self, message: str, category: str, status: int) -> Answer:
        return answer(
            {"status": "error", "message": message, "correlationId": "a43683b0", "category": category}, status
        )

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "source": "email",
            "subject": ticket.subject,
            "message": ticket.text,
            "status": {"1": "new", "2": "pending", "4": "closed", "77": "open"}[ticket.status],
            "customer_id": "ada@example.com",
            "customer_name": "Ada Lane",
            "organisation": "Acme",
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved,
            "first_reply_at": ticket.created + timedelta(minutes=30) if ticket.id % 2 else None,
            "assignee": _OWNERS.get(ticket.assignee),
            "team": "Tier 1" if ticket.assignee else None,
            "priority": "HIGH",
            "url": f"https://app.hubspot.com/contacts/99/record/0-5/{ticket.id}",
        }


def _pipeline(id_: str, *stages: str) -> dict[str, Any]:
    listed = [
        {"id": each, "label": _STAGES[each][0], "metadata": {"ticketState": _STAGES[each][1]}, "archived": False}
        for each in stages
    ]
    return {"id": id_, "label": "Support", "displayOrder": 0, "stages": listed, "archived": False}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
