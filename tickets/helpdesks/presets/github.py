"""GitHub issues. https://docs.github.com/en/rest/issues/issues#list-repository-issues"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

PRESET = Preset(
    kind="github",
    label="GitHub",
    url="https://api.github.com",
    variables=(
        Variable(
            name="repo",
            label="Repository",
            help="Owner and name of the repository, as in its address.",
            example="acme/support",
            pattern=r"[A-Za-z0-9][\w.-]*/[\w.-]+",
            is_scope=True,
        ),
    ),
    auth="bearer",
    key_label="Access token",
    key_help="In GitHub, open Settings, Developer settings, Personal access tokens, Fine-grained tokens, and generate a "
    "token for the repository. If the token has an end, enter that day, too. For GitHub Enterprise Server, the URL is "
    "https://HOST/api/v3.",
    key_url="https://github.com/settings/personal-access-tokens/new",
    rights="Repository permissions: Issues, read-only.",
    reads="Every issue, open or closed, with its text, labels, assignee and type, but no pull requests; and the "
    "timeline of issues that changed in the last 90 days: comments, closings and reopenings.",
    deletes="An issue missing from a full sync counts as deleted, also one that was transferred to another repository.",
    requests="One per 100 issues and pull requests, and one for the timeline of each new or changed issue. GitHub allows "
    "5,000 an hour for each user.",
    webhook=Webhook(
        header="X-Hub-Signature-256",
        algorithm="sha256",
        prefix="sha256=",
        id="issue.number",
        setup="In the repository, open Settings, Webhooks, and add one with the content type application/json, a secret, "
        "and the events Issues and Issue comments.",
    ),
    settings={
        "path": "/repos/{repo}/issues",
        "headers": {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        "paging": "page",
        "size_param": "per_page",
        "largest_page": 100,
        # By page or link, an issue that is deleted meanwhile would move another to a page that was already read.
        "params": {"state": "all", "sort": "updated", "direction": "asc"},
        "in_change_order": True,
        "since_param": "since",
        "skip_where": {"pull_request": "*"},
        "fields": {
            "id": "number",
            "subject": "title",
            "message": "body",
            "customer_id": "user.login",
            "status": "state",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "resolved_at": "closed_at",
            "assignee": "assignee.login",
            "type": "type.name",
            "tags": "labels[].name",
            "url": "html_url",
            "replies": "comments",
            "due_at": "milestone.due_on",
            "extra": {"milestone": "milestone.title", "reason": "state_reason"},
        },
        "defaults": {"source": "github"},
        "status_map": {"open": "open", "closed": "closed"},
        # The timeline has the comments, and who closed and reopened the issue, in one list:
        # https://docs.github.com/en/rest/issues/timeline
        "conversation": {
            "path": "/repos/{repo}/issues/{id}/timeline",
            "params": {"per_page": "100"},
            "next": "header:Link",
            "body": "body",
            "author": "user.login",
            "created_at": "created_at",
            "same_as": {"user.login": "user.login"},
            # Whoever has nothing to do with the repository is no agent, except a bot.
            "customer_when": {"[user.type=User].author_association": "NONE|FIRST_TIMER|FIRST_TIME_CONTRIBUTOR"},
        },
        "events": {
            "among_messages": True,
            "author": "actor.login",
            "field": "event",
            "fields": {"status": "closed|reopened"},
            "old": {"paths": "event", "map": {"closed": "open", "reopened": "closed"}},
            "new": {"paths": "event", "map": {"reopened": "open"}},
        },
        "ticket_path": "/repos/{repo}/issues/{id}",
        # The secondary limits come without headers: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
        "answers": [{"status": 403, "contains": "rate limit", "means": "wait"}],
    },
)
