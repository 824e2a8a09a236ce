"""A helpdesk with messages, which a test says."""

from typing import Any, Final

from tenants.models import Tenant
from tests.builders import record
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.loopback_server import Answer
from tickets.helpdesks.model import Source

CALM: Final = "How do I change my address?"
ANGRY: Final = "This is unacceptable, I want a refund immediately or my lawyer will call."
FIELDS: Final = ("id", "customer_id", "subject", "message", "status", "source", "created_at", "updated_at")


class Chatty:
    """A helpdesk whose list has no texts; the messages of each ticket are at a path of their own.

    `refused`: with which status it refuses the messages of a ticket.
    """

    def __init__(self, helpdesk: ScriptedHelpdesk) -> None:
        self.helpdesk = helpdesk
        self.tickets = [record(f"T-{n}", message="") for n in range(1, 6)]
        self.messages: dict[str, list[dict[str, Any]]] = {
            each["id"]: [self.message(1, CALM, "2026-03-10T09:00:00Z")] for each in self.tickets
        }
        self.status = 200
        self.broken: set[str] = set()
        self.refused: dict[str, int] = {}
        helpdesk.script = self._serve

    @staticmethod
    def message(id_: int, text: str, at: str, by: str = "customer", public: bool = True) -> dict[str, Any]:
        return {"id": id_, "body": text, "sent": at, "sender": {"type": by, "name": by.title()}, "public": public}

    def reply(self, ticket_id: str, text: str, by: str = "customer", public: bool = True, minute: int = 0) -> None:
        said = self.messages[ticket_id]
        at = f"2026-03-10T10:{minute or len(said):02d}:00Z"
        said.append(self.message(len(said) + 1, text, at, by, public))
        next(each for each in self.tickets if each["id"] == ticket_id)["updated_at"] = at

    def asked_for_messages(self) -> list[str]:
        return [path.split("/")[2] for path, _, _ in self.helpdesk.requests if path.endswith("/messages")]

    def connect(self, tenant: Tenant, *, lists_changes: bool = False, **options: Any) -> Source:
        return Source.objects.create(
            tenant=tenant,
            kind="rest",
            url=self.helpdesk.url,
            options={
                "path": "/items",
                "records": "items",
                "paging": "next",
                "next": "next",
                "fields": {name: name for name in FIELDS},
                "conversation": {
                    "path": "/items/{id}/messages",
                    "records": "messages",
                    "body": "body",
                    "author": "sender.name",
                    "created_at": "sent",
                    "customer_when": {"sender.type": "customer|user"},
                    "internal_when": {"public": "false"},
                    "days": 0,
                },
                **({"since_param": "since", "total": "total"} if lists_changes else {}),
                **options,
            },
        )

    def _serve(self, path: str, query: dict[str, str]) -> Answer:
        if path.endswith("/messages"):
            ticket_id = path.split("/")[2]
            if ticket_id in self.refused:
                return answer({"error": f"{ticket_id} is private."}, self.refused[ticket_id])
            return answer({"messages": self.messages[ticket_id]}, 422 if ticket_id in self.broken else self.status)
        listed = [each for each in self.tickets if each["updated_at"] >= query.get("since", "")]
        return answer({"items": listed, "total": len(listed)})
