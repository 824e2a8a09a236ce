"""Jira Cloud and Jira Service Management.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

_FIELDS = (
    "summary,description,status,priority,issuetype,project,reporter,creator,assignee,labels,created,updated,"
    "resolutiondate,resolution,duedate"
)

PRESET = Preset(
    kind="jira",
    label="Jira",
    url="https://{site}.atlassian.net",
    variables=(
        Variable(name="site", label="Site", help="The first part of the address: SITE.atlassian.net.", example="acme"),
        Variable(
            name="project",
            label="Project",
            help="The project's key, as in the numbers of its issues.",
            example="SUP",
            pattern=r"[A-Za-z][A-Za-z0-9_]*",
            is_scope=True,
        ),
    ),
    auth="basic",
    auth_name_label="Mail address of the account",
    key_label="API token",
    key_help="Create an API token in the Atlassian account. For a token with scopes, the URL is "
    "https://api.atlassian.com/ex/jira/CLOUD_ID.",
    key_url="https://id.atlassian.com/manage-profile/security/api-tokens",
    rights="An account that can browse the project; with scopes: read:jira-work and read:jira-user.",
    reads="Every issue of the project with its description, assignee, type, priority, labels, resolution date and "
    "changelog, and the comments of issues that changed in the last 90 days. A status that is not known by its name counts "
    "by its category.",
    deletes="An issue missing from a full sync counts as deleted, also one that was moved to another project.",
    requests="One per 100 issues, one that checks the token, one for the statuses, and one for the comments of each new or changed issue. "
    "Jira compares times in the zone of the account, so each sync also reads the changes of the 13 hours before the last "
    "one.",
    key_days=365,
    webhook=Webhook(
        header="X-Hub-Signature",
        algorithm="sha256",
        prefix="sha256=",
        id="issue.key",
        setup="As a Jira administrator, open Settings, System, WebHooks, and add one with a secret, the filter "
        "project = KEY, and the events of issues and comments.",
    ),
    settings={
        "path": "/rest/api/3/search/jql",
        "records": "issues",
        "paging": "cursor",
        "cursor": "nextPageToken",
        "cursor_param": "nextPageToken",
        "stop_when": {"isLast": "true"},
        "size_param": "maxResults",
        "largest_page": 100,
        # By creation, no issue moves between two pages. Jira requires a condition besides the order.
        "params": {
            "jql": 'project = "{project}" AND updated >= "{since:%Y-%m-%d %H:%M}" ORDER BY created ASC, key ASC',
            "fields": _FIELDS,
            "expand": "changelog",
        },
        "first_since": "1990-01-01T00:00:00Z",
        # JQL knows times to the minute and in the zone of the account, up to 12 hours behind UTC; the search may lag.
        "overlap_minutes": 780,
        "fields": {
            "id": "key",
            "subject": "fields.summary",
            "message": "fields.description",
            # Many accounts hide their address, and two people may have the same name.
            "customer_id": [
                "fields.reporter.emailAddress",
                "fields.reporter.accountId",
                "fields.creator.displayName",
            ],
            "customer_name": "fields.reporter.displayName",
            "status": ["fields.status.name", "fields.status.statusCategory.key"],
            "created_at": "fields.created",
            "updated_at": "fields.updated",
            "resolved_at": "fields.resolutiondate",
            "assignee": "fields.assignee.displayName",
            "team": "fields.project.name",
            "priority": "fields.priority.name",
            "type": "fields.issuetype.name",
            "tags": "fields.labels",
            "url": {"template": "https://{site}.atlassian.net/browse/{key}"},
            "due_at": "fields.duedate",
            "extra": {"resolution": "fields.resolution.name"},
        },
        "defaults": {"source": "jira"},
        "status_map": {
            "To Do": "open",
            "Waiting for support": "open",
            "Escalated": "open",
            "Work in progress": "in_progress",
            "In Review": "in_progress",
            "Waiting for customer": "pending",
            "Waiting for approval": "pending",
            "Canceled": "closed",
            "Declined": "closed",
            # The categories of statuses that a site names itself.
            "new": "open",
            "indeterminate": "in_progress",
            "done": "resolved",
        },
        "conversation": {
            "path": "/rest/api/3/issue/{id}/comment",
            "params": {"maxResults": "500", "orderBy": "-created"},
            "records": "comments",
            "body": "body",
            "author": "author.displayName",
            "created_at": "created",
            "same_as": {"author.accountId": "fields.reporter.accountId"},
            # Colleagues of the reporter may comment in the portal, too.
            "customer_when": {"author.accountType": "customer"},
            "internal_when": {"jsdPublic": "false"},
        },
        "events": {
            "records": "changelog.histories",
            "total": "changelog.total",
            "created_at": "created",
            "author": "author.displayName",
            "changes": "items",
            "field": "field",
            "fields": {"status": "status", "assignee": "assignee", "priority": "priority"},
            "old": "fromString",
            "new": "toString",
            "old_id": "from",
            "new_id": "to",
            # Statuses that a site named itself count by their category, as in the issues.
            "tables": {"status": {"path": "/rest/api/3/status", "value": ["name", "statusCategory.key"]}},
        },
        "ticket_path": "/rest/api/3/issue/{id}",
        # Without a valid token, Jira may answer as to a visitor, for whom the list is empty.
        "check_path": "/rest/api/3/myself",
    },
)
