"""What all API responses have in common: errors in JSON, HEAD, OPTIONS, ETag, no shared caching."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import finished_job, store_tickets

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def api(owner: User) -> Api:
    return Api(token_of(owner))


class TestRefusals:
    @pytest.mark.parametrize(
        "path", ["/tickets/", "/health/", "/ingest", "/ingest/nothing", "/tenants/", "/api/x", "/ticket", "/v1/tickets"]
    )
    def test_an_unknown_url_is_404_in_json(self, api: Api, path: str) -> None:
        assert api.call("GET", path) == (404, {"detail": "Not found."})

    def test_an_unknown_url_is_a_page_for_a_browser_and_json_for_a_program(self) -> None:
        page = Client().get("/v1/tickets", headers={"Accept": "text/html,application/json;q=0.9"})
        assert (page.status_code, page["Content-Type"].split(";")[0]) == (404, "text/html")
        answer = Client().get("/v1/tickets", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("POST", "/tickets", "GET, HEAD, OPTIONS"),
            ("PUT", "/tickets/T-1", "GET, HEAD, OPTIONS"),
            ("GET", "/ingest/run", "OPTIONS, POST"),
            ("TRACE", "/ingest/status", "GET, HEAD, OPTIONS"),
            ("GET", "/ingest/00000000-0000-0000-0000-000000000000", "DELETE, OPTIONS"),
            ("POST", "/health", "GET, HEAD, OPTIONS"),
        ],
    )
    def test_a_wrong_method_is_405_in_json_and_names_the_right_ones(
        self, api: Api, method: str, path: str, allowed: str
    ) -> None:
        response = api.ask(method, path)
        assert (response.status_code, response["Allow"]) == (405, allowed)
        assert allowed in response.json()["detail"]

    def test_options_lists_the_allowed_methods(self, api: Api) -> None:
        response = api.ask("OPTIONS", "/tickets")
        assert (response.status_code, response["Allow"], response.content) == (204, "GET, HEAD, OPTIONS", b"")

    def test_an_unknown_host_is_400_in_json(self, api: Api) -> None:
        response = api.ask("GET", "/tickets", headers={"Host": "evil.example"}, tenant_id="acme")
        assert (response.status_code, response.json()) == (400, {"detail": "The request is not valid."})

    def test_a_server_error_is_500_in_json_without_its_message(
        self, owner: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(*_: object, **__: object) -> None:
            raise RuntimeError("secret words")

        monkeypatch.setattr("tickets.api.tickets.TicketQueries.page_by_number", break_down)
        client = Client(headers={"Authorization": f"Bearer {token_of(owner)}"}, raise_request_exception=False)
        response = client.get("/tickets?tenant_id=acme")
        assert response.status_code == 500
        assert set(response.json()) == {"detail"} and "secret" not in response.content.decode()

    @pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
    def test_an_unreachable_database_is_503_in_json_for_every_accept_header(
        self, owner: User, tenant: Tenant, accept: str, mongodb_away: None
    ) -> None:
        client = Client(headers={"Authorization": "Bearer x", "Accept": accept})
        for response in (client.get("/tickets?tenant_id=acme"), client.post("/ingest/run?tenant_id=acme")):
            assert response.status_code == 503
            assert response["Retry-After"] == "5"
            assert response.json() == {"detail": "The database is not reachable. Try again in a moment."}

    @pytest.mark.parametrize(
        "header",
        ["Bearer", "Bearer ", "Bearer  x", "bearer x", "Basic b3duZXI6eA==", "x" * 5000, "Bearer é", "Bearer \x01"],
    )
    def test_a_malformed_authorization_is_401_and_says_how(self, tenant: Tenant, header: str) -> None:
        response = Client(headers={"Authorization": header}).get("/tickets?tenant_id=acme")
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="SupportSaaS", error="invalid_token"'
        assert "not valid" in response.json()["detail"]

    def test_a_caller_without_credentials_gets_401_even_where_csrf_is_checked(self, tenant: Tenant) -> None:
        response = Client(enforce_csrf_checks=True).post("/ingest/run?tenant_id=acme")
        assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="SupportSaaS"')

    def test_a_session_without_the_csrf_token_gets_a_403_that_names_it(self, owner: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner)
        response = client.post("/ingest/run?tenant_id=acme")
        assert response.status_code == 403
        assert "X-CSRFToken" in response.json()["detail"]
        assert mongo.collection("ingestion_logs").count_documents({}) == 0


WRONG = [
    ("GET", "/tickets", {"tenant_id": ["acme", "acme"]}, "tenant_id"),
    ("GET", "/tickets", {"tenant_id": "acme", "page": [1, 2]}, "page"),
    ("GET", "/tickets", {"tenant_id": "acme", "page": "-1"}, "page"),
    ("GET", "/tickets", {"tenant_id": "acme", "page": "9" * 5000}, "page"),
    ("GET", "/tickets", {"tenant_id": "acme", "page": "1e3"}, "page"),
    ("GET", "/tickets", {"tenant_id": "acme", "page_size": "0"}, "page_size"),
    ("GET", "/tickets", {"tenant_id": "acme", "page_size": "NaN"}, "page_size"),
    ("GET", "/tickets", {"tenant_id": "acme", "q": "a\0b"}, "q"),
    ("GET", "/tickets", {"tenant_id": "acme", "q": ["a", "b"]}, "q"),
    ("GET", "/tickets", {"tenant_id": "acme", "q": "x" * 201}, "q"),
    ("GET", "/tickets", {"tenant_id": "acme", "status": ["x"] * 51}, "status"),
    ("GET", "/tickets", {"tenant_id": "acme", "status": ""}, "status"),
    ("GET", "/tickets", {"tenant_id": "acme", "created_from": ""}, "created_from"),
    ("GET", "/tickets", {"tenant_id": "acme", "created_from": "2026-02-30"}, "created_from"),
    ("GET", "/tickets", {"tenant_id": "acme", "created_to": "9999-12-31T23:59:59-23:59"}, "created_to"),
    ("GET", "/tickets", {"tenant_id": "acme", "cursor": "x" * 1001}, "cursor"),
    ("GET", "/tickets", {"tenant_id": "acme", "cursor": "00.WzBd"}, "cursor"),
    ("GET", "/tickets", {"tenant_id": "acme", "cursor": "\0"}, "cursor"),
    ("GET", "/tickets", {"tenant_id": "acme", "customer_id[$ne]": "x"}, "customer_id[$ne]"),
    ("GET", "/tickets/T-1", {"tenant_id": "acme", "limit": "1"}, "limit"),
    ("GET", "/tickets/T-1", {}, "tenant_id"),
    ("GET", "/tickets/T-1/history", {"tenant_id": "acme", "limit": "501"}, "limit"),
    ("POST", "/ingest/run", {"wait": "1"}, "tenant_id"),
    ("POST", "/ingest/run", {"tenant_id": "acme", "wait": "61"}, "wait"),
    ("POST", "/ingest/run", {"tenant_id": "acme", "full": "1"}, "full"),
    ("GET", "/ingest/progress/x", {"x": "1"}, "x"),
    ("DELETE", "/ingest/00000000-0000-0000-0000-000000000000", {"x": "1"}, "x"),
    ("GET", "/ingest/lock/acme", {"x": "1"}, "x"),
    ("GET", "/tenants/acme/stats", {"to_date": ""}, "to_date"),
    ("GET", "/tenants/acme/stats", {"from_date": ["2026-01-01", "2026-01-02"]}, "from_date"),
]


@pytest.mark.parametrize(("method", "path", "params", "field"), WRONG)
def test_hostile_input_is_422_and_names_the_field(
    api: Api, method: str, path: str, params: dict[str, Any], field: str
) -> None:
    status, body = api.call(method, path, **params)
    assert status == 422, body
    assert {each["field"].split(".")[0] for each in body["errors"]} == {field}
    assert set(body) == {"detail", "errors"}


@pytest.mark.parametrize("content", ["{", '{"tenant_id": "acme"}', "tenant_id=acme", "\0"])
def test_a_request_body_that_would_have_no_effect_is_rejected(owner: User, content: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_of(owner)}"})
    response = client.post("/ingest/run?tenant_id=acme", data=content, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "body"
    assert mongo.collection("ingestion_logs").count_documents({}) == 0


def test_a_form_body_is_rejected_except_for_the_csrf_token(owner: User, tenant: Tenant) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_of(owner)}"})
    response = client.post("/ingest/run?tenant_id=acme&wait=0", {"full": "1"})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "full")
    assert client.post("/ingest/run?tenant_id=acme&wait=0", {"csrfmiddlewaretoken": "x"}).status_code == 202


@pytest.mark.parametrize(
    "id_", ["%00", "a%00b", "%FF%FE", "..%2F..%2Fetc", "%24ne", "x" * 3000, "%ED%A0%80", "%F0%9F%98%80"]
)
def test_an_invalid_id_is_404_and_not_a_server_error(api: Api, id_: str) -> None:
    for path in (f"/tickets/{id_}", f"/tickets/{id_}/history"):
        assert api.call("GET", path, tenant_id="acme")[0] == 404
    assert api.call("GET", f"/ingest/progress/{id_}")[0] == 404
    assert api.call("GET", f"/ingest/lock/{id_}")[0] == 404


def test_every_api_call_rejects_unknown_parameters(api: Api, tenant: Tenant) -> None:
    from supportsaas.api import api as described

    store_tickets(tenant, [{"id": "T-1"}])
    places = {"{external_id}": "T-1", "{tenant_id}": "acme", "{job_id}": finished_job(tenant), "{name}": "notify"}
    bodies = {
        "/correction": {"urgency": "low"},
        "/T-1/notes": {"text": "Called"},
        "/notes": {"at": "2026-03-01", "text": "Release 4.2"},
    }
    for path, calls in described.get_openapi_schema(path_prefix="")["paths"].items():
        for place, value in places.items():
            path = path.replace(place, value)
        for method, call in calls.items():
            if "security" not in call:
                continue
            needed = {each["name"]: "acme" for each in call["parameters"] if each["in"] == "query" and each["required"]}
            sent = next((body for end, body in bodies.items() if path.endswith(end) and method == "post"), None)
            status, body = api.call(method.upper(), path, body=sent, **needed, statsu="open")
            assert (status, body["errors"][0]["field"]) == (422, "statsu"), (method, path)


class TestHead:
    def test_head_answers_like_get_without_the_body(self, api: Api, tenant: Tenant) -> None:
        for path in ("/tickets", "/health", "/api/openapi.json"):
            params: dict[str, Any] = {"tenant_id": "acme"} if path == "/tickets" else {}
            got, head = api.ask("GET", path, **params), api.ask("HEAD", path, **params)
            assert (head.status_code, head.content) == (200, b"")
            assert int(head["Content-Length"]) == len(got.content)

    def test_a_response_to_head_has_no_body_on_the_wire(self, live_server: Any, owner: User) -> None:
        host, port = live_server.thread.host, live_server.thread.port
        with socket.create_connection((host, port), timeout=10) as wire:
            lines = [
                "HEAD /tickets?tenant_id=acme HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token_of(owner)}",
                "Connection: close", "", "",
            ]  # fmt: skip
            wire.sendall("\r\n".join(lines).encode())
            answer = b"".join(iter(lambda: wire.recv(4096), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and b"ETag" in head
        assert body == b""


class TestETag:
    def test_a_response_the_caller_already_has_is_304_without_a_body(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        for path in ("/tickets", "/tickets/T-1", "/tickets/T-1/history", "/ingest/status"):
            first = api.ask("GET", path, tenant_id="acme")
            for sent in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
                again = api.ask("GET", path, headers={"If-None-Match": sent}, tenant_id="acme")
                assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), (path, sent)
                assert again["Cache-Control"] == "private, no-cache"
                assert {"Authorization", "Cookie"} <= {each.strip() for each in again["Vary"].split(",")}

    def test_any_change_of_the_response_changes_the_etag(self, api: Api, tenant: Tenant) -> None:
        store_tickets(tenant, [{"id": "T-1"}])
        tags = {api.ask("GET", "/tickets", tenant_id="acme")["ETag"]}
        for change in ({"subject": "Another"}, {"status": "closed"}, {"message": "lawsuit"}):
            store_tickets(tenant, [{"id": "T-1", "updated_at": "2026-03-10T10:00:00Z", **change}])
            tags.add(api.ask("GET", "/tickets", tenant_id="acme")["ETag"])
        store_tickets(tenant, [{"id": "T-2"}])
        tags.add(api.ask("GET", "/tickets", tenant_id="acme")["ETag"])
        assert len(tags) == 5

    def test_an_etag_does_not_match_for_another_caller_tenant_or_stranger(
        self, api: Api, owner: User, tenant: Tenant, other_tenant: Tenant, stranger: User
    ) -> None:
        Membership.objects.create(user=owner, tenant=other_tenant, role=Role.VIEWER)
        tag = api.ask("GET", "/tickets", tenant_id="acme")["ETag"]
        sent = {"If-None-Match": tag}
        assert api.ask("GET", "/tickets", headers=sent, tenant_id="globex").status_code == 200 or (
            # two empty lists are the same answer to the same caller
            api.ask("GET", "/tickets", tenant_id="globex").json() == api.ask("GET", "/tickets", tenant_id="acme").json()
        )
        assert Api(token_of(owner)).ask("GET", "/tickets", headers=sent, tenant_id="acme").status_code == 200
        assert Api(token_of(stranger)).ask("GET", "/tickets", headers=sent, tenant_id="acme").status_code == 404
        assert Client().get("/tickets?tenant_id=acme", headers=sent).status_code == 401

    def test_calls_that_change_something_have_no_etag(self, api: Api, tenant: Tenant) -> None:
        response = api.ask("POST", "/ingest/run", headers={"If-None-Match": "*"}, tenant_id="acme", wait=0)
        assert response.status_code == 202
        assert "ETag" not in response and response["Cache-Control"] == "private, no-cache"


def test_every_time_ends_in_z(api: Api, tenant: Tenant) -> None:
    store_tickets(tenant, [{"id": "T-1", "created_at": "2026-03-10T09:00:00.123+05:30"}])
    bodies = [
        api.get("/tickets", tenant_id="acme"),
        api.get("/tickets/T-1", tenant_id="acme"),
        api.get("/tickets/T-1/history", tenant_id="acme"),
        api.get("/tenants/acme/stats"),
        api.get(f"/ingest/progress/{finished_job(tenant)}"),
    ]
    times: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)
        elif isinstance(value, str) and value[:5] == "2026-":
            times.append(value)

    for body in bodies:
        collect(body)
    assert len(times) >= 9
    assert [each for each in times if not each.endswith("Z")] == []
    assert json.dumps(bodies[1]).count("2026-03-10T03:30:00.123") == 1


@pytest.mark.parametrize("path", ["/t/acme/tickets/", "/login/"])
def test_pages_get_no_api_headers(client_of: Callable[[User], Client], owner: User, path: str) -> None:
    response = client_of(owner).get(path)
    assert response["Content-Type"].startswith("text/html") and "RateLimit-Limit" not in response
