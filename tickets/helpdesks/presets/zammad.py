"""Zammad 5 and later. https://docs.zammad.org/en/latest/api/ticket/index.html

Tickets come from the search without a query, which Zammad answers from its database, not from Elasticsearch. A version
that does not know the condition would list all tickets, which is slower and not wrong.
"""

from tickets.helpdesks.presets.preset import Preset, Webhook

PRESET = Preset(
    kind="zammad",
    label="Zammad",
    auth="header",
    auth_name="Authorization",
    key_label="Access token",
    key_help="In Zammad, open your profile, Token Access, and create a token with the permission ticket.agent. An "
    "administrator must have turned on token access (Settings, System, API).",
    rights="An agent with read access to the groups.",
    reads="Every ticket that the agent may read, with customer, owner, group, organization, priority, channel and the "
    "times of the first reply and of closing. The list has no texts: only tickets that changed in the last 90 "
    "days have their messages. Set conversation.days to 0 to read all.",
    deletes="A ticket missing from the list counts as deleted, and so does one that was merged into another.",
    requests="One per 100 tickets, and one for the messages of each new or changed ticket.",
    webhook=Webhook(
        header="X-Hub-Signature",
        algorithm="sha1",
        prefix="sha1=",
        id="ticket.id",
        setup="In Zammad, open Settings, Manage, Webhook, add one with an HMAC SHA1 signature token, and have a trigger "
        "notify it.",
    ),
    settings={
        "path": "/api/v1/tickets/search",
        "params": {
            # Names instead of ids.
            "expand": "true",
            # Sorted by id, no ticket moves between two pages.
            "sort_by": "id",
            "order_by": "asc",
            "condition[ticket.updated_at][operator]": "after (absolute)",
        },
        "since_param": "condition[ticket.updated_at][value]",
        "first_since": "2000-01-01T00:00:00Z",
        "largest_page": 200,
        "absent": "deleted",
        "deleted_when": {"state": "merged"},
        "fields": {
            "id": "id",
            "subject": "title",
            "customer_id": ["customer", "customer_id"],
            "status": "state",
            "source": "create_article_type",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "assignee": {"paths": "owner", "map": {"-": ""}},
            "team": "group",
            "organisation": "organization",
            "priority": {"paths": "priority", "map": {"1 low": "low", "2 normal": "normal", "3 high": "high"}},
            "type": "type",
            "due_at": "escalation_at",
            "url": {"template": "/#ticket/zoom/{id}"},
            "first_reply_at": "first_response_at",
            "resolved_at": ["last_close_at", "close_at"],
        },
        "defaults": {"source": "zammad"},
        "status_map": {
            "new": "new",
            "open": "open",
            "pending reminder": "pending",
            "pending close": "pending",
            "closed": "closed",
            "removed": "closed",
        },
        "header_template": "Token token={secret}",
        "ticket_path": "/api/v1/tickets/{id}?expand=true",
        "conversation": {
            "path": "/api/v1/ticket_articles/by_ticket/{id}",
            "params": {"expand": "true"},
            "body": "body",
            "author": "from",
            "internal_when": {"internal": "true"},
            "customer_when": {"sender": "Customer"},
            "skip_where": {"sender": "System"},
        },
    },
)
