"""Redmine 4 and later. https://www.redmine.org/projects/redmine/wiki/Rest_Issues"""

from tickets.helpdesks.presets.preset import Preset

PRESET = Preset(
    kind="redmine",
    label="Redmine",
    auth="header",
    auth_name="X-Redmine-API-Key",
    key_help="In Redmine, open My account and show the API access key. An administrator must have turned on the REST "
    "web service (Administration, Settings, API).",
    rights="The key of a user who sees the projects.",
    reads="Every issue the user sees, open or closed, with its description, assignee, project, tracker and priority, and "
    "the notes and changes of the status of issues that changed in the last 90 days.",
    deletes="An issue missing from a full sync counts as deleted.",
    requests="One per 100 issues, one that checks the key, one for the statuses, and one for the journals of each new or changed issue.",
    settings={
        "path": "/issues.json",
        "records": "issues",
        "paging": "offset",
        "size_param": "limit",
        "largest_page": 100,
        "total": "total_count",
        # The default list hides closed issues. Sorted by id, no issue moves between two pages.
        "params": {"status_id": "*", "sort": "id"},
        "fields": {
            "id": "id",
            "subject": "subject",
            "message": "description",
            "customer_id": "author.name",
            "status": "status.name",
            "created_at": "created_on",
            "updated_at": "updated_on",
            "resolved_at": "closed_on",
            "assignee": "assigned_to.name",
            "team": "project.name",
            "type": "tracker.name",
            "priority": "priority.name",
            "due_at": "due_date",
            "url": {"template": "/issues/{id}"},
        },
        "defaults": {"source": "redmine"},
        "status_map": {
            "New": "open",
            "In Progress": "in_progress",
            "Feedback": "pending",
            "Resolved": "resolved",
            "Closed": "closed",
            "Rejected": "closed",
        },
        "conversation": {
            "path": "/issues/{id}.json",
            "params": {"include": "journals"},
            "records": "issue.journals",
            "body": "notes",
            "author": "user.name",
            "created_at": "created_on",
            "same_as": {"user.id": "author.id"},
            "internal_when": {"private_notes": "true"},
        },
        "events": {
            "among_messages": True,
            "created_at": "created_on",
            "author": "user.name",
            "changes": "details",
            "field": "name",
            "fields": {"status": "status_id"},
            "old_id": "old_value",
            "new_id": "new_value",
            "tables": {"status": {"path": "/issue_statuses.json", "records": "issue_statuses", "value": "name"}},
        },
        "since_param": "updated_on",
        "since_format": ">=%Y-%m-%dT%H:%M:%SZ",
        # With a wrong key the list is empty with status 200; this path returns 401.
        "check_path": "/users/current.json",
    },
)
