"""GitLab issues, on gitlab.com or self-managed. https://docs.gitlab.com/api/issues/#list-project-issues"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

PRESET = Preset(
    kind="gitlab",
    label="GitLab",
    url="https://gitlab.com",
    variables=(
        Variable(
            name="project",
            label="Project",
            help="The project's path as in its address, or its number.",
            example="acme/support",
            pattern=r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*",
            is_quoted=True,
            is_scope=True,
        ),
    ),
    auth="header",
    auth_name="PRIVATE-TOKEN",
    key_label="Access token",
    key_help="In GitLab, open the project, Settings, Access tokens, and add a token with the role Reporter and the scope "
    "read_api. For a self-managed GitLab, enter its URL.",
    rights="Scope read_api; role Reporter, which also sees confidential issues and internal notes.",
    reads="Every issue and Service Desk ticket, open or closed, with its text, labels and assignee, and the comments of "
    "those that changed in the last 90 days.",
    deletes="An issue missing from a full sync counts as deleted.",
    requests="One per 100 issues, and one for the comments of each new or changed issue.",
    key_days=365,
    webhook=Webhook(
        header="X-Gitlab-Token",
        id="object_attributes.iid",
        setup="In the project, open Settings, Webhooks, and add one with a secret token and the trigger Issues events.",
    ),
    settings={
        "path": "/api/v4/projects/{project}/issues",
        "paging": "page",
        "size_param": "per_page",
        "largest_page": 100,
        # Left out by GitLab for more than 10,000 issues.
        "total": "header:X-Total",
        # GitLab may list no more than 50,000 by page: https://docs.gitlab.com/api/rest/#offset-based-pagination
        "params": {"scope": "all", "state": "all", "order_by": "updated_at", "sort": "asc"},
        "in_change_order": True,
        "since_param": "updated_after",
        "since_format": "%Y-%m-%dT%H:%M:%S.%fZ",
        "fields": {
            "id": "iid",
            "subject": "title",
            "message": "description",
            # A Service Desk issue is written by a bot for the customer with this address.
            "customer_id": ["service_desk_reply_to", "author.username"],
            "customer_name": {"paths": "author.name", "map": {"GitLab Support Bot": ""}},
            "status": "state",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "resolved_at": "closed_at",
            "assignee": ["assignee.name", "assignees.0.name"],
            "type": "issue_type",
            "tags": "labels",
            "url": "web_url",
            "replies": "user_notes_count",
            "due_at": "due_date",
            "extra": {"milestone": "milestone.title"},
        },
        "defaults": {"source": "gitlab"},
        "status_map": {"opened": "open", "closed": "closed", "locked": "closed"},
        "conversation": {
            "path": "/api/v4/projects/{project}/issues/{id}/notes",
            "params": {"sort": "asc", "order_by": "created_at", "per_page": "100"},
            "next": "header:Link",
            "body": "body",
            "author": "author.name",
            "created_at": "created_at",
            "same_as": {"author.id": "author.id"},
            "internal_when": {"internal": "true", "confidential": "true"},
            "skip_where": {"system": "true"},
        },
        "ticket_path": "/api/v4/projects/{project}/issues/{id}",
    },
)
