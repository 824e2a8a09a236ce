"""django-helpdesk 1 and later. https://django-helpdesk.readthedocs.io/en/latest/api.html"""

from tickets.helpdesks.presets.preset import Preset

PRESET = Preset(
    kind="django-helpdesk",
    label="django-helpdesk",
    auth="basic",
    auth_name_label="User name",
    key_label="Password",
    key_help="Use a staff user of its own for SupportSaaS. The address is that of the helpdesk, for "
    "example https://example.com/helpdesk.",
    rights="A staff user who may see the queues.",
    reads="Every ticket the user sees, with its public and internal follow-ups. The API does not say when a ticket was "
    "created, so it counts from the day it was first seen, and is marked so.",
    deletes="A ticket missing from the list counts as deleted, and so does one that was merged into another.",
    requests="One per 100 tickets with every sync, because the API does not list changes only.",
    settings={
        "path": "/api/tickets/",
        "records": "results",
        "paging": "next",
        "next": "next",
        "size_param": "page_size",
        "largest_page": 100,
        "total": "count",
        "absent": "deleted",
        "deleted_when": {"merged_to": "*"},
        "first_seen": True,
        "fields": {
            "id": "id",
            "subject": "title",
            "message": "description",
            "customer_id": "submitter_email",
            "status": "status",
            "assignee": "assigned_to",
            "priority": {
                "paths": "priority",
                "map": {"1": "critical", "2": "high", "3": "normal", "4": "low", "5": "very low"},
            },
            "due_at": "due_date",
            "url": {"template": "/tickets/{id}/"},
        },
        "defaults": {"source": "django-helpdesk"},
        "status_map": {
            "1": "open",
            "2": "reopened",
            "3": "resolved",
            "4": "closed",
            "5": "closed",
            "6": "new",
        },
        # It answers 404 behind the last page.
        "conversation": {
            "records": "followup_set",
            "body": "comment",
            "author": "user",
            "created_at": "date",
            "internal_when": {"public": "false"},
        },
    },
)
