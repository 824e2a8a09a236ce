"""Webhooks: a signed call starts a sync soon, and nothing of what it says is believed."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from supportsaas import clock
from tenants.models import Tenant, User
from tickets import jobs
from tickets.helpdesks import presets
from tickets.helpdesks.hook_model import Hook
from tickets.helpdesks.model import Source
from tickets.helpdesks.presets.preset import Webhook
from tickets.helpdesks.signatures import is_signed
from tickets.ingestion.hook_calls import start_called_syncs
from tickets.jobs import JobRequest

pytestmark = pytest.mark.usefixtures("db")

BODY = json.dumps({"ticket": {"id": 7}}).encode()
NOW = clock.now()
SECRET = "a-secret-of-the-test"


def recipe(**values: Any) -> Webhook:
    return Webhook(
        **{"header": "X-Signature", "algorithm": "sha256", "id": "ticket.id", "setup": "Somewhere.", **values}
    )


def digest(body: bytes, algorithm: str = "sha256", secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).digest()


class TestSignatures:
    @pytest.mark.parametrize("encoding", ["hex", "base64"])
    @pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
    def test_the_right_signature_is_accepted_and_another_body_is_not(self, algorithm: Any, encoding: Any) -> None:
        signed = digest(BODY, algorithm)
        text = signed.hex() if encoding == "hex" else base64.b64encode(signed).decode()
        webhook = recipe(algorithm=algorithm, encoding=encoding, prefix=f"{algorithm}=")
        headers = {"X-Signature": f"{algorithm}={text}"}
        assert is_signed(webhook, secret=SECRET, headers=headers, body=BODY, now=NOW)
        assert not is_signed(webhook, secret=SECRET, headers=headers, body=BODY + b" ", now=NOW)
        assert not is_signed(webhook, secret="another", headers=headers, body=BODY, now=NOW)

    @pytest.mark.parametrize("given", ["", "x", "zz", "é", "=" * 5000])
    def test_anything_else_is_not(self, given: str) -> None:
        assert not is_signed(recipe(), secret=SECRET, headers={"X-Signature": given}, body=BODY, now=NOW)
        assert not is_signed(recipe(algorithm=""), secret=SECRET, headers={"X-Signature": given}, body=BODY, now=NOW)
        assert not is_signed(
            recipe(), secret="", headers={"X-Signature": digest(BODY, secret="").hex()}, body=BODY, now=NOW
        )

    @pytest.mark.parametrize(("minutes", "is_accepted"), [(0, True), (9, True), (11, False), (-11, False)])
    def test_a_signed_time_that_is_far_away_is_a_repeated_call(self, minutes: int, is_accepted: bool) -> None:
        webhook = recipe(timestamp_header="X-Time")
        stamp = str(int((NOW - timedelta(minutes=minutes)).timestamp()))
        headers = {"X-Signature": digest(stamp.encode() + BODY).hex(), "X-Time": stamp}
        assert is_signed(webhook, secret=SECRET, headers=headers, body=BODY, now=NOW) is is_accepted


@pytest.fixture
def source(native_source: Callable[[str], Source]) -> Source:
    return native_source("http://127.0.0.1:9")


@pytest.fixture
def hook(source: Source) -> Hook:
    return Hook.turn_on(source)


def call(path: str, **headers: str) -> int:
    client = Client(enforce_csrf_checks=True)
    return int(client.post(path, data=BODY, content_type="application/json", headers=headers).status_code)


def start_syncs() -> int:
    return start_called_syncs(threading.Event())


def test_a_call_starts_one_sync_however_often_it_comes(tenant: Tenant, hook: Hook) -> None:
    assert start_syncs() == 0
    assert [call(hook.path) for _ in range(3)] == [202, 202, 202]
    assert start_syncs() == 1
    job = jobs.find_active(tenant)
    assert job is not None
    assert job["trigger"] == "hook"
    assert start_syncs() == 0


def test_a_call_during_a_run_starts_another_when_it_has_ended(tenant: Tenant, hook: Hook) -> None:
    job_id = jobs.enqueue(tenant, JobRequest(trigger="command", started_by="x"))
    call(hook.path)
    assert start_syncs() == 0
    assert jobs.request_cancel(tenant, job_id, by="x")
    assert start_syncs() == 1


def test_a_wrong_address_is_unknown(hook: Hook, source: Source) -> None:
    assert call(f"/hooks/{source.pk}/wrong") == 404
    assert call("/hooks/x/wrong") == 404
    assert call("/hooks/0123456789abcdef01234567/wrong") == 404
    old = hook.path
    Hook.turn_on(source)
    assert call(old) == 404
    assert start_syncs() == 0


def test_a_connection_that_is_switched_off_is_not_synced(hook: Hook, source: Source) -> None:
    call(hook.path)
    Source.objects.filter(pk=source.pk).update(enabled=False)
    assert start_syncs() == 0


SIGNING = [kind for kind, each in presets.PRESETS.items() if each.webhook]


@pytest.mark.parametrize("kind", SIGNING)
def test_a_kind_that_signs_needs_its_signature(tenant: Tenant, kind: str) -> None:
    preset = presets.PRESETS[kind]
    webhook = preset.webhook
    assert webhook is not None
    options = {each.name: each.default or each.example for each in preset.variables}
    source = Source.objects.create(tenant=tenant, kind=kind, url="http://127.0.0.1:9", options=options)
    hook = Hook.turn_on(source)
    assert call(hook.path) == 401
    headers = {}
    signed = BODY
    if webhook.timestamp_header:
        headers[webhook.timestamp_header] = stamp = clock.now().isoformat().replace("+00:00", "Z")
        signed = stamp.encode() + BODY
    if webhook.algorithm:
        made = digest(signed, webhook.algorithm, hook.secret)
        text = made.hex() if webhook.encoding == "hex" else base64.b64encode(made).decode()
        headers[webhook.header] = webhook.prefix + text
    else:
        headers[webhook.header] = hook.secret
    assert call(hook.path, **headers) == 202
    hook.refresh_from_db()
    assert hook.rejected_at is not None and hook.called_at is not None


def test_an_admin_turns_it_on_and_off_and_the_log_never_shows_the_address(
    tenant: Tenant, owner: User, source: Source, client_of: Callable[[User], Client]
) -> None:
    from supportsaas.db import mongo

    client = client_of(owner)
    page = reverse("settings-hooks", args=[tenant.slug])
    assert "Turn on" in client.get(page).content.decode()
    client.post(reverse("settings-hook-on", args=[tenant.slug, source.pk]))
    hook = Hook.objects.get(source=source)
    assert hook.path in client.get(page).content.decode()
    token = hook.path.rpartition("/")[2]
    assert token not in str(list(mongo.collection("audit_log").find()))
    client.post(reverse("settings-hook-off", args=[tenant.slug, source.pk]))
    assert call(hook.path) == 404


def test_a_mailbox_is_offered_no_webhook_because_it_calls_none(
    tenant: Tenant, owner: User, client_of: Callable[[User], Client]
) -> None:
    Source.objects.create(tenant=tenant, kind="imap", url="imaps://imap.example.com", name="mail")
    html = client_of(owner).get(reverse("settings-hooks", args=[tenant.slug])).content.decode()
    assert "A mailbox calls no webhook." in html and "Turn on" not in html


def test_another_tenants_connection_cannot_be_touched(
    other_tenant: Tenant, tenant: Tenant, owner: User, client_of: Callable[[User], Client]
) -> None:
    theirs = Source.objects.create(tenant=other_tenant, kind="house", url="http://127.0.0.1:9")
    assert client_of(owner).post(reverse("settings-hook-on", args=[tenant.slug, theirs.pk])).status_code == 404
    assert not Hook.objects.exists()
