"""Freshdesk's tickets: the CSV of *Export*, the JSON of an account export, and of the API.

https://support.freshdesk.com/support/solutions/articles/37590 and https://developers.freshdesk.com/api/#ticket_attributes.
Times in CSV are in the zone of the account, without saying so.
"""

from collections.abc import Mapping
from typing import Any, Final

from tickets.helpdesks.files.formats.known_format import KnownFormat
from tickets.helpdesks.mapping.field_rule import FieldRule, as_rule

_NAMED_STATUSES: Final = {"Waiting on Customer": "pending", "Waiting on Third Party": "on_hold"}
_NUMBERED_STATUSES: Final = {"2": "open", "3": "pending", "4": "resolved", "5": "closed"}
_PRIORITIES: Final = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
_CHANNELS: Final = {
    "1": "email",
    "2": "portal",
    "3": "phone",
    "5": "twitter",
    "6": "facebook",
    "7": "chat",
    "9": "feedback widget",
    "10": "outbound email",
}
_NOBODY: Final = {
    "assignee": frozenset({"no agent", "unassigned"}),
    "team": frozenset({"no group", "unassigned"}),
    "organisation": frozenset({"no company"}),
}


def _rules(given: Mapping[str, Any]) -> dict[str, FieldRule]:
    return {name: as_rule(each) for name, each in given.items()}


_CSV: Final = KnownFormat(
    label="Freshdesk tickets (CSV)",
    shape="csv",
    marks=(
        ("Ticket ID",),
        ("Created time",),
        ("Status",),
        ("Last update time", "Last updated time", "Resolved time", "Due by Time", "Initial response time"),
    ),
    fields=_rules(
        {
            "id": "Ticket ID",
            "created_at": "Created time",
            "updated_at": ("Last update time", "Last updated time"),
            "resolved_at": ("Resolved time", "Closed time"),
            "first_reply_at": "Initial response time",
            "due_at": "Due by Time",
            "subject": "Subject",
            "message": "Description",
            "status": "Status",
            "customer_id": ("Email", "Requester Email", "Work phone", "Mobile phone", "Contact ID", "Full name"),
            "customer_name": ("Full name", "Contact name", "Requester Name"),
            "organisation": ("Company Name", "Company"),
            "source": "Source",
            "assignee": "Agent",
            "team": "Group",
            "priority": "Priority",
            "type": "Type",
            "tags": "Tags",
            "rating": ("Survey results", "Survey result"),
        }
    ),
    status_map=_NAMED_STATUSES,
    defaults={"source": "freshdesk"},
    no_value=_NOBODY,
    is_zoneless=True,
)

_API: Final = KnownFormat(
    label="Freshdesk tickets (API)",
    shape="json",
    marks=(("id",), ("requester_id",), ("responder_id",), ("fr_due_by", "fr_escalated"), ("created_at",)),
    fields=_rules(
        {
            "id": "id",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "resolved_at": ("stats.resolved_at", "stats.closed_at"),
            "first_reply_at": "stats.first_responded_at",
            "due_at": "due_by",
            "subject": "subject",
            "message": ("description_text", "description"),
            "status": "status",
            "customer_id": ("requester.email", "requester.phone", "requester.mobile", "requester_id"),
            "customer_name": "requester.name",
            "organisation": "company.name",
            "source": {"paths": "source", "map": _CHANNELS},
            "priority": {"paths": "priority", "map": _PRIORITIES},
            "type": "type",
            "tags": "tags",
        }
    ),
    status_map=_NUMBERED_STATUSES,
    defaults={"source": "freshdesk"},
    left_out={"deleted": "true", "spam": "true"},
    left_out_as="deleted tickets or spam",
)

_ACCOUNT: Final = KnownFormat(
    label="Freshdesk tickets (account export)",
    shape="json",
    marks=(("helpdesk_ticket.display_id",), ("helpdesk_ticket.created_at",)),
    fields=_rules(
        {
            "id": "helpdesk_ticket.display_id",
            "created_at": "helpdesk_ticket.created_at",
            "updated_at": "helpdesk_ticket.updated_at",
            "due_at": "helpdesk_ticket.due_by",
            "subject": "helpdesk_ticket.subject",
            "message": ("helpdesk_ticket.description", "helpdesk_ticket.description_html"),
            "status": ("helpdesk_ticket.status_name", "helpdesk_ticket.status"),
            "customer_id": (
                "helpdesk_ticket.requester.email",
                "helpdesk_ticket.requester_id",
                "helpdesk_ticket.requester_name",
            ),
            "customer_name": "helpdesk_ticket.requester_name",
            "source": {"paths": ("helpdesk_ticket.source_name", "helpdesk_ticket.source"), "map": _CHANNELS},
            "assignee": "helpdesk_ticket.responder_name",
            "priority": {"paths": ("helpdesk_ticket.priority_name", "helpdesk_ticket.priority"), "map": _PRIORITIES},
            "type": "helpdesk_ticket.ticket_type",
            "tags": "helpdesk_ticket.tags[].name",
        }
    ),
    status_map=_NAMED_STATUSES | _NUMBERED_STATUSES,
    defaults={"source": "freshdesk"},
    no_value=_NOBODY,
    left_out={"helpdesk_ticket.deleted": "true", "helpdesk_ticket.spam": "true"},
    left_out_as="deleted tickets or spam",
)

FORMATS: Final = (_CSV, _API, _ACCOUNT)
