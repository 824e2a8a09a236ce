"""Every address of the product × everybody: who gets in where, and that no word leaks to a stranger.

The addresses come from walking the URL resolver, so a route that nobody declared here fails.
"""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from django.contrib import admin
from django.core import signing
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from analytics.sharing.links import SharedLinkStore
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tests.builders import finished_job, store_tickets
from tests.conftest import make_user
from tests.incidents.made import incident_document
from tests.service_levels.targets import add_target
from tickets import jobs
from tickets.alerts import deliveries
from tickets.alerts.acknowledge_links import acknowledge_token
from tickets.alerts.channel_addresses import AddressClaim, confirmation_token
from tickets.alerts.deliveries import NewDelivery
from tickets.alerts.model import Channel
from tickets.helpdesks.drafts import save_draft
from tickets.helpdesks.files.uploads import begin_upload
from tickets.helpdesks.hook_model import Hook
from tickets.helpdesks.model import Source
from tickets.jobs import JobRequest
from tickets.models import ClassificationRule, NumberAlert, SavedView
from tickets.notes.store import NoteStore, Subject
from tickets.store import quarantine

CANARY = "pelican-canary"
JOB = "<job>"
ENDPOINT = "notify:127.0.0.1:9"
CHANNEL = "<channel>"
RULE = "<rule>"
VIEW = "<view>"
TARGET = "<target>"
NUMBER_ALERT = "<number alert>"
DRAFT = "<draft>"
UPLOAD = "<upload>"
SCHEDULE_TOKEN = signing.dumps(["x", "1"], salt="schedule-unsubscribe")
DIGEST_TOKEN = signing.dumps(["1", "acme"], salt="digest-unsubscribe")

OWN_ADDRESS = signing.dumps(["nobody", "", "a@example.com"], salt="own-address")
ADDRESS_LINK = "<address link>"
ANSWER_LINK = "<answer link>"
SHARED_LINK = "<shared link>"
MESSAGE = "<message>"
HOOK = "<hook>"
SOURCE = "<source>"


@dataclass(frozen=True)
class Route:
    """What a route asks for. `needs` None: any logged-in person; `open`: everybody; `superuser`: they alone."""

    path: str
    kind: str  # page, api or admin
    needs: Role | None = None
    method: str = "GET"
    open: bool = False
    query: dict[str, str] = field(default_factory=dict)
    names_tenant: bool = True
    superuser: bool = False
    body: str = ""
    """JSON."""
    is_of_another: bool = False
    """Whether the link in the path was signed for somebody else, so that it has ended for everybody here."""


V, M, A = Role.VIEWER, Role.MANAGER, Role.ADMIN

ROUTES: dict[str, list[Route]] = {
    "": [Route("/", "page", names_tenant=False)],
    "login/": [Route("/login/", "page", open=True, names_tenant=False)],
    "login/code/": [Route("/login/code/", "page", open=True, names_tenant=False)],
    "account/": [Route("/account/", "page", names_tenant=False)],
    "account/password/": [Route("/account/password/", "page", names_tenant=False)],
    "account/profile/": [Route("/account/profile/", "page", names_tenant=False)],
    "account/address/<str:token>/": [
        Route(f"/account/address/{OWN_ADDRESS}/", "page", names_tenant=False, method="POST", is_of_another=True)
    ],
    "login/forgot/": [Route("/login/forgot/", "page", open=True, names_tenant=False)],
    "login/reset/<uidb64>/<token>/": [Route("/login/reset/x/y/", "page", open=True, names_tenant=False)],
    "account/two-factor/": [Route("/account/two-factor/", "page", names_tenant=False)],
    "account/sessions/": [Route("/account/sessions/", "page", method="POST", names_tenant=False)],
    "urgent/": [Route("/urgent/", "page", names_tenant=False)],
    "account/digests/": [Route("/account/digests/", "page", names_tenant=False)],
    "account/digests/preview/": [Route("/account/digests/preview/", "page", names_tenant=False)],
    "account/digests/send/": [Route("/account/digests/send/", "page", method="POST", names_tenant=False)],
    "freshness/": [Route("/freshness/", "page", names_tenant=False)],
    "alerts/confirm/<str:token>/": [Route(f"/alerts/confirm/{ADDRESS_LINK}/", "page", open=True, names_tenant=False)],
    "digest/end/<str:token>/": [Route(f"/digest/end/{DIGEST_TOKEN}/", "page", open=True, names_tenant=False)],
    "logout/": [Route("/logout/", "page", method="POST", open=True, names_tenant=False)],
    "account/keys/": [Route("/account/keys/", "page", method="POST", names_tenant=False)],
    "help/": [Route("/help/", "page", open=True, names_tenant=False)],
    "mentions/": [Route("/mentions/", "page", names_tenant=False)],
    "search/": [Route("/search/", "page", query={"q": "pelican", "from": "acme"}, names_tenant=False)],
    "search/palette/": [Route("/search/palette/", "page", query={"q": "pelican", "from": "acme"}, names_tenant=False)],
    "theme/": [Route("/theme/", "page", method="POST", open=True, names_tenant=False)],
    "switch/": [Route("/switch/", "page", query={"tenant": "acme"}, names_tenant=False)],
    "t/<str:slug>/": [Route("/t/acme/", "page", V)],
    "t/<str:slug>/tickets/": [Route("/t/acme/tickets/", "page", V)],
    "t/<str:slug>/tickets/<path:external_id>/": [Route("/t/acme/tickets/T-1/", "page", V)],
    "t/<str:slug>/export/tickets/": [Route("/t/acme/export/tickets/", "page", V, query={"format": "jsonl"})],
    "t/<str:slug>/response-times/": [Route("/t/acme/response-times/", "page", V)],
    "t/<str:slug>/response-times/<str:format_name>/": [Route("/t/acme/response-times/csv/", "page", V)],
    "t/<str:slug>/counting/": [Route("/t/acme/counting/", "page", V)],
    "t/<str:slug>/work/": [
        Route("/t/acme/work/", "page", V),
        Route("/t/acme/work/", "page", M, query={"by": "assignee"}),
    ],
    "t/<str:slug>/work/<str:format_name>/": [
        Route("/t/acme/work/csv/", "page", V),
        Route("/t/acme/work/csv/", "page", M, query={"by": "assignee"}),
    ],
    "t/<str:slug>/share/<str:page>/": [
        Route("/t/acme/share/dashboard/", "page", V),
        Route("/t/acme/share/dashboard/", "page", V, method="POST"),
    ],
    "shared/<str:token>/": [Route(f"/shared/{SHARED_LINK}/", "page", open=True, names_tenant=False)],
    "t/<str:slug>/settings/links/": [Route("/t/acme/settings/links/", "page", M)],
    "t/<str:slug>/settings/links/make/": [Route("/t/acme/settings/links/make/", "page", M, method="POST")],
    "t/<str:slug>/settings/links/switch/": [Route("/t/acme/settings/links/switch/", "page", A, method="POST")],
    "t/<str:slug>/settings/links/<str:link_id>/revoke/": [
        Route("/t/acme/settings/links/x/revoke/", "page", M, method="POST")
    ],
    "schedule/end/<str:token>/": [Route(f"/schedule/end/{SCHEDULE_TOKEN}/", "page", open=True, names_tenant=False)],
    "t/<str:slug>/settings/schedules/": [Route("/t/acme/settings/schedules/", "page", M)],
    "t/<str:slug>/settings/schedules/new/": [
        Route("/t/acme/settings/schedules/new/", "page", M),
        Route("/t/acme/settings/schedules/new/", "page", M, method="POST"),
    ],
    "t/<str:slug>/settings/schedules/<str:schedule_id>/<str:action>/": [
        Route("/t/acme/settings/schedules/x/delete/", "page", M, method="POST")
    ],
    "t/<str:slug>/topics/": [Route("/t/acme/topics/", "page", V)],
    "t/<str:slug>/topics/search/": [Route("/t/acme/topics/search/", "page", V)],
    **{
        f"t/<str:slug>/topics/<str:topic_id>/{what}/": [Route(f"/t/acme/topics/t1/{what}/", "page", M, method="POST")]
        for what in ("rename", "hide", "merge", "separate")
    },
    "t/<str:slug>/charts/<str:name>/<str:format_name>/": [Route("/t/acme/charts/totals/csv/", "page", V)],
    "t/<str:slug>/customers/": [Route("/t/acme/customers/", "page", V)],
    "t/<str:slug>/customers/<path:customer_id>/": [Route("/t/acme/customers/cust_1/", "page", V)],
    "t/<str:slug>/export/customers/": [Route("/t/acme/export/customers/", "page", V, query={"format": "jsonl"})],
    "t/<str:slug>/watch-customer/": [
        Route("/t/acme/watch-customer/", "page", V, method="POST", query={"customer": "cust_1", "watch": "0"})
    ],
    "t/<str:slug>/notes/add/": [
        Route("/t/acme/notes/add/", "page", V, method="POST", query={"kind": "ticket", "key": "T-1", "text": "x"})
    ],
    "t/<str:slug>/notes/names/": [Route("/t/acme/notes/names/", "page", V)],
    **{
        f"t/<str:slug>/notes/<str:note_id>/{what}/": [Route(f"/t/acme/notes/n1/{what}/", "page", V, method="POST")]
        for what in ("edit", "delete", "restore")
    },
    "t/<str:slug>/erase-customer/": [
        Route("/t/acme/erase-customer/", "page", A, query={"customer": "cust_1"}),
        Route("/t/acme/erase-customer/", "page", A, method="POST", query={"customer": "cust_1"}),
    ],
    "t/<str:slug>/incidents/": [Route("/t/acme/incidents/", "page", V)],
    "t/<str:slug>/incidents/<int:number>/": [Route("/t/acme/incidents/1/", "page", V)],
    "t/<str:slug>/incidents/<int:number>/dismiss/": [Route("/t/acme/incidents/1/dismiss/", "page", M, method="POST")],
    "t/<str:slug>/moments/": [Route("/t/acme/moments/", "page", V)],
    "t/<str:slug>/moments/add/": [Route("/t/acme/moments/add/", "page", M, method="POST")],
    **{
        f"t/<str:slug>/moments/<str:note_id>/{what}/": [Route(f"/t/acme/moments/x/{what}/", "page", M, method="POST")]
        for what in ("delete", "restore")
    },
    "t/<str:slug>/ingestion/": [Route("/t/acme/ingestion/", "page", V)],
    "t/<str:slug>/ingestion/status/": [Route("/t/acme/ingestion/status/", "page", V)],
    "t/<str:slug>/ingestion/run/": [Route("/t/acme/ingestion/run/", "page", M, method="POST")],
    "t/<str:slug>/ingestion/cancel/": [Route("/t/acme/ingestion/cancel/", "page", M, method="POST")],
    "t/<str:slug>/quarantine/": [Route("/t/acme/quarantine/", "page", V)],
    "t/<str:slug>/quarantine/retry/": [Route("/t/acme/quarantine/retry/", "page", M, method="POST")],
    "t/<str:slug>/quarantine/drop/": [Route("/t/acme/quarantine/drop/", "page", M, method="POST")],
    "hooks/<str:connection>/<str:token>": [Route(HOOK, "page", method="POST", open=True, names_tenant=False)],
    "t/<str:slug>/settings/hooks/": [Route("/t/acme/settings/hooks/", "page", A)],
    **{
        f"t/<str:slug>/settings/hooks/<str:source_id>/{what}/": [
            Route(f"/t/acme/settings/hooks/{SOURCE}/{what}/", "page", A, method="POST")
        ]
        for what in ("on", "off", "secret")
    },
    "t/<str:slug>/settings/members/": [Route("/t/acme/settings/members/", "page", A)],
    "t/<str:slug>/settings/members/add/": [Route("/t/acme/settings/members/add/", "page", A, method="POST")],
    "t/<str:slug>/settings/members/<str:user_id>/": [Route("/t/acme/settings/members/x/", "page", A, method="POST")],
    "t/<str:slug>/settings/tokens/": [Route("/t/acme/settings/tokens/", "page", A)],
    "t/<str:slug>/settings/tokens/make/": [Route("/t/acme/settings/tokens/make/", "page", A, method="POST")],
    "t/<str:slug>/settings/tokens/<str:token_id>/revoke/": [
        Route("/t/acme/settings/tokens/x/revoke/", "page", A, method="POST")
    ],
    "account/tokens/": [Route("/account/tokens/", "page", names_tenant=False)],
    "account/tokens/make/": [Route("/account/tokens/make/", "page", method="POST", names_tenant=False)],
    "account/tokens/<str:token_id>/revoke/": [
        Route("/account/tokens/x/revoke/", "page", method="POST", names_tenant=False)
    ],
    "t/<str:slug>/settings/changes/": [Route("/t/acme/settings/changes/", "page", A)],
    "t/<str:slug>/settings/import/": [
        Route("/t/acme/settings/import/", "page", M),
        Route("/t/acme/settings/import/", "page", M, method="POST"),
    ],
    "t/<str:slug>/settings/import/<str:key>/": [
        Route(f"/t/acme/settings/import/{UPLOAD}/", "page", M),
        Route(f"/t/acme/settings/import/{UPLOAD}/", "page", M, method="POST"),
    ],
    "t/<str:slug>/settings/import/<str:key>/part/": [
        Route(f"/t/acme/settings/import/{UPLOAD}/part/", "page", M, method="POST")
    ],
    "t/<str:slug>/settings/source/new/": [Route("/t/acme/settings/source/new/", "page", A)],
    "t/<str:slug>/settings/source/new/file/": [Route("/t/acme/settings/source/new/file/", "page", A)],
    "t/<str:slug>/settings/source/new/<str:product>/": [
        Route("/t/acme/settings/source/new/native/", "page", A),
        Route("/t/acme/settings/source/new/native/", "page", A, query={"draft": DRAFT}),
        Route("/t/acme/settings/source/new/native/", "page", A, method="POST"),
    ],
    "t/<str:slug>/settings/source/new/<str:product>/<str:draft_key>/": [
        Route(f"/t/acme/settings/source/new/native/{DRAFT}/", "page", A),
        Route(f"/t/acme/settings/source/new/native/{DRAFT}/", "page", A, method="POST"),
    ],
    "t/<str:slug>/setup/dismiss/": [Route("/t/acme/setup/dismiss/", "page", A, method="POST")],
    "new-tenant/": [Route("/new-tenant/", "page", superuser=True)],
    "t/<str:slug>/settings/source/": [Route("/t/acme/settings/source/", "page", A)],
    "t/<str:slug>/settings/source/<str:source_id>/": [
        Route(f"/t/acme/settings/source/{SOURCE}/", "page", A),
        Route(f"/t/acme/settings/source/{SOURCE}/", "page", A, method="POST"),
    ],
    **{
        f"t/<str:slug>/settings/source/<str:source_id>/{step}/": [
            Route(f"/t/acme/settings/source/{SOURCE}/{step}/", "page", A, method="POST")
        ]
        for step in ("check", "switch", "remove")
    },
    "t/<str:slug>/freshness/": [Route("/t/acme/freshness/", "page", V)],
    "t/<str:slug>/alerts/": [Route("/t/acme/alerts/", "page", V)],
    **{
        f"t/<str:slug>/alerts/{what}/": [Route(f"/t/acme/alerts/{what}/", "page", M, method="POST")]
        for what in ("again", "drop", "reset", "acknowledge")
    },
    "t/<str:slug>/alerts/acknowledge/<str:token>/": [
        Route(f"/t/acme/alerts/acknowledge/{ANSWER_LINK}/", "page", V),
        Route(f"/t/acme/alerts/acknowledge/{ANSWER_LINK}/", "page", M, method="POST"),
    ],
    "t/<str:slug>/alerts/numbers/": [Route("/t/acme/alerts/numbers/", "page", V)],
    "t/<str:slug>/alerts/numbers/add/": [
        Route("/t/acme/alerts/numbers/add/", "page", M),
        Route("/t/acme/alerts/numbers/add/", "page", M, method="POST"),
    ],
    "t/<str:slug>/alerts/numbers/<str:alert_id>/": [
        Route(f"/t/acme/alerts/numbers/{NUMBER_ALERT}/", "page", M),
        Route(f"/t/acme/alerts/numbers/{NUMBER_ALERT}/", "page", M, method="POST"),
    ],
    **{
        f"t/<str:slug>/alerts/numbers/<str:alert_id>/{what}/": [
            Route(f"/t/acme/alerts/numbers/{NUMBER_ALERT}/{what}/", "page", needs, method="POST")
        ]
        for what, needs in (("acknowledge", M), ("give-back", M), ("mute", M), ("switch", M), ("delete", M))
    },
    "t/<str:slug>/learning/": [Route("/t/acme/learning/", "page", V)],
    "t/<str:slug>/learning/change/": [Route("/t/acme/learning/change/", "page", M, method="POST")],
    "t/<str:slug>/rules/": [Route("/t/acme/rules/", "page", V)],
    "t/<str:slug>/rules/judging/": [Route("/t/acme/rules/judging/", "page", V)],
    "t/<str:slug>/correct/": [
        Route("/t/acme/correct/", "page", M, method="POST"),
    ],
    "t/<str:slug>/correct/undo/": [Route("/t/acme/correct/undo/", "page", M, method="POST")],
    "t/<str:slug>/accuracy/": [Route("/t/acme/accuracy/", "page", V)],
    "t/<str:slug>/accuracy/skip/": [Route("/t/acme/accuracy/skip/", "page", M, method="POST")],
    "t/<str:slug>/disagreements/": [Route("/t/acme/disagreements/", "page", V)],
    "t/<str:slug>/rules/add/": [
        Route("/t/acme/rules/add/", "page", M),
        Route("/t/acme/rules/add/", "page", M, method="POST"),
    ],
    "t/<str:slug>/rules/<str:rule_id>/": [
        Route(f"/t/acme/rules/{RULE}/", "page", M),
        Route(f"/t/acme/rules/{RULE}/", "page", M, method="POST"),
    ],
    **{
        f"t/<str:slug>/rules/<str:rule_id>/{what}/": [Route(f"/t/acme/rules/{RULE}/{what}/", "page", M, method="POST")]
        for what in ("move", "switch", "delete")
    },
    "t/<str:slug>/statuses/": [Route("/t/acme/statuses/", "page", V)],
    "t/<str:slug>/statuses/map/": [Route("/t/acme/statuses/map/", "page", M, method="POST")],
    "t/<str:slug>/field-filters/": [Route("/t/acme/field-filters/", "page", V)],
    "t/<str:slug>/field-values/": [Route("/t/acme/field-values/", "page", V, query={"field": "assignee"})],
    "t/<str:slug>/peek/<path:external_id>/": [Route("/t/acme/peek/T-1/", "page", V)],
    "t/<str:slug>/export/selected/": [Route("/t/acme/export/selected/", "page", V, method="POST")],
    "t/<str:slug>/views/default/": [Route("/t/acme/views/default/", "page", V, method="POST")],
    "t/<str:slug>/list-columns/": [Route("/t/acme/list-columns/", "page", V, method="POST")],
    "t/<str:slug>/views/": [Route("/t/acme/views/", "page", V)],
    "t/<str:slug>/views/add/": [
        Route("/t/acme/views/add/", "page", V, query={"urgency": "high"}),
        Route("/t/acme/views/add/", "page", V, method="POST", query={"urgency": "high"}),
    ],
    "t/<str:slug>/views/<str:view_id>/": [Route(f"/t/acme/views/{VIEW}/", "page", V)],
    **{
        f"t/<str:slug>/views/<str:view_id>/{what}/": [Route(f"/t/acme/views/{VIEW}/{what}/", "page", M, method="POST")]
        for what in ("rename", "move", "delete")
    },
    "t/<str:slug>/due/": [Route("/t/acme/due/", "page", V)],
    "t/<str:slug>/targets/": [Route("/t/acme/targets/", "page", M)],
    "t/<str:slug>/targets/recount/": [Route("/t/acme/targets/recount/", "page", M)],
    "t/<str:slug>/targets/add/": [
        Route("/t/acme/targets/add/", "page", A),
        Route("/t/acme/targets/add/", "page", A, method="POST"),
    ],
    "t/<str:slug>/targets/<str:target_id>/": [
        Route(f"/t/acme/targets/{TARGET}/", "page", A),
        Route(f"/t/acme/targets/{TARGET}/", "page", A, method="POST"),
    ],
    "t/<str:slug>/targets/<str:target_id>/move/": [Route(f"/t/acme/targets/{TARGET}/move/", "page", A, method="POST")],
    "t/<str:slug>/targets/<str:target_id>/switch/": [
        Route(f"/t/acme/targets/{TARGET}/switch/", "page", A, method="POST")
    ],
    "t/<str:slug>/targets/<str:target_id>/delete/": [
        Route(f"/t/acme/targets/{TARGET}/delete/", "page", A, method="POST")
    ],
    "t/<str:slug>/settings/hours/": [
        Route("/t/acme/settings/hours/", "page", A),
        Route("/t/acme/settings/hours/", "page", A, method="POST"),
    ],
    "t/<str:slug>/settings/channels/": [Route("/t/acme/settings/channels/", "page", A)],
    "t/<str:slug>/settings/channels/add/": [Route("/t/acme/settings/channels/add/", "page", A)],
    "t/<str:slug>/settings/channels/<str:channel_id>/": [Route(f"/t/acme/settings/channels/{CHANNEL}/", "page", A)],
    **{
        f"t/<str:slug>/settings/channels/<str:channel_id>/{what}/": [
            Route(f"/t/acme/settings/channels/{CHANNEL}/{what}/", "page", A, method="POST")
        ]
        for what in ("switch", "delete", "test", "ask")
    },
    "welcome/<uidb64>/<token>/": [Route("/welcome/x/y/", "page", open=True, names_tenant=False)],
    "system/": [Route("/system/", "page", superuser=True)],
    "health": [Route("/health", "api", open=True, names_tenant=False)],
    "tickets": [Route("/tickets", "api", V, query={"tenant_id": "acme"})],
    "export/tickets": [Route("/export/tickets", "api", V, query={"tenant_id": "acme"})],
    "tickets/import": [Route("/tickets/import", "api", M, method="POST", query={"tenant_id": "acme"})],
    "tickets/urgent": [Route("/tickets/urgent", "api", V, query={"tenant_id": "acme"})],
    "tickets/<path:external_id>": [Route("/tickets/T-1", "api", V, query={"tenant_id": "acme"})],
    "tickets/<path:external_id>/notes": [
        Route("/tickets/T-1/notes", "api", V, query={"tenant_id": "acme"}),
        Route("/tickets/T-1/notes", "api", M, method="POST", query={"tenant_id": "acme"}, body='{"text": "Called"}'),
    ],
    "tickets/<path:external_id>/correction": [
        Route(
            "/tickets/T-1/correction",
            "api",
            M,
            method="POST",
            query={"tenant_id": "acme"},
            body='{"urgency": "low"}',
        ),
        Route("/tickets/T-1/correction", "api", M, method="DELETE", query={"tenant_id": "acme"}),
    ],
    "tickets/<path:external_id>/history": [Route("/tickets/T-1/history", "api", V, query={"tenant_id": "acme"})],
    "tenants": [Route("/tenants", "api", names_tenant=False)],
    "me": [Route("/me", "api", names_tenant=False)],
    "tenants/<tenant_id>/dashboard": [Route("/tenants/acme/dashboard", "api", V)],
    "tenants/<tenant_id>/channels": [Route("/tenants/acme/channels", "api", V)],
    "tenants/<tenant_id>/alerts/<message_id>": [Route(f"/tenants/acme/alerts/{MESSAGE}", "api", V)],
    "tenants/<tenant_id>/alerts/<message_id>/acknowledge": [
        Route(f"/tenants/acme/alerts/{MESSAGE}/acknowledge", "api", M, method="POST"),
        Route(f"/tenants/acme/alerts/{MESSAGE}/acknowledge", "api", M, method="DELETE"),
    ],
    "tenants/<tenant_id>/number-alerts": [Route("/tenants/acme/number-alerts", "api", V)],
    "tenants/<tenant_id>/incidents": [Route("/tenants/acme/incidents", "api", V)],
    "tenants/<tenant_id>/notes": [
        Route("/tenants/acme/notes", "api", V),
        Route("/tenants/acme/notes", "api", M, method="POST", body='{"at": "2026-03-10", "text": "Release"}'),
    ],
    "tenants/<tenant_id>/targets": [Route("/tenants/acme/targets", "api", V)],
    "tenants/<tenant_id>/work": [
        Route("/tenants/acme/work", "api", V, query={"by": "team"}),
        Route("/tenants/acme/work", "api", M, query={"by": "assignee"}),
    ],
    "tenants/<tenant_id>/stats": [Route("/tenants/acme/stats", "api", V)],
    "ingest/run": [Route("/ingest/run", "api", M, method="POST", query={"tenant_id": "acme", "wait": "0"})],
    "ingest/status": [Route("/ingest/status", "api", V, query={"tenant_id": "acme"})],
    "ingest/progress/<job_id>": [Route(f"/ingest/progress/{JOB}", "api", V)],
    "ingest/<uuidstr:job_id>": [Route(f"/ingest/{JOB}", "api", M, method="DELETE")],
    "ingest/lock/<tenant_id>": [Route("/ingest/lock/acme", "api", V)],
    "circuit/<name>/status": [
        Route("/circuit/notify/status", "api", names_tenant=False),
        Route(f"/circuit/{ENDPOINT}/status", "api", V),
    ],
    "circuit/<name>/reset": [
        Route("/circuit/notify/reset", "api", M, method="POST", names_tenant=False),
        Route(f"/circuit/{ENDPOINT}/reset", "api", M, method="POST"),
    ],
    "rate-limiter/status": [Route("/rate-limiter/status", "api", names_tenant=False)],
    "api/docs": [Route("/api/docs", "page", open=True, names_tenant=False)],
    "api/openapi.json": [Route("/api/openapi.json", "page", open=True, names_tenant=False)],
}
PREFIXES_OF_OTHERS = ("admin/", "metrics")  # staff; who has the token of the monitoring (tests/operations)
ALL_ROUTES = [route for routes in ROUTES.values() for route in routes]
LET_IN = {200, 201, 202, 302, 304, 409, 422}


@dataclass(frozen=True)
class Person:
    """Somebody who asks: by a session, by a token, or by neither; `role` is what they are in the tenant,
    `runs_elsewhere` whether they are a manager or more in another."""

    name: str
    role: Role | None = None
    by: str = "session"
    is_known: bool = True
    is_staff: bool = False
    runs_elsewhere: bool = False


CAST = (
    Person("anonymous", by="nothing", is_known=False),
    Person("somebody switched off", is_known=False),
    Person("somebody without a tenant"),
    Person("viewer of another tenant"),
    Person("admin of another tenant", runs_elsewhere=True),
    Person("viewer", V),
    Person("manager", M),
    Person("admin", A),
    Person("staff without rights", is_staff=True),
    Person("superuser", A, is_staff=True),
    Person("a token that never was", by="token", is_known=False),
    Person("an expired token", by="token", is_known=False),
    Person("a revoked token", by="token", is_known=False),
    Person("a token of somebody switched off", by="token", is_known=False),
    Person("a token of an admin of another tenant", by="token", runs_elsewhere=True),
    Person("a token of the admin, for another tenant", by="token", runs_elsewhere=True),
    Person("a token of the admin, to read", V, by="token"),
    Person("a token of the viewer, to do everything", V, by="token"),
    Person("a token of the manager", M, by="token"),
)


class World:
    """A tenant with something to steal, another one, and the whole cast: made once, and put back as it was made."""

    def __init__(self) -> None:
        self.tenant = Tenant.objects.create(slug="acme", name="Acme")
        self.other = Tenant.objects.create(slug="globex", name="Globex")
        members = {
            "viewer": (self.tenant, V), "manager": (self.tenant, M), "admin": (self.tenant, A),
            "viewer of another tenant": (self.other, V), "admin of another tenant": (self.other, A),
            "somebody switched off": (self.tenant, A),
        }  # fmt: skip
        self.users = {name: make_user(name.replace(" ", "_")) for name in (*members, "somebody without a tenant")}
        self.users["staff without rights"] = make_user("staff", is_staff=True)
        self.users["superuser"] = make_user("root", is_staff=True, is_superuser=True)
        for name, (tenant, role) in members.items():
            Membership.objects.create(user=self.users[name], tenant=tenant, role=role)
        # The admin is one of both, so that a token for one alone has something to be kept from.
        Membership.objects.create(user=self.users["admin"], tenant=self.other, role=A)
        self.tokens = {person.name: self._token(person.name) for person in CAST if person.by == "token"}
        self._cookies = {name: self._logged_in(name).cookies for name in self.users}
        self._fill()
        User.objects.filter(pk=self.users["somebody switched off"].pk).update(is_active=False)
        self._hashes = self._hash()
        self._documents = {name: list(mongo.collection(name).find()) for name in self._hashes}

    def _fill(self) -> None:
        ticket = {"id": "T-1", "subject": CANARY, "message": f"{CANARY} lawsuit", "customer_id": "cust_1"}
        store_tickets(self.tenant, [ticket])
        source = Source.objects.create(
            tenant=self.tenant, kind="house", url="http://10.0.0.1", options={"note": CANARY}
        )
        refused = quarantine.QuarantinedRecord("id", CANARY, {"x": CANARY})
        quarantine.save_records(self.tenant, [refused], job_id="x", now=clock.now())
        finished_job(self.tenant, status="failed", error={"code": "x", "message": CANARY})
        mongo.collection("incidents").insert_one(incident_document(self.tenant, name=CANARY, tickets=["T-1"]))
        now = clock.now()
        NoteStore(self.tenant).add(Subject("moment"), CANARY, by=self.users["admin"], now=now, at=now)
        channel = Channel.objects.create(tenant=self.tenant, name=CANARY, kind="house", address="http://127.0.0.1:9")
        rule = ClassificationRule.objects.create(tenant=self.tenant, phrases=CANARY, urgency="high", note=CANARY)
        view = SavedView.objects.create(tenant=self.tenant, name=CANARY, query=f"customer_id={CANARY}")
        alert = NumberAlert.objects.create(tenant=self.tenant, name=CANARY, metric="arrived", threshold=5)
        link = confirmation_token(AddressClaim(self.tenant, "a@example.com"))
        self.ids = {CHANNEL: str(channel.pk), RULE: str(rule.pk), VIEW: str(view.pk), ADDRESS_LINK: link}
        self.ids[TARGET] = str(add_target(self.tenant, name=CANARY, conditions={"team": [CANARY]}).pk)
        self.ids[NUMBER_ALERT] = str(alert.pk)
        sent = NewDelivery(
            key="m1", tenant_id="acme", channel_id=str(channel.pk), kind="trouble", headline=CANARY, alerts=[CANARY]
        )
        mongo.in_transaction(lambda session: deliveries.insert(sent, session=session))
        self.ids |= {MESSAGE: sent.key, ANSWER_LINK: acknowledge_token("acme", sent.key, at=clock.now())}
        shared = SharedLinkStore(self.tenant)
        self.ids[SHARED_LINK] = shared.make(self.users["admin"], query="", about="7 days", days=1, now=clock.now())
        self.ids |= {SOURCE: str(source.pk), HOOK: Hook.turn_on(source).path}
        draft = Source(tenant=self.tenant, kind="house", url="http://10.0.0.1", options={"note": CANARY})
        self.ids[DRAFT] = save_draft(draft, by=self.users["admin"])
        self.ids[UPLOAD] = begin_upload(draft.tenant, self.users["admin"], name=f"{CANARY}.csv", size=5).key
        self.ids[JOB] = jobs.enqueue(self.tenant, JobRequest(trigger="web", started_by=CANARY))

    def begin(self) -> None:
        """As it was made, and everybody with a browser that has seen nothing since the log-in."""
        self.restore()
        self.clients = {name: Client() for name in self.users}
        for name, client in self.clients.items():
            client.cookies = copy.deepcopy(self._cookies[name])

    def restore(self) -> None:
        """As it was before whoever may change it did: MongoDB's own hashes tell what is not."""
        for name, found in self._hash().items():
            if found != self._hashes.get(name):
                mongo.collection(name).delete_many({})
                if documents := self._documents.get(name):
                    mongo.collection(name).insert_many(documents)

    @staticmethod
    def _hash() -> dict[str, str]:
        hashes: dict[str, str] = mongo.database().command("dbHash")["collections"]
        return hashes

    def _logged_in(self, name: str) -> Client:
        client = Client()
        client.force_login(self.users[name])
        return client

    def ask(self, person: Person, route: Route, *, htmx: bool) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        if person.by == "token":
            headers["Authorization"] = f"Bearer {self.tokens[person.name]}"
        client = self.clients[person.name] if person.by == "session" else Client()
        if route.path == "/logout/" and person.by == "session":
            client = self._logged_in(person.name)
        path, query = route.path, urlencode(route.query)
        for placeholder, key in self.ids.items():
            path, query = path.replace(placeholder, key), query.replace(quote_plus(placeholder), key)
        return client.generic(route.method, path, route.body, "application/json", QUERY_STRING=query, headers=headers)

    def _token(self, name: str) -> str:
        if name == "a token that never was":
            return "sst_never"
        owners = {"a token of somebody switched off": "somebody switched off", "a token of the manager": "manager",
                  "a token of the viewer, to do everything": "viewer",
                  "a token of an admin of another tenant": "admin of another tenant"}  # fmt: skip
        tenant = self.other if name == "a token of the admin, for another tenant" else None
        role = V if name == "a token of the admin, to read" else A
        token, text = ApiToken.issue(name="t", user=self.users[owners.get(name, "admin")], tenant=tenant, role=role)
        ended = {"an expired token": "expires_at", "a revoked token": "revoked_at"}
        if name in ended:
            ApiToken.objects.filter(pk=token.pk).update(**{ended[name]: clock.now()})
        return text


@pytest.fixture(scope="module")
def made() -> list[World]:
    """The world, once the first test has made it."""
    return []


@pytest.fixture
def world(db: None, made: list[World]) -> World:
    if not made:
        made.append(World())
    made[0].begin()
    return made[0]


def walk(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from walk(each.url_patterns, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield prefix + str(each.pattern)


def test_every_route_is_declared_here() -> None:
    found = {route for route in walk(get_resolver().url_patterns) if not route.startswith(PREFIXES_OF_OTHERS)}
    assert found - set(ROUTES) == set(), "declare who may use these routes"
    assert set(ROUTES) - found == set(), "these routes are gone"


def expected(person: Person, route: Route) -> set[int]:
    if route.open:
        return {200, 202, 302}
    # A token opens the API alone: for a page it is nobody.
    if not person.is_known or (route.kind == "page" and person.by != "session"):
        return {401} if route.kind == "api" else {302}
    if route.superuser:
        return {200} if person.name == "superuser" else {404}
    if route.is_of_another:
        return {410}
    if not route.names_tenant:
        runs = person.runs_elsewhere or person.role in (M, A)
        return LET_IN if route.needs is None or runs else {403}
    if person.role is None:
        return {404}
    if route.needs is not None and not person.role.allows(route.needs):
        return {403}
    return LET_IN


@pytest.mark.parametrize("person", CAST, ids=[person.name for person in CAST])
def test_access_of_every_user_to_every_route(person: Person, world: World) -> None:
    """Every route, as a page and as a fragment; whoever has no role in the tenant sees no word of it."""
    wrong = []
    for route in ALL_ROUTES:
        for htmx in (False, True) if route.kind == "page" and route.method == "GET" else (False,):
            response = world.ask(person, route, htmx=htmx)
            content = b"".join(response) if response.streaming else response.content
            allowed = expected(person, route)
            is_right = response.status_code in allowed
            if allowed == {302} and htmx:
                is_right = response.headers.get("HX-Refresh") == "true"  # the page reloads, and leads to the log-in
            elif allowed == {302}:
                is_right = is_right and response["Location"].startswith("/login/")
            if person.role is None:
                is_right = is_right and CANARY not in content.decode() + str(response.headers)
            if not is_right:
                wrong.append(f"{route.method} {route.path}{' (fragment)' if htmx else ''}: {response.status_code}")
            if route.method != "GET" and route.names_tenant and allowed is LET_IN:
                world.restore()
    assert wrong == []


# fmt: off
ADMIN_OPEN_TO_STAFF = (
    "admin/", "admin/jsi18n/", "admin/password_change/", "admin/password_change/done/", "admin/logout/",
    "admin/login/",
)
# fmt: on


def admin_paths(world: World) -> list[str]:
    """Every address of the Django admin, with things that are really there in the places of ids."""
    keys = {}
    for model in admin.site._registry:
        found = model._default_manager.first()
        keys[f"admin/{model._meta.app_label}/{model._meta.model_name}/"] = str(found.pk) if found else "x"
    paths = []
    for pattern in walk([each for each in get_resolver().url_patterns if str(each.pattern) == "admin/"]):
        key = next((value for prefix, value in keys.items() if pattern.startswith(prefix)), "x")
        path = re.sub(r"<(path|int|str):\w+>", key, pattern)
        paths.append(path.replace("^(?P<app_label>", "tenants/").split("(")[0].rstrip("$"))
    return paths


# To the admin all tokens are alike: they are no session.
ADMIN_CAST = [person for person in CAST if person.by != "token" or person.name == "a token of the manager"]


@pytest.mark.parametrize("person", ADMIN_CAST, ids=[person.name for person in ADMIN_CAST])
def test_the_admin_is_for_staff_with_rights_alone(person: Person, world: World) -> None:
    wrong = []
    paths = admin_paths(world)
    assert len(paths) > 50
    for path in paths:
        for method in ("GET", "POST"):
            response = world.ask(person, Route(f"/{path}", "admin", method=method), htmx=False)
            if person.is_staff and person.role is None and path not in ADMIN_OPEN_TO_STAFF:
                is_right = response.status_code in (302, 403, 404, 405) and CANARY not in response.content.decode()
            elif person.is_staff:
                is_right = response.status_code in (200, 302, 403, 404, 405)
            else:
                is_right = response.status_code in (302, 404, 405) and CANARY not in response.content.decode()
                if response.status_code == 302 and path not in ("admin/login/", "admin/logout/"):
                    is_right = is_right and response["Location"].startswith("/admin/login/")
            if not is_right:
                wrong.append(f"{method} /{path}: {response.status_code}")
    assert wrong == []


def test_a_link_to_an_inactive_tenant_is_404_for_its_own_people(
    tenant: Tenant, owner: User, client_of: Callable[[User], Client]
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(is_active=False)
    assert client_of(owner).get("/t/acme/tickets/").status_code == 404


def test_a_removed_role_is_lost_with_the_next_request(world: World) -> None:
    client = world.clients["admin"]
    assert client.get("/t/acme/settings/members/").status_code == 200
    Membership.objects.filter(user=world.users["admin"], tenant=world.tenant).update(role=V)
    assert client.get("/t/acme/settings/members/").status_code == 403
    Membership.objects.filter(user=world.users["admin"], tenant=world.tenant).delete()
    assert client.get("/t/acme/tickets/").status_code == 404
