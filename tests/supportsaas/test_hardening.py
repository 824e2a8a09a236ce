"""Security headers of all responses, and security settings of production."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests import processes

ClientOf = Callable[[User], Client]
PRODUCTION = {
    "USE_HTTPS": "1",
    "TRUSTED_PROXIES": "1",
    "ALLOWED_HOSTS": "support.example.com",
    "PUBLIC_URL": "https://support.example.com",
    "DEBUG": "0",
}


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return processes.run("manage.py", *arguments, env=processes.environment(**environment))


def test_djangos_deploy_checks_find_nothing() -> None:
    done = manage("check", "--deploy", "--tag", "security", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_production_marks_its_cookies_and_insists_on_https() -> None:
    names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
             "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"]  # fmt: skip
    code = f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    done = manage("shell", "--no-imports", "-c", code, HSTS_SECONDS="3600", **PRODUCTION)
    assert json.loads(done.stdout) == [
        "__Host-sessionid",
        True,
        True,
        "Lax",
        "__Host-csrftoken",
        True,
        True,
        True,
        3600,
    ]


@pytest.mark.parametrize(
    "path", ["/login/", "/t/acme/tickets/", "/admin/", "/nothing/", "/health", "/tickets", "/api/docs"]
)
def test_every_response_has_the_security_headers(
    client_of: ClientOf, superuser: User, tenant: Tenant, path: str
) -> None:
    headers = client_of(superuser).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path", ["/t/acme/tickets/", "/t/acme/", "/account/", "/admin/", "/admin/tenants/user/", "/nothing/"]
)
def test_pages_of_signed_in_users_are_not_cached(
    client_of: ClientOf, superuser: User, tenant: Tenant, path: str
) -> None:
    cache = client_of(superuser).get(path)["Cache-Control"]
    assert "private" in cache
    assert "no-store" in cache


def test_rejected_forms_and_server_errors_have_the_security_headers(
    superuser: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(superuser)
    refused: Any = client.post("/theme/", {"theme": "dark"})
    assert refused.status_code == 403 and "expired" in refused.content.decode()

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("tenants.views.account.find_sessions", fail)
    fault: Any = client.get("/account/")
    assert fault.status_code == 500 and "a secret detail" not in fault.content.decode()
    for answer in (refused, fault):
        assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("::FFFF:cb00:7105", "203.0.113.5"),
        ("[::ffff:203.0.113.5]:51234", "203.0.113.5"),
        ("203.0.113.5:51234", "203.0.113.5"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:0DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", ""),
        ("203.0.113.5:", "203.0.113.5"),
        ("[2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_the_client_address_is_the_same_in_every_notation(rf: Any, settings: Any, written: str, address: str) -> None:
    from supportsaas.web.client_address import client_address

    settings.TRUSTED_PROXIES = 0
    assert client_address(rf.get("/", REMOTE_ADDR=written)) == address
    settings.TRUSTED_PROXIES = 1
    assert client_address(rf.get("/", headers={"X-Forwarded-For": f"1.1.1.1, {written}"})) == address


def test_a_client_writes_no_address_into_the_log(rf: Any, settings: Any) -> None:
    from supportsaas.web.client_address import client_address

    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.5, 10.0.0.9"})
    for proxies, address in ((0, "10.0.0.1"), (1, "10.0.0.9"), (2, "203.0.113.5"), (9, "1.1.1.1")):
        settings.TRUSTED_PROXIES = proxies
        assert client_address(request) == address
    settings.TRUSTED_PROXIES = 1
    assert client_address(rf.get("/", headers={"X-Forwarded-For": "<script>"})) == ""


@pytest.mark.usefixtures("db")
def test_a_page_of_the_admin_names_its_icon_so_that_no_browser_asks_in_vain(
    client_of: Callable[[User], Client], superuser: User
) -> None:
    for path in ("/admin/", "/admin/tenants/tenant/"):
        assert 'rel="icon"' in client_of(superuser).get(path).content.decode()
