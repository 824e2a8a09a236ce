"""Request Tracker 5 by its REST 2 API. `tickets.helpdesks.rt` handles paging and changes, and adds each ticket's text and changes.

https://docs.bestpractical.com/rt/5.0.5/RT/REST2.html
"""

from tickets.helpdesks.presets.preset import Preset

PRESET = Preset(
    kind="rt",
    label="Request Tracker",
    auth="header",
    auth_name="Authorization",
    key_label="Authentication token",
    key_help="In RT, open the menu under your name at the top right, then Settings and Auth Tokens, and create a token.",
    rights="A user with the rights SeeQueue and ShowTicket for the queues.",
    reads="The tickets the user sees, in every status except deleted, each with the text it was created with, owner, "
    "queue and priority, "
    "and who changed status, owner, queue and priority.",
    deletes="A ticket missing from a full sync counts as deleted, also one that was merged into another.",
    requests="Four per 100 tickets, one for each further 100 texts or changes, and one for each owner and queue that occurs "
    "in changes.",
    settings={
        "path": "/REST/2.0/tickets",
        "records": "items",
        "total": "total",
        "fields": {
            "id": "id",
            "subject": "Subject",
            "message": "Content",
            "customer_id": "Requestor.0.id",
            "status": "Status",
            "created_at": "Created",
            "updated_at": "LastUpdated",
            "resolved_at": "Resolved",
            "assignee": {"paths": "Owner.id", "map": {"Nobody": ""}},
            "team": "Queue.Name",
            "priority": "Priority",
            "due_at": "Due",
            "url": {"template": "/Ticket/Display.html?id={id}"},
        },
        "defaults": {"source": "rt"},
        "status_map": {
            "new": "open",
            "open": "in_progress",
            "stalled": "pending",
            "resolved": "resolved",
            "rejected": "closed",
        },
        # The changes are added to the record, with names instead of ids.
        "events": {
            "records": "Transactions",
            "created_at": "Created",
            "author": {"paths": "Creator.id", "map": {"RT_System": "Request Tracker"}},
            "field": "Field",
            "fields": {"status": "Status", "assignee": "Owner", "team": "Queue", "priority": "Priority"},
            "old": {"paths": "OldValue", "map": {"Nobody": ""}},
            "new": {"paths": "NewValue", "map": {"Nobody": ""}},
        },
        # A bare token is enough; one that was pasted with the word in front is left as it is.
        "header_template": "token {secret}",
    },
)
