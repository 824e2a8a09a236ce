"""The settings page where a tenant's admins edit, check and disconnect a helpdesk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.builders import NOON, connect_source, record, source_page, store_tickets
from tests.helpdesk import ScriptedHelpdesk, answer
from tickets.helpdesks.model import Source
from tickets.ingestion.schedule import find_schedules
from tickets.ingestion.sync_state import find_state, save_state
from tickets.store.ticket_store import TicketStore

PAGE = "/t/acme/settings/source/"
REDMINE = {
    "kind": "redmine", "url": "http://127.0.0.1:1", "auth": "header", "auth_name": "X-Redmine-API-Key",
    "secret": "s3cret-key", "options": "{}", "page_size": "100", "every_minutes": "", "enabled": "on",
}  # fmt: skip


@pytest.fixture
def admin(owner: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(owner)


def said(response: Any) -> str:
    return " ".join(str(each) for each in response.context["messages"])


def test_another_helpdesk_type_is_chosen_first_and_prefills_the_form(admin: Client) -> None:
    assert 'href="/t/acme/settings/source/new/"' in admin.get(PAGE).content.decode()
    html = admin.get(source_page(), {"kind": "choose"}).content.decode()
    assert "Change the helpdesk type of native" in html and f'href="{source_page()}?kind=redmine"' in html
    html = admin.get(source_page(), {"kind": "redmine"}).content.decode()
    assert 'value="X-Redmine-API-Key"' in html and "My account" in html
    assert 'name="options"' not in admin.get(source_page(), {"kind": "house"}).content.decode()
    assert "&quot;path&quot;" in admin.get(source_page(), {"kind": "rest"}).content.decode()


def test_a_saved_connection_never_shows_its_secret(admin: Client, tenant: Tenant) -> None:
    assert "Connection saved" in said(admin.post(source_page(), {**REDMINE, "every_minutes": "15"}, follow=True))
    source = Source.objects.get(tenant=tenant)
    assert (source.reveal_secret(), source.every_minutes) == ("s3cret-key", 15)
    assert "acme" in find_schedules()
    for path in (PAGE, "/t/acme/settings/changes/", "/t/acme/ingestion/"):
        html = admin.get(path).content.decode()
        assert "s3cret-key" not in html and source.encrypted_secret not in html


def test_saving_and_checking_says_whether_it_works(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record("T-1")]
    form = {**REDMINE, "kind": "house", "url": helpdesk.url, "auth": "none", "secret": "", "auth_name": ""}
    assert "1 ticket found" in said(admin.post(source_page(), {**form, "check": "1"}, follow=True))
    helpdesk.fail_everything(answer({}, 401))
    assert "rejected the credentials" in said(admin.post(source_page("check/"), follow=True))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"secret": ""}, "secret"),
        ({"auth_name": ""}, "auth_name"),
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://user:pass@127.0.0.1"}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"options": "no json"}, "options"),
        ({"options": '{"colour": 1}'}, "options"),
        ({"options": '{"params": {"a": {"$ne": 1}}}'}, "options"),
        ({"page_size": "0"}, "page_size"),
        ({"every_minutes": "10081"}, "every_minutes"),
        ({"auth": "magic"}, "auth"),
    ],
)
def test_invalid_source_input_is_reported_at_its_field_and_not_stored(
    admin: Client, values: dict[str, str], field: str
) -> None:
    response = admin.post(source_page(), {**REDMINE, **values})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'id="id_{field}_error"' in response.content.decode()
    assert [each.kind for each in Source.objects.all()] == ["house"]


def test_the_stored_secret_is_not_sent_to_another_server(admin: Client) -> None:
    admin.post(source_page(), REDMINE)
    moved = admin.post(source_page(), {**REDMINE, "url": "http://127.0.0.1:2", "secret": ""})
    assert "a different server" in str(moved.context["form"].errors["secret"])
    assert Source.objects.get().url == "http://127.0.0.1:1"
    admin.post(source_page(), {**REDMINE, "url": "http://127.0.0.1:1/below", "secret": ""})
    assert (Source.objects.get().url, Source.objects.get().reveal_secret()) == (
        "http://127.0.0.1:1/below",
        "s3cret-key",
    )


MAPPED = '"path": "/t", "fields": {"id": "id", "created_at": "created_at"}'


def rest(options: str = "", **values: str) -> dict[str, str]:
    return {**REDMINE, "kind": "rest", "options": "{" + MAPPED + options + "}", **values}


def test_the_stored_secret_is_not_sent_to_another_server_by_a_link(admin: Client) -> None:
    admin.post(source_page(), rest())
    links = ', "next_hosts": ["evil.example.com"], "lookups": {"x": {"path": "https://evil.example.com/", "by": "id"}}'
    moved = admin.post(source_page(), rest(links, secret=""))
    assert "next_hosts names a different server" in str(moved.context["form"].errors["secret"])
    assert "next_hosts" not in Source.objects.get().options
    admin.post(source_page(), rest(links))
    assert Source.objects.get().options["next_hosts"] == ["evil.example.com"]
    admin.post(source_page(), rest(', "next_hosts": ["evil.example.com"]', secret="", page_size="50"))
    assert Source.objects.get().page_size == 50


@pytest.mark.parametrize(
    "path", [".evil.example.com/token", "@evil.example.com/token", ":1@evil.example.com", "//evil.example.com/token"]
)
def test_the_path_of_tokens_cannot_lead_to_another_server(admin: Client, path: str) -> None:
    admin.post(source_page(), rest(', "client_id": "app"', auth="oauth2"))
    changed = admin.post(source_page(), rest(f', "client_id": "app", "oauth_path": "{path}"', auth="oauth2", secret=""))
    assert "oauth_path: must start with a single slash" in str(changed.context["form"].errors["options"])
    assert "oauth_path" not in Source.objects.get().options


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("Host", "evil.example.com", "belongs to the connection itself"),
        ("transfer-encoding", "chunked", "belongs to the connection itself"),
        ("Cookie", "session=1", "holds credentials"),
        ("X-A", "1\\r\\nX-B: 2", "printable ASCII characters"),
        ("X-A", "é", "printable ASCII characters"),
        ("X A", "1", "not the name of a header"),
        ("", "1", "not the name of a header"),
    ],
)
def test_headers_that_cannot_be_sent_or_lead_elsewhere_are_rejected(
    admin: Client, name: str, value: str, sentence: str
) -> None:
    response = admin.post(source_page(), rest(f', "headers": {{"{name}": "{value}"}}'))
    assert sentence in str(response.context["form"].errors["options"])


@pytest.mark.parametrize("name", ["Host", "X A", "X:A", "Ключ"])
def test_a_key_is_sent_in_a_header_that_exists(admin: Client, name: str) -> None:
    response = admin.post(source_page(), {**REDMINE, "auth_name": name})
    assert "header" in str(response.context["form"].errors["auth_name"]) or "connection" in str(
        response.context["form"].errors["auth_name"]
    )


def test_a_new_interval_keeps_the_sync_state_and_a_new_url_resets_it(admin: Client, tenant: Tenant) -> None:
    admin.post(source_page(), REDMINE)
    save_state(tenant.slug, cursor=NOON, full_read_at=NOON)
    admin.post(source_page(), {**REDMINE, "secret": "", "every_minutes": "30"})
    assert find_state(tenant.slug).cursor == NOON
    admin.post(source_page(), {**REDMINE, "secret": "", "url": "http://127.0.0.1:1/other"})
    assert find_state(tenant.slug).cursor is None


def test_a_new_kind_replaces_the_connection_and_says_so_before(admin: Client) -> None:
    admin.post(source_page(), REDMINE)
    assert "Saving replaces the current connection" in admin.get(source_page(), {"kind": "house"}).content.decode()
    admin.post(source_page(), {**REDMINE, "kind": "house", "options": '{"path": "/x"}'})
    assert (Source.objects.get().kind, Source.objects.get().options) == ("house", {})


def test_disconnecting_a_helpdesk_keeps_its_tickets(admin: Client, tenant: Tenant) -> None:
    admin.post(source_page(), {**REDMINE, "every_minutes": "15"})
    store_tickets(tenant, [{"id": "T-1"}])
    assert "Existing tickets are kept" in said(admin.post(source_page("remove/"), follow=True))
    assert Source.objects.count() == 0 and "acme" not in find_schedules()
    assert TicketStore(tenant).find_ticket("T-1") is not None


def test_a_tenant_added_to_the_form_data_is_ignored(admin: Client, tenant: Tenant, other_tenant: Tenant) -> None:
    admin.post(source_page(), {**REDMINE, "tenant": str(other_tenant.pk), "tenant_id": str(other_tenant.pk)})
    assert Source.objects.get().tenant == tenant


def test_the_page_lists_all_connections_and_what_is_wrong_with_them(
    admin: Client, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    connect_source(tenant, url=helpdesk.url, every_minutes=15)
    second = connect_source(tenant, url="http://127.0.0.1:9", name="second", enabled=False)
    admin.post(f"{PAGE}{second.pk}/check/")
    html = " ".join(admin.get(PAGE).content.decode().split())
    assert "2 connections" in html and "Syncs every 15 minutes" in html and "Not synced yet" in html
    assert "The helpdesk at http://127.0.0.1:9 could not be reached" in html or "127.0.0.1:9" in html
    assert Source.objects.get(name="second").check_problem and Source.objects.get(name="native").checked_at is None


def test_a_connection_is_turned_off_and_on(admin: Client, tenant: Tenant) -> None:
    source = connect_source(tenant, every_minutes=15)
    for wanted in ("0", "0", "1"):
        admin.post(source_page("switch/"), {"enabled": wanted})
        source.refresh_from_db()
        assert (source.enabled, "acme" in find_schedules()) == (wanted == "1", wanted == "1")


def test_one_connection_of_several_is_edited_and_removed(admin: Client, tenant: Tenant) -> None:
    kept = connect_source(tenant, url="http://127.0.0.1:9")
    second = connect_source(tenant, url="http://127.0.0.1:10", name="second")
    page = admin.get(f"{PAGE}{second.pk}/").content.decode()
    assert 'value="http://127.0.0.1:10"' in page and 'name="name"' not in page
    assert "“second” removed" in said(admin.post(f"{PAGE}{second.pk}/remove/", follow=True))
    assert list(tenant.sources.all()) == [kept]
    assert admin.post(f"{PAGE}{second.pk}/remove/").status_code == 404
