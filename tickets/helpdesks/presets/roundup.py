"""Roundup 2 by its REST API, classic tracker. https://www.roundup-tracker.org/docs/rest.html"""

from tickets.helpdesks.presets.preset import Preset

PRESET = Preset(
    kind="roundup",
    label="Roundup",
    auth="basic",
    auth_name_label="User name",
    key_label="Password",
    key_help="Use a user of its own for SupportSaaS. The address is that of the tracker, for example https://help.example.com/support.",
    rights="A user with the permission Rest Access who may see the issues and messages.",
    reads="Every issue the user sees, with status, priority, owner, keywords, and the messages of issues that changed in "
    "the last 90 days. Set conversation.days to 0 to read all messages.",
    deletes="An issue missing from a full sync counts as deleted. Roundup does not list retired issues.",
    requests="One per 100 issues, and one for the messages of each new or changed issue.",
    settings={
        "path": "/rest/data/issue",
        # Roundup refuses requests without this header, as protection against forged ones.
        "headers": {"X-Requested-With": "rest"},
        "params": {
            "@fields": "title,status,priority,messages,assignedto,creator,creation,activity,keyword",
            "@verbose": "2",
            "@sort": "id",
        },
        "size_param": "@page_size",
        "largest_page": 100,
        "paging": "page",
        "page_param": "@page_index",
        "records": "data.collection",
        "total": "data.@total_size",
        "absent": "deleted",
        "fields": {
            "id": "id",
            "subject": "title",
            "customer_id": ["creator.username", "creator.id"],
            "status": "status.name",
            "created_at": "creation",
            "updated_at": "activity",
            "assignee": "assignedto.username",
            "priority": "priority.name",
            "tags": "keyword[].name",
            "url": {"template": "/issue{id}"},
        },
        "defaults": {"source": "roundup"},
        "date_format": "%Y-%m-%d.%H:%M:%S",
        "status_map": {
            "unread": "new",
            "deferred": "on_hold",
            "chatting": "open",
            "need-eg": "pending",
            "in-progress": "in_progress",
            "testing": "in_progress",
            "done-cbb": "resolved",
            "resolved": "resolved",
        },
        "since_param": "activity",
        "since_format": "from %Y-%m-%d.%H:%M:%S",
        # Roundup reads the time in the zone of the user's settings, which is at most 14 hours from UTC.
        "overlap_minutes": 14 * 60,
        "conversation": {
            "path": "/rest/data/msg",
            "by": "messages[].id",
            "params": {"id": "{id}", "@fields": "content,author,creation", "@verbose": "3"},
            "records": "data.collection",
            "body": "content",
            "author": "author.username",
            "created_at": "creation",
            "same_as": {"author.id": "creator.id"},
        },
    },
)
