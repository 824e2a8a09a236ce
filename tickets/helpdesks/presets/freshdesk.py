"""Freshdesk. https://developers.freshdesk.com/api/#list_all_tickets"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

PRESET = Preset(
    kind="freshdesk",
    label="Freshdesk",
    url="https://{subdomain}.freshdesk.com",
    variables=(
        Variable(
            name="subdomain",
            label="Subdomain",
            help="The part of your Freshdesk address before .freshdesk.com.",
            example="acme",
            pattern=r"[A-Za-z0-9][A-Za-z0-9-]*",
        ),
        Variable(
            name="lists_per_minute",
            label="Plan",
            help="Your plan decides how many lists of tickets Freshdesk allows a minute.",
            default="20",
            choices=(("20", "Free or Growth: 20 lists a minute"), ("100", "Pro: 100"), ("200", "Enterprise: 200")),
        ),
    ),
    auth="basic_key",
    key_help="In Freshdesk, open your profile settings. The API key is in the panel on the right.",
    key_url="https://{subdomain}.freshdesk.com/a/profiles/edit",
    rights="An agent with global ticket scope, so that all tickets are listed. Names of agents need an administrator's "
    "key; without it they are unknown.",
    reads="Tickets with their first message, requester, agent, group, tags, priority, type, channel, due time and the "
    "times of the first reply and the solution, and the messages of tickets that changed in the last 90 days. Freshdesk does "
    "not list archived tickets.",
    deletes="Freshdesk lists deleted tickets and spam; both count as deleted. A ticket missing from the list is kept, "
    "because it may be archived.",
    requests="One per 100 tickets, two for deleted tickets, three for the names of groups, agents and statuses, one for the "
    "names of authors, and one for the messages of each new or changed ticket.",
    webhook=Webhook(
        header="X-SupportSaaS-Secret",
        id="ticket_id",
        setup="In Freshdesk, open Admin, Workflows, Automations, Ticket updates, and add a rule that triggers a webhook: "
        'POST, JSON, the custom header X-SupportSaaS-Secret, and the content {"ticket_id": "{{ticket.id}}"}.',
    ),
    settings={
        "path": "/api/v2/tickets",
        "params": {
            "include": "description,requester,stats",
            "order_by": "updated_at",
            "order_type": "asc",
        },
        "largest_page": 100,
        # Without a time, only tickets of the last 30 days are listed.
        "since_param": "updated_since",
        "first_since": "2010-01-01T00:00:00Z",
        # Page 301 returns 400.
        "page_ceiling": 300,
        "in_change_order": True,
        "absent": "unknown",
        "deleted": [
            {
                "path": "/api/v2/tickets",
                "params": {"filter": "deleted", "updated_since": "{since}", "per_page": "100"},
                "page_param": "page",
            },
            {
                "path": "/api/v2/tickets",
                "params": {"filter": "spam", "updated_since": "{since}", "per_page": "100"},
                "page_param": "page",
            },
        ],
        "budgets": {"/api/v2/tickets": "{lists_per_minute}/60", "/api/v2/tickets/": "100/60"},
        "lookups": {
            "agent": {"path": "/api/v2/agents", "params": {"per_page": "100"}, "by": "responder_id", "next": "header:Link",
                      "needed": False},
            "group": {"path": "/api/v2/groups", "params": {"per_page": "100"}, "by": "group_id", "next": "header:Link",
                      "needed": False},
            "status": {"path": "/api/v2/ticket_fields", "params": {"type": "default_status"}, "records": "0.choices",
                       "by": "status", "needed": False},
        },
        "fields": {
            "id": "id",
            "subject": "subject",
            "message": ["description_text", "description"],
            "customer_id": ["requester.email", "requester.phone", "requester.mobile", "requester_id"],
            "customer_name": "requester.name",
            # The usual statuses by number, because their names may be translated; an account's own ones by name.
            "status": ["@status[id=2].id", "@status[id=3].id", "@status[id=4].id", "@status[id=5].id", "@status.name.0",
                       "status"],
            "source": {
                "paths": "source",
                "map": {"1": "email", "2": "portal", "3": "phone", "5": "twitter", "6": "facebook", "7": "chat",
                        "9": "feedback widget", "10": "outbound email"},
            },
            "created_at": "created_at",
            "updated_at": "updated_at",
            "assignee": ["@agent.contact.name", "@agent.contact.email"],
            "team": "@group.name",
            "priority": {"paths": "priority", "map": {"1": "low", "2": "medium", "3": "high", "4": "urgent"}},
            "type": "type",
            "tags": "tags",
            "due_at": "due_by",
            "url": {"template": "/a/tickets/{id}"},
            "first_reply_at": "stats.first_responded_at",
            "resolved_at": ["stats.resolved_at", "stats.closed_at"],
        },
        "defaults": {"source": "freshdesk"},
        "status_map": {"2": "open", "3": "pending", "4": "resolved", "5": "closed"},
        "ticket_path": "/api/v2/tickets/{id}?include=requester,stats",
        "conversation": {
            "path": "/api/v2/tickets/{id}/conversations",
            "params": {"per_page": "100"},
            "next": "header:Link",
            "body": ["body_text", "body"],
            # A note has no address of its author.
            "lookups": {
                "writer": {"path": "/api/v2/agents", "params": {"per_page": "100"}, "by": "user_id",
                           "next": "header:Link", "needed": False},
            },
            "author": ["@writer.contact.name", "@writer.contact.email", "from_email"],
            "internal_when": {"private": "true"},
            "customer_when": {"incoming": "true"},
            # A reply that the customer writes in the portal is not incoming.
            "same_as": {"user_id": "requester_id"},
        },
    },
)  # fmt: skip
