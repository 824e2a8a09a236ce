"""GitHub's issues as JSON: from its REST API, and from `gh issue list --json`. GitHub exports no issues as CSV.

https://docs.github.com/en/rest/issues/issues#list-repository-issues and https://cli.github.com/manual/gh_issue_list
"""

from typing import Final

from tickets.helpdesks.files.formats.known_format import KnownFormat
from tickets.helpdesks.mapping.field_rule import as_rule

FORMATS: Final = (
    KnownFormat(
        label="GitHub issues (REST API)",
        shape="json",
        marks=(("number",), ("title",), ("state",), ("created_at",), ("node_id",), ("html_url",)),
        fields={
            name: as_rule(path)
            for name, path in {
                "id": "number",
                "created_at": "created_at",
                "updated_at": "updated_at",
                "resolved_at": "closed_at",
                "due_at": "milestone.due_on",
                "subject": "title",
                "message": "body",
                "status": "state",
                "customer_id": "user.login",
                "assignee": "assignee.login",
                "type": "type.name",
                "tags": "labels[].name",
                "url": "html_url",
                "replies": "comments",
                "extra.milestone": "milestone.title",
                "extra.reason": "state_reason",
            }.items()
        },
        defaults={"source": "github"},
        left_out={"pull_request": "*"},
        left_out_as="pull requests",
    ),
    KnownFormat(
        label="GitHub issues (gh issue list)",
        shape="json",
        marks=(("number",), ("title",), ("createdAt",)),
        fields={
            name: as_rule(path)
            for name, path in {
                "id": "number",
                "created_at": "createdAt",
                "updated_at": "updatedAt",
                "resolved_at": "closedAt",
                "due_at": "milestone.dueOn",
                "subject": "title",
                "message": "body",
                "status": "state",
                "customer_id": "author.login",
                "customer_name": "author.name",
                "assignee": "assignees.0.login",
                "tags": "labels[].name",
                "url": "url",
                "extra.milestone": "milestone.title",
                "extra.reason": "stateReason",
            }.items()
        },
        defaults={"source": "github"},
    ),
)
