"""Zendesk's tickets: the CSV of a view or of the account's data export, the JSON of that export, and of the API.

https://support.zendesk.com/hc/en-us/articles/4408886165402 and
https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/. Tags in CSV are separated by spaces, and a tag has
none.
"""

from typing import Final

from tickets.helpdesks.files.formats.known_format import KnownFormat
from tickets.helpdesks.mapping.field_rule import as_rule

_STATUS_MAP: Final = {"hold": "on_hold", "solved": "resolved"}
_NOT_RATED: Final = {"rating": frozenset({"offered", "unoffered", "not offered"})}

FORMATS: Final = (
    KnownFormat(
        label="Zendesk tickets (CSV)",
        shape="csv",
        marks=(
            ("Id",),
            ("Requester",),
            ("Subject",),
            ("Created at", "Requested"),
            (
                "Summation column",
                "Requester id",
                "Requester domain",
                "Group stations",
                "Assignee stations",
                "Requested",
            ),
        ),
        fields={
            name: as_rule(columns)
            for name, columns in {
                "id": "Id",
                "created_at": ("Created at", "Requested"),
                "updated_at": ("Updated at", "Updated"),
                "resolved_at": ("Solved at", "Solved"),
                "due_at": ("Due at", "Due date"),
                "subject": "Subject",
                "message": "Description",
                "status": ("Status", "Ticket status"),
                "customer_id": ("Requester email", "Requester id", "Requester"),
                "customer_name": "Requester",
                "organisation": "Organization",
                "source": ("Via", "Channel"),
                "assignee": "Assignee",
                "team": "Group",
                "priority": "Priority",
                "type": ("Ticket type", "Type"),
                "tags": "Tags",
                "replies": "Replies",
                "rating": ("Satisfaction Score", "Satisfaction"),
            }.items()
        },
        are_tags_spaced=True,
        status_map=_STATUS_MAP,
        defaults={"source": "zendesk"},
        no_value=_NOT_RATED,
        is_zoneless=True,
        left_out={"Status": "Deleted"},
        left_out_as="deleted tickets",
    ),
    KnownFormat(
        label="Zendesk tickets (JSON)",
        shape="json",
        marks=(
            ("id",),
            ("subject",),
            ("created_at",),
            ("via",),
            ("raw_subject", "submitter_id", "submitter"),
            ("requester_id", "requester"),
        ),
        fields={
            name: as_rule(paths)
            for name, paths in {
                "id": "id",
                "created_at": "created_at",
                "updated_at": "updated_at",
                "resolved_at": "metric_set.solved_at",
                "due_at": "due_at",
                "subject": "subject",
                "message": ("description", "comments.0.plain_body", "comments.0.body"),
                "status": "status",
                "customer_id": ("requester.email", "requester_id", "requester.id"),
                "customer_name": "requester.name",
                "organisation": "organization.name",
                "source": "via.channel",
                "assignee": "assignee.name",
                "team": "group.name",
                "priority": "priority",
                "type": "type",
                "tags": "tags",
                "replies": "metric_set.replies",
                "rating": "satisfaction_rating.score",
            }.items()
        },
        status_map=_STATUS_MAP,
        defaults={"source": "zendesk"},
        no_value=_NOT_RATED,
        left_out={"status": "deleted"},
        left_out_as="deleted tickets",
    ),
)
