"""Front conversations. https://dev.frontapp.com/reference/list-conversations"""

from tickets.helpdesks.presets.preset import Preset, Webhook

PRESET = Preset(
    kind="front",
    label="Front",
    url="https://api2.frontapp.com",
    auth="bearer",
    key_label="API token",
    key_help="In Front, open Settings, Developers, API tokens, and create a token.",
    key_url="https://app.frontapp.com/settings/developers/tokens",
    rights="Scope Shared resources, or the workspaces to read; access: read conversations and messages.",
    reads="Every conversation the token sees, with assignee, tags and recipient, and the messages of those that changed "
    "in the last 90 days: the first one of the customer is the ticket's text, so older tickets only have a subject. "
    "Comments are not read.",
    deletes="A conversation that Front lists as deleted, or that is missing from a full sync, counts as deleted.",
    requests="One per 100 conversations, and one for the messages of each new or changed one. Front has no filter for "
    "changes but lists the newest first, so a sync stops at the last one. What leaves a conversation where it is in that "
    "list, such as a tag, arrives with the next full sync. At most 50 a minute, as in its smallest plan.",
    webhook=Webhook(
        header="X-Front-Signature",
        algorithm="sha1",
        encoding="base64",
        id="conversation.id",
        setup="In Front, add a rule for every event with the action to send it to a webhook. The secret is the API "
        "secret of the Webhooks integration.",
    ),
    settings={
        "path": "/conversations",
        "records": "_results",
        "paging": "next",
        "next": "_pagination.next",
        # The next pages are at the company's own host: https://dev.frontapp.com/docs/pagination
        "next_hosts": ["*.api.frontapp.com"],
        "size_param": "limit",
        "largest_page": 100,
        "newest_first": True,
        "date_format": "epoch",
        "fields": {
            "id": "id",
            "subject": "subject",
            "customer_id": "recipient.handle",
            "customer_name": "recipient.name",
            # The category exists where the company uses ticket statuses.
            "status": ["status_category", "status"],
            "created_at": "created_at",
            "updated_at": ["updated_at", "last_message.created_at"],
            "assignee": "assignee.email",
            "tags": "tags[].name",
            "url": {"template": "https://app.frontapp.com/open/{id}"},
        },
        "defaults": {"source": "front"},
        "status_map": {
            "waiting": "pending",
            "resolved": "resolved",
            "unassigned": "open",
            "assigned": "open",
            "archived": "closed",
        },
        "deleted_when": {"status": "deleted"},
        "conversation": {
            "path": "/conversations/{id}/messages",
            "params": {"limit": "100"},
            "records": "_results",
            "next": "_pagination.next",
            "body": ["text", "body"],
            "author": ["author.email", "recipients[role=from].handle"],
            "created_at": "created_at",
            "customer_when": {"is_inbound": "true"},
            "skip_where": {"is_draft": "true"},
        },
        "ticket_path": "/conversations/{id}",
        "budgets": {"": "50/60"},
    },
)
