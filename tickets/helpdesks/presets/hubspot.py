"""HubSpot tickets. https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/search/post-crm-v3-objects-tickets-search"""

from tickets.helpdesks.presets.preset import Preset

_PROPERTIES = [
    "subject",
    "content",
    "createdate",
    "hs_lastmodifieddate",
    "closed_date",
    "first_agent_reply_date",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "hs_ticket_category",
    "hubspot_owner_id",
    "source_type",
    "hs_all_associated_contact_emails",
    "hs_all_associated_contact_firstnames",
    "hs_all_associated_contact_lastnames",
    "hs_all_associated_contact_companies",
]

PRESET = Preset(
    kind="hubspot",
    label="HubSpot",
    url="https://api.hubapi.com",
    auth="bearer",
    key_label="Access token of a private app",
    key_help="In HubSpot, open Settings, Integrations, Private Apps, and create an app with the scopes below. Its access "
    "token is on the page Auth.",
    key_url="https://app.hubspot.com/l/settings/integrations/private-apps",
    rights="Scopes: tickets and crm.objects.owners.read.",
    reads="Every ticket with its description, pipeline stage, owner, priority, category, source and contact. A stage that "
    "is not known by its name counts as open or closed, as set in HubSpot. E-mails and chats of a ticket are not read.",
    deletes="Deleted tickets are listed by HubSpot; a ticket missing from a full sync counts as deleted, too.",
    requests="One per 100 tickets, one per 100 deleted tickets, and two for owners and pipelines. HubSpot allows five "
    "searches a second for each account.",
    settings={
        "path": "/crm/v3/objects/tickets/search",
        "method": "POST",
        # HubSpot lists no more than 10,000 results of one search, and with `after`, a ticket that changes meanwhile
        # moves others to pages that were already read. So each page asks for the ids after the last one.
        "body": {
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": "hs_object_id", "operator": "GT", "value": "{cursor}"},
                        {
                            "propertyName": "hs_lastmodifieddate",
                            "operator": "GTE",
                            "value": "{since:epoch_ms}",
                        },
                    ]
                }
            ],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": _PROPERTIES,
            "limit": "{size}",
        },
        "records": "results",
        "paging": "cursor",
        "cursor": "last:id",
        "stop_when": {"paging.next.after": "-"},
        "size_param": "",
        "largest_page": 100,
        # The search learns of changes a little later.
        "overlap_minutes": 10,
        "fields": {
            "id": "id",
            "subject": "properties.subject",
            "message": "properties.content",
            # A ticket may have several contacts, separated by semicolons.
            "customer_id": {"paths": "properties.hs_all_associated_contact_emails", "before": ";"},
            "customer_name": {
                "template": "{properties.hs_all_associated_contact_firstnames?} "
                "{properties.hs_all_associated_contact_lastnames?}",
                "before": ";",
            },
            "status": ["@stage.label", "@stage.metadata.ticketState", "properties.hs_pipeline_stage"],
            "created_at": ["properties.createdate", "createdAt"],
            "updated_at": ["properties.hs_lastmodifieddate", "updatedAt"],
            "resolved_at": "properties.closed_date",
            "first_reply_at": "properties.first_agent_reply_date",
            "assignee": ["@owner.email", "properties.hubspot_owner_id"],
            "team": "@owner.teams[primary=true].name",
            "priority": "properties.hs_ticket_priority",
            "type": "properties.hs_ticket_category",
            "organisation": {"paths": "properties.hs_all_associated_contact_companies", "before": ";"},
            "source": {
                "paths": "properties.source_type",
                "map": {"CHAT": "chat", "EMAIL": "email", "FORM": "form", "PHONE": "phone"},
            },
            "url": "url",
        },
        "defaults": {"source": "hubspot"},
        "lookups": {
            "owner": {
                "path": "/crm/v3/owners",
                "records": "results",
                "by": "properties.hubspot_owner_id",
                "params": {"limit": "100"},
                "next": "paging.next.link",
                "needed": False,
            },
            "stage": {
                "path": "/crm/v3/pipelines/tickets",
                "records": "results[].stages",
                "by": "properties.hs_pipeline_stage",
            },
        },
        "status_map": {
            "Waiting on contact": "pending",
            "Waiting on us": "open",
            "OPEN": "open",
            "CLOSED": "closed",
        },
        "deleted": [
            {
                "path": "/crm/v3/objects/tickets",
                "records": "results",
                "params": {"archived": "true", "limit": "100"},
                "next": "paging.next.link",
            }
        ],
        "ticket_path": "/crm/v3/objects/tickets/{id}",
        "budgets": {"/crm/v3/objects/tickets/search": "4/1"},
    },
)
