"""Help Scout's Inbox API 2. https://developer.helpscout.com/mailbox-api/endpoints/conversations/list/"""

from tickets.helpdesks.presets.preset import Preset, Variable, Webhook

PRESET = Preset(
    kind="helpscout",
    label="Help Scout",
    url="https://api.helpscout.net",
    variables=(
        Variable(
            name="client_id",
            label="App ID",
            help="The App ID of the app that you create for SupportSaaS.",
            example="Xq3vT7mB",
            pattern=r"[A-Za-z0-9_-]+",
        ),
    ),
    auth="oauth2",
    key_label="App secret",
    key_help="In Help Scout, open your profile, My Apps, and create an app. Its page shows the App ID and the App Secret; "
    "any redirection URL does.",
    key_url="https://secure.helpscout.net/users/apps/",
    rights="A user who may see the inboxes.",
    reads="Every conversation, whatever its status, with all its messages, customer, assignee, inbox, tags, channel and "
    "closing time. Help Scout shortens long Beacon chats in its list.",
    deletes="A conversation missing from a full sync counts as deleted, and so does spam.",
    requests="One per 25 conversations, one for the names of inboxes, and one per access token.",
    page_size=50,
    webhook=Webhook(
        header="X-HelpScout-Signature",
        algorithm="sha1",
        encoding="base64",
        id="id",
        setup="In Help Scout, open Manage, Apps, Webhooks, enter the address and a secret key, and choose the events of "
        "conversations.",
    ),
    settings={
        "path": "/v2/conversations",
        "records": "_embedded.conversations",
        "lacks_empty_list": True,
        "size_param": "",
        # Sorted by creation, no conversation moves between two pages while it is read.
        "params": {"status": "all", "embed": "threads", "sortField": "createdAt", "sortOrder": "asc"},
        "paging": "next",
        "next": "_links.next.href",
        "total": "page.totalElements",
        "since_param": "modifiedSince",
        "absent": "deleted",
        "skip_where": {"state": "draft"},
        "deleted_when": {"state": "deleted", "status": "spam"},
        "lookups": {
            "inbox": {"path": "/v2/mailboxes", "records": "_embedded.mailboxes", "next": "_links.next.href",
                      "by": "mailboxId", "needed": False},
        },
        "fields": {
            "id": "id",
            "subject": "subject",
            # Threads come with the newest first.
            "message": ["_embedded.threads[type=customer,by=createdAt].body",
                        "_embedded.threads[type=beaconchat,by=createdAt].body",
                        "_embedded.threads[type=chat,by=createdAt].body",
                        "_embedded.threads[type=phone,by=createdAt].body",
                        "_embedded.threads[type=message,by=createdAt].body", "preview"],
            "customer_id": ["primaryCustomer.email", "primaryCustomer.id"],
            "customer_name": {"template": "{primaryCustomer.first?} {primaryCustomer.last?}"},
            "status": "status",
            "source": "type",
            "created_at": "createdAt",
            "updated_at": "userUpdatedAt",
            "assignee": "assignee.email",
            "team": "@inbox.name",
            "tags": "tags[].tag",
            "url": "_links.web.href",
            "resolved_at": "closedAt",
        },
        "defaults": {"source": "helpscout"},
        "status_map": {"active": "open", "open": "open", "pending": "pending", "closed": "closed"},
        "ticket_path": "/v2/conversations/{id}?embed=threads",
        "conversation": {
            "records": "_embedded.threads",
            "body": "body",
            "author": ["createdBy.email", "createdBy.id"],
            "created_at": "createdAt",
            # What is forwarded goes to somebody else.
            "internal_when": {"type": "note|forwardparent"},
            "customer_when": {"createdBy.type": "customer", "type": "customer"},
            # Drafts, and replies that Help Scout holds back because another agent replied meanwhile, are not sent.
            "skip_where": {"type": "lineitem", "state": "draft|underreview"},
        },
        "oauth_path": "/v2/oauth2/token",
        "client_id": "{client_id}",
    },
)  # fmt: skip
