"""Zendesk Support by its cursor-based incremental export, which also lists deleted and archived tickets.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from typing import Final

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

# An id of -1 is Zendesk itself: triggers and automations.
_ITSELF: Final = {"-1": "Zendesk"}
_AUTHOR: Final = {"paths": ["@author.name", "author_id"], "map": _ITSELF}
_COMMENT: Final = "events[type=Comment]"

PRESET = Preset(
    kind="zendesk",
    label="Zendesk",
    url="https://{subdomain}.zendesk.com",
    variables=(
        Variable(
            name="subdomain",
            label="Subdomain",
            help="The part of your Zendesk address before .zendesk.com.",
            example="acme",
            pattern=r"[A-Za-z0-9][A-Za-z0-9-]*",
        ),
        Variable(
            name="client_id",
            label="OAuth client identifier",
            help="The identifier of the OAuth client that you create for SupportSaaS.",
            example="supportsaas",
            pattern=r"[A-Za-z0-9_.-]+",
        ),
    ),
    auth="oauth2",
    key_label="OAuth client secret",
    key_help="In Zendesk, open Admin Center, Apps and integrations, APIs, OAuth clients, and add a confidential client. "
    "Its secret is shown once, when you save it. API tokens do not work: Zendesk ends them.",
    key_url="https://{subdomain}.zendesk.com/admin/apps-integrations/apis/zendesk-api/oauth_clients",
    rights="An administrator creates the client, because Zendesk exports tickets to administrators only.",
    reads="Every ticket, also archived ones, with its first message, requester, assignee, group, organization, tags, "
    "priority, type, channel, times of the first reply and the solution, number of replies and satisfaction rating, and the audits of "
    "tickets that changed in the last 90 days: comments, and who changed status, assignee, group and priority. Zendesk keeps "
    "the messages of its messaging and chat in a log of their own, which is not read.",
    deletes="The export marks deleted tickets.",
    requests="One per 500 tickets and at most ten a minute, as Zendesk allows, one for the audits of each new or changed ticket "
    "(100 audits each), one per 100 agents and one for the groups in a sync that finds such a change, and one per access token.",
    page_size=500,
    webhook=Webhook(
        header="X-Zendesk-Webhook-Signature",
        algorithm="sha256",
        encoding="base64",
        timestamp_header="X-Zendesk-Webhook-Signature-Timestamp",
        id="detail.id",
        setup="In Zendesk, open Admin Center, Apps and integrations, Webhooks, and create one for the ticket events. Its "
        "page shows the signing secret.",
    ),
    settings={
        "path": "/api/v2/incremental/tickets/cursor.json",
        "records": "tickets",
        "params": {"start_time": "{since:epoch}", "include": "users,groups,organizations,metric_sets"},
        "first_since": "2005-01-01T00:00:00Z",
        "largest_page": 1_000,
        "paging": "cursor",
        "cursor": "after_cursor",
        "cursor_param": "cursor",
        # The time is only for the first page, which begins the cursor.
        "cursor_alone": True,
        # The last page repeats its own cursor, which later brings the changes since then.
        "stop_when": {"end_of_stream": "true"},
        "in_change_order": True,
        # By time, what automations changed since the newest updated_at would come again with every sync.
        "cursor_kept": True,
        # Automations change a ticket without a new updated_at. The export finds these changes, too.
        "changed_at": "generated_timestamp",
        "date_format": "epoch",
        "absent": "unknown",
        "deleted_when": {"status": "deleted"},
        "budgets": {"/api/v2/incremental": "10/60"},
        "lookups": {
            "requester": {"records": "users", "by": "requester_id"},
            "assignee": {"records": "users", "by": "assignee_id"},
            "group": {"records": "groups", "by": "group_id"},
            "organization": {"records": "organizations", "by": "organization_id"},
        },
        "fields": {
            "id": "id",
            "subject": "subject",
            "message": "description",
            "customer_id": ["@requester.email", "requester_id"],
            "customer_name": "@requester.name",
            "status": "status",
            "source": "via.channel",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "assignee": "@assignee.name",
            "team": "@group.name",
            "organisation": "@organization.name",
            "priority": "priority",
            "type": "type",
            "tags": "tags",
            "due_at": "due_at",
            "url": {"template": "https://{subdomain}.zendesk.com/agent/tickets/{id}"},
            "first_reply_at": {"paths": "metric_set.reply_time_in_minutes.calendar", "unit": "minutes"},
            "resolved_at": "metric_set.solved_at",
            "replies": "metric_set.replies",
            "rating": {"paths": "satisfaction_rating.score", "map": {"offered": "", "unoffered": ""}},
        },
        "defaults": {"source": "zendesk"},
        "status_map": {"new": "new", "open": "open", "pending": "pending", "hold": "on_hold", "solved": "resolved",
                       "closed": "closed"},
        "ticket_path": "/api/v2/tickets/{id}.json",
        "ticket_record": "ticket",
        # The audits have the comments and all changes, so that both cost one request:
        # https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/#list-audits-for-a-ticket
        "conversation": {
            "path": "/api/v2/tickets/{id}/audits",
            "records": "audits",
            "next": "links.next",
            "params": {"page[size]": "100", "include": "users"},
            # An agent may enter what somebody else wrote: the audit is the agent's, and the comment is not.
            # https://developer.zendesk.com/documentation/ticketing/reference-guides/ticket-audit-events-reference/
            "lookups": {
                "author": {"records": "users", "by": "author_id"},
                "writer": {"records": "users", "by": f"{_COMMENT}.author_id"},
            },
            "id": f"{_COMMENT}.id",
            "body": [
                f"{_COMMENT}.plain_body",
                f"{_COMMENT}.body",
                "events[type=VoiceComment].body",
                "events[type=FacebookComment].body",
                "events[type=Tweet].body",
            ],
            "author": {"paths": ["@writer.name", f"{_COMMENT}.author_id", "@author.name", "author_id"], "map": _ITSELF},
            "internal_when": {f"{_COMMENT}.public": "false", "events[type=VoiceComment].public": "false"},
            # A customer's colleague who gets copies may reply, too.
            "customer_when": {"@writer.role": "end-user", "@author.role": "end-user"},
            "same_as": {
                f"{_COMMENT}.author_id": "requester_id",
                "events[type=VoiceComment].author_id": "requester_id",
                "author_id": "requester_id",
            },
        },
        "events": {
            "among_messages": True,
            "author": _AUTHOR,
            "changes": "events",
            # What a ticket is created with comes in the same list, and is no change.
            "field": "[type=Change].field_name",
            "fields": {"status": "status", "assignee": "assignee_id", "team": "group_id", "priority": "priority"},
            "old": "previous_value",
            "new": "value",
            "old_id": "previous_value",
            "new_id": "value",
            "tables": {
                "assignee": {
                    "path": "/api/v2/users.json?role[]=agent&role[]=admin",
                    "params": {"page[size]": "100"},
                    "records": "users",
                    "value": "name",
                    "next": "links.next",
                },
                "team": {
                    "path": "/api/v2/groups.json",
                    "params": {"page[size]": "100"},
                    "records": "groups",
                    "value": "name",
                    "next": "links.next",
                },
            },
        },
        "oauth_path": "/oauth/tokens",
        "oauth_scope": "read",
        "oauth_style": "json",
        "client_id": "{client_id}",
    },
)  # fmt: skip
