"""Znuny's generic interface, with the routes of the web service that comes with it as an example.

https://doc.znuny.org/znuny_lts/processes/genericinterface/index.html
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.helpdesk import answer
from tests.helpdesks.vendors.vendor import Request, Vendor, VendorTicket
from tests.loopback_server import Answer

SERVICE = "/nph-genericinterface.pl/Webservice/GenericTicketConnectorREST"
_TYPES = {"open": "open", "closed successful": "closed", "pending reminder": "pending reminder", "removed": "removed",
          "Waiting for parts": "open"}  # fmt: skip
_OURS = {"open": "open", "closed successful": "resolved", "pending reminder": "pending", "Waiting for parts": "open"}


class Server(Vendor):
    """Compares and writes times in its own zone. `hidden`: tickets that the search lists and the agent may not read.

    Errors have the status 200.
    """

    kind = "znuny"
    options = {"agent": "supportsaas"}
    open_status = "open"
    closed_status = "closed successful"
    zone = "UTC"

    def __init__(self) -> None:
        super().__init__()
        self.hidden: set[int] = set()

    def add(self, number: int, **values: Any) -> VendorTicket:
        usual = {"assignee": "mel" if number % 2 else "", "team": "Support::Billing", "organisation": "Example Ltd"}
        return super().add(number, **{**usual, **values})

    def is_allowed(self, request: Request) -> bool:
        return (request.query.get("UserLogin"), request.query.get("Password")) == ("supportsaas", self.secret)

    def refused(self) -> Answer:
        return _error("TicketSearch.AuthFail", "TicketSearch: Authorization failing!")

    def answer(self, request: Request) -> Answer:
        assert request.method == "GET"
        if request.path == f"{SERVICE}/Ticket":
            return self._search(request.query)
        if request.path == f"{SERVICE}/TicketList":
            return self._get(request.query)
        return 500, {"Content-Type": "text/plain"}, b"HTTP::REST Error while determine Operation"

    def _search(self, query: dict[str, str]) -> Answer:
        assert (query["SortBy"], query["OrderBy"], query["SearchInArchive"]) == ("Age", "Up", "AllTickets")
        found = sorted(self.live, key=lambda each: each.created)
        if moment := query.get("TicketLastChangeTimeNewerDate"):
            found = [each for each in found if self._time(each.updated) >= _checked(moment)]
        if moment := query.get("TicketCreateTimeNewerDate"):
            found = [each for each in found if self._time(each.created) >= _checked(moment)]
        ids = [str(each.id) for each in found[: int(query.get("Limit", 500))]]
        return answer({"TicketID": ids} if ids else {})

    def _get(self, query: dict[str, str]) -> Answer:
        assert (query["AllArticles"], query["Extended"]) == ("1", "1")
        wanted = [int(each) for each in query["TicketID"].split(",")]
        live = {each.id: each for each in self.live if each.id not in self.hidden}
        if not live.keys() >= set(wanted):
            return _error("TicketGet.AccessDenied", "TicketGet: User does not have access to the ticket!")
        return answer({"Ticket": [self._ticket(live[each]) for each in wanted]})

    def _ticket(self, ticket: VendorTicket) -> dict[str, Any]:
        closed = {"Closed": self._time(ticket.resolved)} if ticket.resolved else {}
        responded = {"FirstResponse": self._time(ticket.first_reply)} if ticket.first_reply else {}
        due = {"SolutionTimeDestinationDate": self._time(ticket.due)} if ticket.due else {}
        return {
            "TicketID": str(ticket.id),
            "TicketNumber": f"20260310{ticket.id:08}",
            "Title": ticket.subject,
            "State": ticket.status,
            "StateType": _TYPES[ticket.status],
            "Priority": "3 normal",
            "Queue": ticket.team,
            "Owner": ticket.assignee or "root@localhost",
            "CustomerID": ticket.organisation,
            "CustomerUserID": ticket.customer_email,
            "Type": ticket.type or "Unclassified",
            "ArchiveFlag": "n",
            "Created": self._time(ticket.created),
            "Changed": self._time(ticket.updated),
            "Article": self._articles(ticket),
            **closed,
            **responded,
            **due,
        }

    def _articles(self, ticket: VendorTicket) -> list[dict[str, Any]]:
        """With the automatic reply after the first one."""
        written = [(ticket.customer_name, ticket.text, ticket.created, "customer", False)]
        written += [("Support", "Thank you, we have received your request.", ticket.created, "system", False)]
        written += [(each.author, each.text, each.at, "customer" if each.is_customer else "agent", each.is_internal)
                    for each in ticket.replies]  # fmt: skip
        return [
            {
                "ArticleID": str(100 * ticket.id + place),
                "From": f'"{author}" <{author.lower()}@example.com>',
                "FromRealname": author,
                "Subject": ticket.subject,
                "Body": text,
                "SenderType": sender,
                "IsVisibleForCustomer": "0" if is_internal else "1",
                "CreateTime": self._time(at),
                "ContentType": "text/plain; charset=utf-8",
            }
            for place, (author, text, at, sender, is_internal) in enumerate(written)
        ]

    def _time(self, moment: datetime | None) -> str:
        return "" if moment is None else moment.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M:%S")

    def expected(self, ticket: VendorTicket) -> dict[str, Any]:
        return {
            "subject": ticket.subject,
            "message": ticket.text,
            "status": _OURS[ticket.status],
            "source": "znuny",
            "customer_id": ticket.customer_email,
            "customer_name": ticket.customer_name,
            "organisation": ticket.organisation,
            "created_at": ticket.created,
            "updated_at": ticket.updated,
            "resolved_at": ticket.resolved if ticket.status == "closed successful" else None,
            "assignee": ticket.assignee or None,
            "team": ticket.team,
            "priority": "normal",
            "type": ticket.type or "Unclassified",
            "url": f"{self.url}/index.pl?Action=AgentTicketZoom;TicketID={ticket.id}",
            "due_at": ticket.due,
        }


def _checked(moment: str) -> str:
    datetime.strptime(moment, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  only the form counts
    return moment


def _error(code: str, message: str) -> Answer:
    return answer({"Error": {"ErrorCode": code, "ErrorMessage": message}})
