"""Intercom's conversations. https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

PRESET = Preset(
    kind="intercom",
    label="Intercom",
    url="https://api.{region}.io",
    variables=(
        Variable(
            name="region",
            label="Region",
            help="Where Intercom hosts your workspace.",
            default="intercom",
            choices=(("intercom", "United States"), ("eu.intercom", "Europe"), ("au.intercom", "Australia")),
        ),
    ),
    auth="bearer",
    key_label="Access token",
    key_help="In Intercom, open the Developer Hub, create an app for your workspace, and copy the access token from its "
    "Authentication page.",
    key_url="https://app.{region}.com/a/apps/_/developer-hub",
    rights="Read conversations, Read admins, and Read users.",
    reads="Every conversation with its first message, customer, assignee, team, tags, priority, rating and the times of "
    "the first reply and of closing, and the replies of conversations that changed in the last 90 days.",
    deletes="A conversation missing from a full sync counts as deleted.",
    requests="One per 150 conversations, two for the names of assignees and teams, and one for the replies of each new or "
    "changed conversation.",
    page_size=150,
    webhook=Webhook(
        header="X-Hub-Signature",
        algorithm="sha1",
        prefix="sha1=",
        id="data.item.id",
        setup="In Intercom, open the app in the Developer Hub, Webhooks, enter the address and choose the topics about "
        "conversations. The secret is the app's client secret, on its Basic information page.",
    ),
    settings={
        "path": "/conversations/search",
        "method": "POST",
        "headers": {"Intercom-Version": "2.11"},
        "body": {
            "query": {
                "operator": "AND",
                "value": [{"field": "updated_at", "operator": ">", "value": "{since:epoch}"}],
            },
            "pagination": {"per_page": "{size}", "starting_after": "{cursor}"},
            "sort": {"field": "updated_at", "order": "ascending"},
        },
        "first_since": "2010-01-01T00:00:00Z",
        "records": "conversations",
        "size_param": "",
        "largest_page": 150,
        "total": "total_count",
        "paging": "cursor",
        "cursor": "pages.next.starting_after",
        "in_change_order": True,
        "date_format": "epoch",
        "absent": "deleted",
        "lookups": {
            "admin": {"path": "/admins", "records": "admins", "by": "admin_assignee_id", "needed": False},
            "team": {"path": "/teams", "records": "teams", "by": "team_assignee_id", "needed": False},
        },
        "fields": {
            "id": "id",
            "subject": ["title", "source.subject"],
            "message": "source.body",
            # The author of an outbound message is a teammate.
            "customer_id": [
                "source.author[type=user].email",
                "source.author[type=lead].email",
                "source.author[type=contact].email",
                "contacts.contacts.0.external_id",
                "contacts.contacts.0.id",
            ],
            "customer_name": [
                "source.author[type=user].name",
                "source.author[type=lead].name",
                "source.author[type=contact].name",
            ],
            "status": "state",
            "source": "source.type",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "assignee": ["@admin.name", "@admin.email"],
            "team": "@team.name",
            "priority": {"paths": "priority", "map": {"not_priority": ""}},
            "tags": "tags.tags[].name",
            "url": {"template": "https://app.{region}.com/a/apps/_/inbox/inbox/all/conversations/{id}"},
            "first_reply_at": "statistics.first_admin_reply_at",
            "resolved_at": "statistics.last_close_at",
            "rating": "conversation_rating.rating",
        },
        "defaults": {"source": "intercom"},
        "status_map": {"open": "open", "snoozed": "pending", "closed": "closed"},
        "ticket_path": "/conversations/{id}",
        "conversation": {
            "path": "/conversations/{id}",
            "records": "conversation_parts.conversation_parts",
            "body": "body",
            "author": ["author.email", "author.name", "author.id"],
            "internal_when": {"part_type": "note|note_and_reopen"},
            "customer_when": {"author.type": "user|lead|contact"},
        },
    },
)
