"""Znuny, the successor of OTRS Community Edition, by its generic interface. OTOBO has the same.

https://doc.znuny.org/znuny_lts/processes/genericinterface/index.html
"""

from tickets.helpdesks.presets.preset import Preset, Variable

_SERVICE = "/nph-genericinterface.pl/Webservice/{webservice}"

PRESET = Preset(
    kind="znuny",
    label="Znuny",
    variables=(
        Variable(
            name="agent",
            label="Agent",
            help="The user name of an agent who may read the tickets.",
            example="supportsaas",
            pattern=r"[\w.@+-]+",
        ),
        Variable(
            name="webservice",
            label="Web service",
            help="Its name under Admin, Web Services.",
            example="GenericTicketConnectorREST",
            default="GenericTicketConnectorREST",
            pattern=r"[\w.-]+",
        ),
    ),
    auth="query",
    auth_name="Password",
    key_label="Password",
    key_help="The URL includes the path of Znuny, for example https://help.example.com/znuny. Under Admin, Web Services, add a "
    "web service of the type HTTP::REST, or import Znuny's example GenericTicketConnectorREST.yml. It needs TicketSearch at "
    "the route /Ticket and TicketGet at the route /TicketList, both by GET. Znuny takes the password in the address, so "
    "use HTTPS and an agent only for this, and keep its addresses out of the web server's log.",
    rights="An agent with read-only rights (ro) on the queues.",
    reads="Every ticket that the agent may read, archived ones too, with its articles, state, queue, owner, priority, "
    "type, customer, first response, closing time and solution deadline. A state of your own counts by its type.",
    deletes="A ticket missing from a full sync counts as deleted.",
    requests="Three per 100 tickets. Znuny compares times in its own time zone, so each sync also reads the changes of the "
    "13 hours before the last one. If that zone is not UTC, set timezone.",
    settings={
        "path": f"{_SERVICE}/Ticket",
        # The search returns ids, and no more than asked for. In the order of creation, each page begins at the second
        # in which the last ticket of the page before was created.
        "params": {
            "UserLogin": "{agent}",
            "SearchInArchive": "AllTickets",
            "SortBy": "Age",
            "OrderBy": "Up",
            "Limit": "{size}",
            "TicketCreateTimeNewerDate": "{cursor}",
            "TicketLastChangeTimeNewerDate": "{since:%Y-%m-%d %H:%M:%S}",
        },
        "records": "TicketID",
        "lacks_empty_list": True,
        "paging": "cursor",
        "cursor": "last:Created",
        "size_param": "",
        "largest_page": 500,
        "overlap_minutes": 780,
        "absent": "deleted",
        "details": {
            "path": f"{_SERVICE}/TicketList",
            "params": {"UserLogin": "{agent}", "TicketID": "{id}", "AllArticles": "1", "Extended": "1"},
            "records": "Ticket",
            "id": "TicketID",
            "batch": 50,
        },
        "answers": [{"status": 200, "contains": "AuthFail", "means": "refused"}],
        "deleted_when": {"StateType": "removed"},
        "fields": {
            "id": "TicketID",
            "subject": "Title",
            "message": "Article.0.Body",
            "customer_id": ["CustomerUserID", "Article[SenderType=customer].From", "CustomerID"],
            "customer_name": "Article[SenderType=customer].FromRealname",
            "organisation": "CustomerID",
            "status": ["State", "StateType"],
            "created_at": "Created",
            "updated_at": "Changed",
            # A ticket that was reopened keeps the time at which it was closed.
            "resolved_at": "[StateType=closed].Closed",
            "first_reply_at": "FirstResponse",
            "due_at": "SolutionTimeDestinationDate",
            # The owner of a ticket that nobody has is the first agent of the installation.
            "assignee": {"paths": "Owner", "map": {"root@localhost": ""}},
            "team": "Queue",
            "priority": {
                "paths": "Priority",
                "map": {
                    "1 very low": "very low",
                    "2 low": "low",
                    "3 normal": "normal",
                    "4 high": "high",
                    "5 very high": "very high",
                },
            },
            "type": "Type",
            "url": {"template": "/index.pl?Action=AgentTicketZoom;TicketID={TicketID}"},
            "extra": {"number": "TicketNumber", "service": "Service", "sla": "SLA"},
        },
        "defaults": {"source": "znuny"},
        "status_map": {
            "new": "new",
            "open": "open",
            "pending reminder": "pending",
            "pending auto": "pending",
            "closed successful": "resolved",
            "closed unsuccessful": "closed",
            "closed": "closed",
            "merged": "closed",
            "removed": "closed",
        },
        "conversation": {
            "records": "Article",
            "id": "ArticleID",
            "body": "Body",
            "author": ["FromRealname", "From"],
            "created_at": "CreateTime",
            "customer_when": {"SenderType": "customer"},
            "internal_when": {"IsVisibleForCustomer": "0"},
            "skip_where": {"SenderType": "system"},
        },
    },
)
