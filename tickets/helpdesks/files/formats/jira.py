"""Jira's issues: the CSV of an issue search, and JSON from its REST API.

https://support.atlassian.com/jira-software-cloud/docs/export-your-issues-from-jira/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/. Dates in CSV are as
`dd/MMM/yy h:mm a`, unless an administrator chose another format in Jira's look and feel.
"""

from typing import Final

from tickets.helpdesks.files.formats.known_format import KnownFormat
from tickets.helpdesks.mapping.field_rule import as_rule

_STATUS_MAP: Final = {
    "To Do": "open",
    "Backlog": "open",
    "Waiting for support": "open",
    "Escalated": "open",
    "Work in progress": "in_progress",
    "In Review": "in_progress",
    "Waiting for customer": "pending",
    "Waiting for approval": "pending",
    "Canceled": "closed",
    "Declined": "closed",
}
_CATEGORIES: Final = {"new": "open", "indeterminate": "in_progress", "done": "resolved"}

FORMATS: Final = (
    KnownFormat(
        label="Jira issues (CSV)",
        shape="csv",
        marks=(("Issue key",), ("Summary",), ("Created",), ("Issue Type", "Issue id", "Project key", "Status")),
        fields={
            name: as_rule(columns)
            for name, columns in {
                "id": "Issue key",
                "created_at": "Created",
                "updated_at": "Updated",
                "resolved_at": "Resolved",
                "due_at": ("Due date", "Due"),
                "subject": "Summary",
                "message": "Description",
                "status": ("Status", "Status Category"),
                "customer_id": ("Reporter", "Creator"),
                "customer_name": "Reporter",
                "organisation": "Custom field (Organizations)",
                "assignee": "Assignee",
                "team": "Project name",
                "priority": "Priority",
                "type": "Issue Type",
                "tags": "Labels",
                "extra.resolution": "Resolution",
            }.items()
        },
        joined=frozenset({"tags"}),
        are_tags_spaced=True,
        status_map=_STATUS_MAP,
        defaults={"source": "jira"},
        no_value={"assignee": frozenset({"unassigned"}), "extra.resolution": frozenset({"unresolved"})},
        date_formats=("%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%y"),
        is_zoneless=True,
    ),
    KnownFormat(
        label="Jira issues (JSON)",
        shape="json",
        marks=(("key",), ("fields.summary",), ("fields.created",)),
        fields={
            name: as_rule(paths)
            for name, paths in {
                "id": "key",
                "created_at": "fields.created",
                "updated_at": "fields.updated",
                "resolved_at": "fields.resolutiondate",
                "due_at": "fields.duedate",
                "subject": "fields.summary",
                "message": "fields.description",
                "status": ("fields.status.name", "fields.status.statusCategory.key"),
                "customer_id": (
                    "fields.reporter.emailAddress",
                    "fields.reporter.displayName",
                    "fields.creator.displayName",
                ),
                "customer_name": "fields.reporter.displayName",
                "assignee": "fields.assignee.displayName",
                "team": "fields.project.name",
                "priority": "fields.priority.name",
                "type": "fields.issuetype.name",
                "tags": "fields.labels",
                "extra.resolution": "fields.resolution.name",
            }.items()
        },
        status_map=_STATUS_MAP | _CATEGORIES,
        defaults={"source": "jira"},
    ),
)
