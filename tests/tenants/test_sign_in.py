"""Around signing in: where it leads after a form, forms left open, and what is logged."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Role, Tenant, User
from tests.conftest import PASSWORD, make_user, member

ClientOf = Callable[[User], Client]
RIGHT = {"username": "manager", "password": PASSWORD}
HOST = "http://testserver"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("button", "page"),
    [
        ("/t/acme/ingestion/run/", "/t/acme/ingestion/"),
        ("/t/acme/ingestion/cancel/", "/t/acme/ingestion/?page=2"),
        ("/t/acme/quarantine/retry/", "/t/acme/quarantine/"),
        ("/t/acme/rules/add/", "/t/acme/rules/add/"),
        ("/account/sessions/", "/account/"),
        ("/account/tokens/make/", "/account/tokens/"),
    ],
)
def test_a_form_submitted_after_the_session_ended_returns_to_its_page_after_sign_in(
    client: Client, manager: User, button: str, page: str
) -> None:
    answer = client.post(button, {"name": "x"}, headers={"Referer": HOST + page})
    log_in = client.get(answer["Location"])
    assert "nothing was changed" in log_in.content.decode()
    after = client.post("/login/", {**RIGHT, "next": log_in.context["next"]}, headers=BROWSER)
    assert after["Location"] == page
    assert client.get(page, headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/t/acme/", "http://testserver.evil.example/", "http://testserver//evil.example/x",
     "http://testserver/\\evil.example", "javascript:alert(1)", "http://testserver@evil.example/", "::::"],
)  # fmt: skip
def test_a_referer_never_redirects_to_another_site(client: Client, manager: User, referer: str) -> None:
    answer = client.post("/t/acme/ingestion/run/", headers={"Referer": referer} if referer else {})
    log_in = client.get(answer["Location"])
    location = client.post("/login/", {**RIGHT, "next": log_in.context["next"]})["Location"]
    assert location == "/" or (location.startswith("/") and location[1] not in "/\\"), location


def test_htmx_names_the_page_of_a_form(client: Client, manager: User) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{HOST}/t/acme/alerts/"}
    answer = client.post("/t/acme/alerts/again/", headers=headers)
    assert answer["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/t/acme/ingestion/run/", "/t/acme/ingestion/"),
        ("/t/acme/settings/members/add/", "/t/acme/settings/members/"),
        ("/t/acme/settings/tokens/abc/revoke/", "/t/acme/settings/tokens/"),
        ("/account/sessions/", "/account/"),
        ("/theme/", "/"),
    ],
)
def test_an_address_that_only_takes_forms_leads_a_browser_to_its_page(
    client_of: ClientOf, owner: User, path: str, page: str
) -> None:
    answer = client_of(owner).get(path, headers=BROWSER)
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert client_of(owner).get(path).status_code == 405


def forgery_checked(client_of: ClientOf, user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_of(user).cookies
    return client


def test_an_old_sign_in_form_in_a_second_tab_redirects_a_signed_in_user(client_of: ClientOf, manager: User) -> None:
    stale = {**RIGHT, "next": "/t/acme/tickets/?urgency=high", "csrfmiddlewaretoken": "x" * 64}
    answer = forgery_checked(client_of, manager).post("/login/", stale)
    assert (answer.status_code, answer["Location"]) == (302, "/t/acme/tickets/?urgency=high")
    elsewhere = forgery_checked(client_of, manager).post("/login/", {**stale, "next": "//evil.example"})
    assert elsewhere["Location"] == "/"


def test_an_old_code_form_in_a_second_tab_redirects_a_signed_in_user(client_of: ClientOf, manager: User) -> None:
    answer = forgery_checked(client_of, manager).post(
        "/login/code/", {"code": "123456", "csrfmiddlewaretoken": "x" * 64}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")
    for method in ("get", "post"):
        answer = getattr(client_of(manager), method)("/login/code/")
        assert (answer.status_code, answer["Location"]) == (302, "/")


def test_an_expired_sign_in_form_is_replaced_by_a_fresh_one(manager: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {**RIGHT, "next": "/t/acme/", "csrfmiddlewaretoken": "x" * 64})
    assert answer["Location"] == "/login/?next=/t/acme/"
    assert "had expired" in client.get(answer["Location"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_any_other_form_without_its_csrf_token_changes_nothing(client_of: ClientOf, manager: User, caplog: Any) -> None:
    answer = forgery_checked(client_of, manager).post("/t/acme/ingestion/run/", {})
    assert answer.status_code == 403 and "has expired" in answer.content.decode()


def events(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [record.facts for record in caplog.records if record.name == "tenants.accounts.sign_in_events"]  # type: ignore[attr-defined]


def test_every_sign_in_is_logged_without_the_typed_text(
    client: Client, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    typed = "my password by mistake"
    client.post("/login/", {"username": typed, "password": "hunter2 hunter2"})
    for _ in range(6):
        client.post("/login/", {"username": "manager", "password": "hunter2 hunter2"})
    other = Client()
    other.post("/login/", {**RIGHT, "username": member("other", Tenant.objects.get(), Role.VIEWER).username})
    other.post("/logout/")
    found = events(caplog)
    assert [each["event"] for each in found] == [
        *["password_wrong"] * 6, "throttled", "logged_in", "logged_out"
    ]  # fmt: skip
    assert found[1]["name_digest"] == found[6]["name_digest"] != found[0]["name_digest"]
    assert found[-1]["person"] == str(User.objects.get(username="other").pk)
    assert all(each["client"] == "127.0.0.1" for each in found)
    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert typed not in said and "hunter2" not in said and PASSWORD not in said


def test_a_forbidden_page_is_logged_with_user_and_route(
    client_of: ClientOf, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    from supportsaas.ops import logs

    viewer = member("viewer", tenant, Role.VIEWER)
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logs.formatter("line").format(record))

    handler, logger = Kept(), logging.getLogger()
    logger.addHandler(handler)
    caplog.set_level(logging.INFO)
    try:
        client_of(viewer).get("/t/acme/settings/members/")
        forgery_checked(client_of, viewer).post("/t/acme/customers/jane.doe@example.com/", {})
    finally:
        logger.removeHandler(handler)
    refused = [line for line in lines if "403" in line and "/t/<str:slug>/" in line]
    assert len(refused) == 2 and all(f"user={viewer.pk}" in line for line in refused)
    assert "settings/members" in refused[0]
    assert "jane.doe" not in "".join(lines)


def test_sign_ins_are_counted_in_the_metrics(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 20
    make_user("manager")
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}

    def count(event: str) -> float:
        lines = client.get("/metrics", headers=headers).content.decode().splitlines()
        sought = f'supportsaas_log_ins_total{{event="{event}"}} '
        return next((float(line.removeprefix(sought)) for line in lines if line.startswith(sought)), 0)

    before = count("password_wrong"), count("logged_in")
    client.post("/login/", {**RIGHT, "password": "wrong"})
    client.post("/login/", RIGHT)
    assert (count("password_wrong"), count("logged_in")) == (before[0] + 1, before[1] + 1)
