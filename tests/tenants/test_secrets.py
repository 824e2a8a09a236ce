"""Secrets are encrypted wherever users enter them: keys in URLs and settings. Also old encryption keys."""

import importlib
import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from supportsaas import crypto
from supportsaas.db import mongo
from supportsaas.ops import system_checks
from supportsaas.ops.stored_secrets import find_stored_secrets, reencrypt
from tenants.audit.secret_names import find_secret_settings, hide_secrets, looks_secret
from tenants.credentials import second_factor
from tenants.models import Tenant, User
from tests.builders import source_page
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets.alerts.model import Channel
from tickets.helpdesks import SourceError, open_source
from tickets.helpdesks.model import Source

KEY = "k3y/with+odd&chars="
LIST = {"path": "/list", "records": "items", "fields": {"id": "id", "created_at": "created_at"}}


@pytest.mark.parametrize(
    "name",
    ["api_key", "apikey", "API-Key", "X-Api-Key", "apiKey", "key", "access_token", "accessToken", "private_token", "token",
     "auth", "auth_token", "Authorization", "password", "userPassword", "passwd", "pwd", "client_secret", "sig", "PHPSESSID_session",
     "app_key", "hapikey", "userkey", "Ocp-Apim-Subscription-Key", "jwt", "credentials", "sessionid"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    ["status", "sort", "sort_key", "project_key", "keywords", "author", "author_id", "page_token", "next_token", "assigned_to",
     "passenger", "monkey", "tokens_like", "authored_by", "group_key", "include", "signal", "order[key]", "monkeys", "q"],
)  # fmt: skip
def test_names_that_are_not_secrets(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({"params": {"api_key": "x", "status": "open"}}, ["params.api_key"]),
        ({"params": {"api_key": ""}}, []),
        ({"path": "/list?state=all&token=x"}, ["path?token"]),
        ({"check_path": "/me?key=x", "path": "/list"}, ["check_path?key"]),
        ({"headers": {"X-Auth-Token": "x"}}, ["headers.X-Auth-Token"]),
        ({"fields": {"id": "key", "token": "x"}, "status_map": {"key": "open"}}, []),
        ({"a": [{"password": 5}]}, ["a.password"]),
        ("no object", []),
        (None, []),
    ],
)
def test_secrets_are_found_wherever_settings_hold_them(options: Any, places: list[str]) -> None:
    assert list(find_secret_settings(options)) == places


@pytest.mark.parametrize(
    "text",
    [
        '{"params": {"api_key": "s3cret", "status": "open"}}',
        '{"params": {"api_key": "s3cret',
        '{"path": "/list?state=all&token=s3cret&x=1"}',
        '{"a": {"b": {"password" : "s3cret\\"s3cret"}}}',
        '{"a": {"pin": 1, "password": 77123}}',
    ],
)
def test_a_secret_is_hidden_also_where_the_text_was_cut_off(text: str) -> None:
    assert "s3cret" not in hide_secrets(text) and "77123" not in hide_secrets(text) and "(secret)" in hide_secrets(text)
    assert hide_secrets('{"params": {"status": "open"}}') == '{"params": {"status": "open"}}'


@pytest.fixture
def source(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> Source:
    """A helpdesk that expects its key in the URL."""
    made = Source(tenant=tenant, kind="rest", url=helpdesk.url, auth="query", auth_name="api_key", options=LIST)
    made.set_secret(KEY)
    made.full_clean()
    made.save()
    return made


class TestKeyInTheAddress:
    def test_a_key_in_the_address_is_sent_with_every_request_and_stored_encrypted(
        self, source: Source, helpdesk: ScriptedHelpdesk
    ) -> None:
        helpdesk.script = lambda _path, _query: answer({"items": []})
        with open_source(source) as opened:
            list(opened.pages())
            list(opened.pages())
        assert len(helpdesk.requests) >= 2
        assert all(query["api_key"] == KEY for _, query, _ in helpdesk.requests)
        assert all("page" in query for path, query, _ in helpdesk.requests[1:] if path == "/list")
        stored = str([list(mongo.collection(name).find()) for name in mongo.database().list_collection_names()])
        assert KEY not in stored

    def test_a_next_address_that_repeats_it_is_stored_without(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk, source: Source
    ) -> None:
        source.options = {**LIST, "paging": "next", "next": "next"}
        source.save()

        def script(path: str, query: dict[str, str]) -> Any:
            number = int(query.get("page", 1))
            following = f"{helpdesk.url}/list?api_key={KEY.replace('+', '%2B').replace('&', '%26')}&page={number + 1}"
            items = [{"id": number, "created_at": "2026-03-10T09:00:00Z"}]
            return answer({"items": items, "next": following if number < 3 else None})

        helpdesk.script = script
        with open_source(source) as opened:
            pages = list(opened.pages())
        assert len(pages) == 3
        assert all("api_key" not in page.position.token and "k3y" not in page.position.token for page in pages)
        assert all(query["api_key"] == KEY for _, query, _ in helpdesk.requests)

    @pytest.mark.parametrize("failure", [answer({}, status=401), answer({}, status=404), answer({}, status=302, Location="/x"),
                                         (200, {}, b"<html>")])  # fmt: skip
    def test_no_error_or_log_line_contains_a_key_in_the_url(
        self, source: Source, helpdesk: ScriptedHelpdesk, failure: Any, caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr("tickets.helpdesks.http.backoff_waits", lambda **_: iter(()))
        caplog.set_level(logging.DEBUG, logger="tickets")
        helpdesk.fail_everything(failure)
        with open_source(source) as opened, pytest.raises(SourceError) as error:
            next(opened.pages())
        assert "k3y" not in str(error.value) + caplog.text

    @pytest.mark.parametrize("log_in", [("query", "api_key"), ("bearer", ""), ("header", "X-Key"), ("basic", "ann")])
    @pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422])
    def test_an_answer_that_repeats_the_key_is_not_quoted_with_it(
        self, source: Source, helpdesk: ScriptedHelpdesk, log_in: tuple[str, str], status: int
    ) -> None:
        source.auth, source.auth_name = log_in
        source.save()
        said = f"{'x ' * 90}The key {KEY} (k3y%2Fwith%2Bodd%26chars%3D) is not known here."
        helpdesk.fail_everything(answer({"success": False, "error": said, "items": []}, status=status))
        with open_source(source) as opened, pytest.raises(SourceError) as error:
            next(opened.pages())
        assert "k3y" not in str(error.value) and "odd" not in str(error.value)

    def test_a_key_in_the_address_is_chosen_on_the_page_and_by_the_command(
        self, tenant: Tenant, owner: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = {"kind": "rest", "url": "https://help.example.com", "auth": "query", "auth_name": "", "secret": KEY,
                "options": json.dumps(LIST),
                "page_size": "100", "every_minutes": "", "enabled": "on"}  # fmt: skip
        client = client_of(owner)
        assert "Enter the name of the query parameter" in client.post(source_page(), form).content.decode()
        client.post(source_page(), {**form, "auth_name": "key"})
        stored = Source.objects.get()
        assert (stored.auth, stored.auth_name, stored.reveal_secret()) == ("query", "key", KEY)
        assert "k3y" not in client.get(source_page()).content.decode()
        assert "k3y" not in client.get("/t/acme/settings/changes/").content.decode()
        monkeypatch.setenv("DESK_KEY", "another-key")
        call_command("source", "add", "acme", "--kind", "redmine", "--url", "https://help.example.com", "--auth", "query",
                     "--auth-name", "key", "--secret-from", "env:DESK_KEY", "--replace", stdout=io.StringIO())  # fmt: skip
        assert Source.objects.get().reveal_secret() == "another-key"


class TestSettings:
    def test_a_secret_among_the_settings_is_rejected_with_advice(self, tenant: Tenant) -> None:
        source = Source(tenant=tenant, kind="rest", url="https://help.example.com",
                        options={**LIST, "params": {"api_key": "s3cret"}})  # fmt: skip
        with pytest.raises(ValidationError, match=r"params\.api_key looks like a key or password.*API key in the URL"):
            source.full_clean()
        with pytest.raises(CommandError, match="API key in the URL"):
            call_command("source", "add", "acme", "--kind", "rest", "--url", "https://help.example.com", "--option",
                         "path=/l", "--option", "fields.id=id", "--option", "fields.created_at=c", "--option",
                         "params.token=s3cret", stdout=io.StringIO())  # fmt: skip
        assert not Source.objects.exists()

    def test_a_secret_stored_by_an_older_version_still_works_and_its_source_can_be_changed(
        self, tenant: Tenant, helpdesk: ScriptedHelpdesk
    ) -> None:
        helpdesk.script = lambda _path, _query: answer({"items": []})
        source = Source.objects.create(tenant=tenant, kind="rest", url=helpdesk.url,
                                       options={**LIST, "params": {"token": "s3cret", "key": "x"}})  # fmt: skip
        call_command("source", "schedule", "acme", "--every", "5", stdout=io.StringIO())
        with open_source(Source.objects.get()) as opened:
            next(opened.pages())
        assert helpdesk.requests[-1][1]["token"] == "s3cret"
        source.options = {**LIST, "params": {"token": "another"}}
        with pytest.raises(ValidationError, match="looks like"):
            source.full_clean()

    def test_the_audit_log_contains_no_secret_settings(self, tenant: Tenant) -> None:
        source = Source.objects.create(tenant=tenant, kind="rest", url="https://help.example.com",
                                       options={**LIST, "params": {"token": "s3cret", "status": "open"}})  # fmt: skip
        source.options = LIST
        source.save()
        source.delete()
        logged = str(list(mongo.collection("audit_log").find()))
        assert "s3cret" not in logged and "(secret)" in logged and "status" in logged

    def test_the_migration_encrypts_them_and_cleans_the_log(self, tenant: Tenant, other_tenant: Tenant) -> None:
        migration = importlib.import_module(MIGRATION)
        options = {**LIST, "params": {"api_key": "s3cret", "status": "open"}}
        moved = Source.objects.create(tenant=tenant, kind="rest", url="https://help.example.com", options=options)
        kept = Source.objects.create(tenant=other_tenant, kind="rest", url="https://help.example.com", auth="bearer",
                                     options=options)  # fmt: skip
        old = '{"params": {"api_key": "s3cret", "status": "open"}}'
        mongo.collection("audit_log").update_many({}, {"$set": {"changes.options": {"old": old, "new": old[:30]}}})
        with connection.schema_editor() as editor:
            for step in (migration.encrypt_keys, migration.hide_keys) * 2:
                step(None, editor)
        moved.refresh_from_db()
        assert (moved.auth, moved.auth_name, moved.reveal_secret()) == ("query", "api_key", "s3cret")
        assert moved.options == {**LIST, "params": {"status": "open"}}
        kept.refresh_from_db()
        assert (kept.auth, kept.options) == ("bearer", options)
        assert "s3cret" not in str(list(mongo.collection("audit_log").find()))


MIGRATION = "tenants.migrations.0010_keys_in_addresses"


class TestOldEncryptionKeys:
    @pytest.fixture
    def secrets(self, tenant: Tenant, owner: User, settings: Any) -> list[str]:
        """A secret of each kind, encrypted with a key that is now the old one."""
        old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
        source = Source(tenant=tenant, kind="house", url="https://help.example.com", auth="bearer")
        source.set_secret("of the source")
        source.save()
        channel = Channel(tenant=tenant, name="Pager", kind="webhook", address="https://pager.example.com")
        channel.set_secret("of the channel")
        channel.save()
        Channel.objects.create(tenant=tenant, name="None", kind="email", address="ann@example.com")
        second_factor.start_setup(owner)
        settings.ENCRYPTION_KEYS = [new, old]
        return [each.encrypted for each in find_stored_secrets()]

    def test_reencrypt_makes_old_keys_dispensable(self, secrets: list[str], settings: Any) -> None:
        assert len(secrets) == 3
        assert [each.id for each in system_checks.check_secrets()] == ["supportsaas.W005"]
        logged = mongo.collection("audit_log").count_documents({})
        out = io.StringIO()
        call_command("reencrypt", stdout=out)
        call_command("reencrypt", stdout=out)
        assert out.getvalue().splitlines() == [
            "Re-encrypted 3 secrets; 0 already used the first key.",
            "Re-encrypted 0 secrets; 3 already used the first key.",
        ]
        settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
        assert Source.objects.get().reveal_secret() == "of the source"
        assert Channel.objects.get(kind="webhook").reveal_secret() == "of the channel"
        assert list(system_checks.check_secrets()) == []
        assert mongo.collection("audit_log").count_documents({}) == logged

    def test_a_secret_that_no_key_can_read_is_reported_and_kept(self, secrets: list[str], settings: Any) -> None:
        lost = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
        Source.objects.update(encrypted_secret=lost)
        with pytest.raises(CommandError, match="1 secret cannot be decrypted"):
            call_command("reencrypt", stdout=io.StringIO())
        assert Source.objects.get().encrypted_secret == lost
        assert all(each.is_current for each in find_stored_secrets() if each.encrypted != lost)

    def test_a_secret_changed_during_reencryption_keeps_its_new_value(self, secrets: list[str]) -> None:
        [stored] = [each for each in find_stored_secrets() if each.collection == "tenants_source"]
        source = Source.objects.get()
        source.set_secret("entered just now")
        source.save()
        stored.reencrypt()
        assert Source.objects.get().reveal_secret() == "entered just now"
        assert reencrypt().unreadable == 0

    def test_reencrypt_has_nothing_to_do_with_one_key(self, tenant: Tenant, db: None) -> None:
        assert crypto.is_current(crypto.encrypt("x"))
        assert list(system_checks.check_secrets()) == []
