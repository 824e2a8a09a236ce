"""Every address of the product × everybody: who gets in where, and that no word leaks to a stranger.

The addresses come from walking the URL resolver, so a route that nobody declared here fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from supportsaas import clock
from tenants.models import ApiToken, Channel, Role, Source, Tenant, User
from tests.builders import finished_job, store_tickets
from tickets import jobs, quarantine
from tickets.jobs import JobRequest

CANARY = "pelican-canary"
JOB = "<job>"
CHANNEL = "<channel>"


@dataclass(frozen=True)
class Route:
    """What a route asks for. `needs` None: any logged-in person; `open`: everybody."""

    path: str
    kind: str  # page, api or admin
    needs: Role | None = None
    method: str = "GET"
    open: bool = False
    query: dict[str, str] = field(default_factory=dict)
    names_tenant: bool = True


V, M, A = Role.VIEWER, Role.MANAGER, Role.ADMIN

ROUTES: dict[str, list[Route]] = {
    "": [Route("/", "page", names_tenant=False)],
    "login/": [Route("/login/", "page", open=True, names_tenant=False)],
    "logout/": [Route("/logout/", "page", method="POST", open=True, names_tenant=False)],
    "theme/": [Route("/theme/", "page", method="POST", open=True, names_tenant=False)],
    "switch/": [Route("/switch/", "page", query={"tenant": "acme"}, names_tenant=False)],
    "t/<str:slug>/": [Route("/t/acme/", "page", V)],
    "t/<str:slug>/tickets/": [Route("/t/acme/tickets/", "page", V)],
    "t/<str:slug>/tickets/<path:external_id>/": [Route("/t/acme/tickets/T-1/", "page", V)],
    "t/<str:slug>/customers/": [Route("/t/acme/customers/", "page", V)],
    "t/<str:slug>/customers/<path:customer_id>/": [Route("/t/acme/customers/cust_1/", "page", V)],
    "t/<str:slug>/ingestion/": [Route("/t/acme/ingestion/", "page", V)],
    "t/<str:slug>/ingestion/status/": [Route("/t/acme/ingestion/status/", "page", V)],
    "t/<str:slug>/ingestion/run/": [Route("/t/acme/ingestion/run/", "page", M, method="POST")],
    "t/<str:slug>/ingestion/cancel/": [Route("/t/acme/ingestion/cancel/", "page", M, method="POST")],
    "t/<str:slug>/quarantine/": [Route("/t/acme/quarantine/", "page", V)],
    "t/<str:slug>/quarantine/retry/": [Route("/t/acme/quarantine/retry/", "page", M, method="POST")],
    "t/<str:slug>/quarantine/drop/": [Route("/t/acme/quarantine/drop/", "page", M, method="POST")],
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
    "t/<str:slug>/settings/source/": [
        Route("/t/acme/settings/source/", "page", A),
        Route("/t/acme/settings/source/", "page", A, method="POST"),
    ],
    "t/<str:slug>/settings/source/check/": [Route("/t/acme/settings/source/check/", "page", A, method="POST")],
    "t/<str:slug>/settings/source/remove/": [Route("/t/acme/settings/source/remove/", "page", A, method="POST")],
    "t/<str:slug>/settings/channels/": [Route("/t/acme/settings/channels/", "page", A)],
    "t/<str:slug>/settings/channels/add/": [Route("/t/acme/settings/channels/add/", "page", A)],
    "t/<str:slug>/settings/channels/<str:channel_id>/": [Route(f"/t/acme/settings/channels/{CHANNEL}/", "page", A)],
    **{
        f"t/<str:slug>/settings/channels/<str:channel_id>/{what}/": [
            Route(f"/t/acme/settings/channels/{CHANNEL}/{what}/", "page", A, method="POST")
        ]
        for what in ("switch", "delete", "test")
    },
    "welcome/<uidb64>/<token>/": [Route("/welcome/x/y/", "page", open=True, names_tenant=False)],
    "health": [Route("/health", "api", open=True, names_tenant=False)],
    "tickets": [Route("/tickets", "api", V, query={"tenant_id": "acme"})],
    "tickets/urgent": [Route("/tickets/urgent", "api", V, query={"tenant_id": "acme"})],
    "tickets/<path:external_id>": [Route("/tickets/T-1", "api", V, query={"tenant_id": "acme"})],
    "tickets/<path:external_id>/history": [Route("/tickets/T-1/history", "api", V, query={"tenant_id": "acme"})],
    "tenants/<tenant_id>/stats": [Route("/tenants/acme/stats", "api", V)],
    "ingest/run": [Route("/ingest/run", "api", M, method="POST", query={"tenant_id": "acme", "wait": "0"})],
    "ingest/status": [Route("/ingest/status", "api", V, query={"tenant_id": "acme"})],
    "ingest/progress/<job_id>": [Route(f"/ingest/progress/{JOB}", "api", V)],
    "ingest/<uuidstr:job_id>": [Route(f"/ingest/{JOB}", "api", M, method="DELETE")],
    "ingest/lock/<tenant_id>": [Route("/ingest/lock/acme", "api", V)],
    "rate-limiter/status": [Route("/rate-limiter/status", "api", names_tenant=False)],
    "api/docs": [Route("/api/docs", "page", open=True, names_tenant=False)],
    "api/openapi.json": [Route("/api/openapi.json", "page", open=True, names_tenant=False)],
}
PREFIXES_OF_OTHERS = ("admin/", "metrics")  # staff; who has the token of the monitoring (tests/operations)
ROLE_OF = {"team_mate": V, "manager": M, "owner": A, "superuser": A}
CAST = ("anonymous", "stranger", "team_mate", "manager", "owner", "superuser")
ALL_ROUTES = [(pattern, route) for pattern, routes in ROUTES.items() for route in routes]

CALLS = [route for _, route in ALL_ROUTES if route.kind == "api" and route.names_tenant]


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


@pytest.fixture
def job_id(tenant: Tenant) -> str:
    """A tenant with something to steal, and a queued job."""
    store_tickets(tenant, [{"id": "T-1", "subject": CANARY, "message": f"{CANARY} lawsuit", "customer_id": "cust_1"}])
    Channel.objects.create(tenant=tenant, kind="house", name=CANARY, address="http://127.0.0.1:9")
    Source.objects.create(tenant=tenant, kind="house", url=f"http://{CANARY}.example")
    quarantine.save_records(
        tenant, [quarantine.QuarantinedRecord("id", CANARY, {"x": CANARY})], job_id="x", now=clock.now()
    )
    finished_job(tenant, status="failed", error={"code": "x", "message": CANARY})
    return jobs.enqueue(tenant, JobRequest(trigger="web", started_by=CANARY))


def person(name: str, request: pytest.FixtureRequest) -> Client:
    client = Client()
    if name != "anonymous":
        client.force_login(request.getfixturevalue(name))
    return client


def ask(client: Client, route: Route, job_id: str) -> Any:
    path = route.path.replace(JOB, job_id)
    if CHANNEL in path:
        path = path.replace(CHANNEL, str(Channel.objects.get().pk))
    if route.method == "GET":
        return client.get(path, route.query)
    from urllib.parse import urlencode

    return client.generic(route.method, path, QUERY_STRING=urlencode(route.query))


def expected(name: str, route: Route) -> set[int]:
    if route.open:
        return {200, 302}
    if name == "anonymous":
        return {401} if route.kind == "api" else {302}
    if name == "stranger" and route.names_tenant:
        return {404}
    if route.needs is not None and name in ROLE_OF and not ROLE_OF[name].allows(route.needs):
        return {403}
    return {200, 202, 302, 409, 422}


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize(("pattern", "route"), ALL_ROUTES, ids=[f"{r.method} /{p}" for p, r in ALL_ROUTES])
def test_who_gets_in(name: str, pattern: str, route: Route, job_id: str, request: pytest.FixtureRequest) -> None:
    response = ask(person(name, request), route, job_id)
    assert response.status_code in expected(name, route)
    if name == "anonymous" and response.status_code == 302 and not route.open:
        assert response["Location"].startswith("/login/")
    if name in ("anonymous", "stranger"):
        assert CANARY not in response.content.decode()
        assert CANARY not in str(response.headers)


@pytest.mark.parametrize("name", [name for name in CAST if name != "superuser"])
def test_the_admin_is_for_staff_alone(name: str, job_id: str, request: pytest.FixtureRequest) -> None:
    client = person(name, request)
    lists = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in admin.site._registry]
    for path in ["/admin/", *lists]:
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("route", CALLS, ids=[f"{route.method} {route.path}" for route in CALLS])
def test_a_token_of_another_tenant_gets_nothing(route: Route, job_id: str, stranger: User) -> None:
    text = ApiToken.issue(name="x", user=stranger, tenant=None, role=Role.ADMIN)[1]
    response = ask(Client(headers={"Authorization": f"Bearer {text}"}), route, job_id)
    assert response.status_code == 404
    assert CANARY not in response.content.decode()


def test_a_link_to_an_inactive_tenant_is_404_for_its_own_people(
    tenant: Tenant, owner: User, client_of: Callable[[User], Client]
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(is_active=False)
    assert client_of(owner).get("/t/acme/tickets/").status_code == 404
