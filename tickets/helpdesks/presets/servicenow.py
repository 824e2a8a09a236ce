"""ServiceNow by its Table API. https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html"""

from tickets.helpdesks.presets.preset import Preset, Variable

_FIELDS = (
    "sys_id,number,short_description,description,state,priority,category,contact_type,sys_created_on,sys_updated_on,"
    "resolved_at,closed_at,due_date,assigned_to,assignment_group,company,account,caller_id,caller_id.email,"
    "caller_id.user_name,contact,contact.email,contact.user_name,opened_by,reopen_count,sys_tags"
)

PRESET = Preset(
    kind="servicenow",
    label="ServiceNow",
    url="https://{instance}.service-now.com",
    variables=(
        Variable(
            name="instance",
            label="Instance",
            help="The first part of the address: INSTANCE.service-now.com.",
            example="acme",
        ),
        Variable(
            name="table",
            label="Table",
            help="The table of the tickets: incident, or sn_customerservice_case for customer service.",
            example="incident",
            default="incident",
            pattern=r"[a-z][a-z0-9_]*",
            is_scope=True,
        ),
    ),
    auth="basic",
    auth_name_label="User name",
    key_label="Password",
    key_help="Create a user for the integration with web service access only. For OAuth 2, choose it as authentication, "
    "set client_id, and enter the client secret.",
    rights="Read access to the table (for incidents, the role sn_incident_read) and to sys_journal_field for comments and "
    "work notes. Without the latter, tickets come without replies. Use English as the user's language.",
    reads="Every record of the table with its description, caller, assignee, group, priority, category and dates, and "
    "the comments and work notes of those that changed in the last 90 days.",
    deletes="A record missing from a full sync counts as deleted.",
    requests="One per 100 records, and one for the comments of each new or changed one. ServiceNow may compare times in "
    "the zone of the user, so each sync also reads the changes of the 13 hours before the last one.",
    settings={
        "path": "/api/now/table/{table}",
        "records": "result",
        "paging": "offset",
        "offset_param": "sysparm_offset",
        "size_param": "sysparm_limit",
        "largest_page": 1000,
        "total": "header:X-Total-Count",
        # Access rules take records out of the pages: https://support.servicenow.com/kb?sysparm_article=KB3047115
        "steps_by_size": True,
        # By creation, no record moves between two pages.
        "params": {
            "sysparm_query": "sys_updated_on>={since:%Y-%m-%d %H:%M:%S}^ORDERBYsys_created_on^ORDERBYsys_id",
            "sysparm_display_value": "all",
            "sysparm_exclude_reference_link": "true",
            "sysparm_fields": _FIELDS,
        },
        "first_since": "1990-01-01T00:00:00Z",
        "overlap_minutes": 780,
        "fields": {
            "id": "number.value",
            "subject": "short_description.value",
            "message": "description.value",
            # Two people may have the same name.
            "customer_id": [
                r"caller_id\.email.value",
                r"contact\.email.value",
                "caller_id.value",
                "contact.value",
                "opened_by.display_value",
            ],
            "customer_name": ["caller_id.display_value", "contact.display_value"],
            "organisation": ["account.display_value", "company.display_value"],
            "status": "state.display_value",
            # The values are in UTC, what is displayed is in the zone of the user.
            "created_at": "sys_created_on.value",
            "updated_at": "sys_updated_on.value",
            "resolved_at": ["resolved_at.value", "closed_at.value"],
            "due_at": "due_date.value",
            "assignee": "assigned_to.display_value",
            "team": "assignment_group.display_value",
            "priority": "priority.display_value",
            "type": "category.display_value",
            "source": {
                "paths": "contact_type.display_value",
                "map": {
                    "Email": "email",
                    "Phone": "phone",
                    "Chat": "chat",
                    "Self-service": "self-service",
                    "Virtual Agent": "virtual agent",
                    "Walk-in": "walk-in",
                },
            },
            "tags": "sys_tags.display_value",
            "url": {"template": "https://{instance}.service-now.com/{table}.do?sys_id={sys_id.value}"},
            "extra": {"reopened": "reopen_count.value"},
        },
        "defaults": {"source": "servicenow"},
        "status_map": {
            "New": "open",
            "Open": "open",
            "In Progress": "in_progress",
            "On Hold": "on_hold",
            "Awaiting Info": "pending",
            "Resolved": "resolved",
            "Closed": "closed",
            "Canceled": "closed",
            "Cancelled": "closed",
        },
        "conversation": {
            "path": "/api/now/table/sys_journal_field",
            "by": "sys_id.value",
            "needed": False,
            "params": {
                "sysparm_query": "element_id={id}^elementINcomments,work_notes^ORDERBYDESCsys_created_on",
                "sysparm_fields": "sys_id,element,value,sys_created_by,sys_created_on",
                "sysparm_limit": "500",
            },
            "records": "result",
            "id": "sys_id",
            "body": "value",
            "author": "sys_created_by",
            "created_at": "sys_created_on",
            "same_as": {"sys_created_by": r"caller_id\.user_name.value|contact\.user_name.value"},
            "internal_when": {"element": "work_notes"},
        },
        "oauth_path": "/oauth_token.do",
    },
)
