"""Adding a connection in the browser: product, address and key, the tickets as they will look, the first sync."""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.net.addresses import AllowedHosts
from tenants.models import Membership, Role, Tenant, User
from tests.builders import record
from tests.conftest import make_user
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.helpdesks.vendors import find_vendors
from tests.helpdesks.vendors.redmine import Server as Redmine
from tests.listed import ingest
from tickets import jobs
from tickets.helpdesks import drafts
from tickets.helpdesks.drafts import find_draft
from tickets.helpdesks.model import Source
from tickets.helpdesks.presets import PRESETS
from tickets.ingestion import preview_records
from tickets.ingestion.connecting import remove_source
from tickets.ingestion.schedule import find_schedules
from tickets.status_mapping.model import find_mappings
from tickets.store.ticket_store import TicketStore

VENDORS = find_vendors()
NEW = "/t/acme/settings/source/new/"
START = {"every_minutes": "15", "name": "", "days": ""}
STORED = ("tenants_source", "tickets", "quarantine", "ingestion_logs", "name_spaces", "schedules", "status_mappings")


@pytest.fixture
def admin(owner: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(owner)


@pytest.fixture
def redmine() -> Iterator[Redmine]:
    with Redmine() as server:
        for number in range(1, 15):
            server.add(number)
        yield server


def entered(server: Redmine, **values: str) -> dict[str, str]:
    """What an admin enters to connect the simulated Redmine."""
    return {"url": server.url, "auth": "header", "auth_name": "X-Redmine-API-Key", "secret": server.secret, **values}


def begin(client: Client, product: str, values: dict[str, str]) -> str:
    """Enter the settings; the address of the test."""
    response = client.post(f"{NEW}{product}/", values)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def html_of(response: Any) -> str:
    return str(response.content.decode())


def said(response: Any) -> str:
    return " ".join(str(each) for each in response.context["messages"])


def stored_documents() -> dict[str, int]:
    return {name: mongo.collection(name).count_documents({}) for name in STORED}


# -- Choosing the product --------------------------------------------------------------------------


def test_products_are_found_by_their_label_and_other_ways_are_always_there(admin: Client) -> None:
    html = html_of(admin.get(NEW))
    assert f'href="{NEW}redmine/"' in html and f'href="{NEW}rt/"' in html
    html = html_of(admin.get(NEW, {"q": "request tr"}))
    assert f'href="{NEW}rt/"' in html and f'href="{NEW}redmine/"' not in html
    html = html_of(admin.get(NEW, {"q": "no such product"}))
    assert "is not in the list" in html
    for slug in ("rest", "native", "file"):
        assert f'href="{NEW}{slug}/"' in html
    assert admin.get(f"{NEW}nothing/").status_code == 404
    assert "import_tickets acme" in html_of(admin.get(f"{NEW}file/"))


def test_the_form_asks_for_what_the_preset_needs_and_keeps_the_rest_under_advanced(admin: Client) -> None:
    html = html_of(admin.get(f"{NEW}redmine/"))
    main, advanced = html.split("<summary>Advanced</summary>")
    assert 'name="url"' in main and 'name="secret"' in main and "My account" in main
    assert 'name="options"' in advanced and 'name="auth"' in advanced
    assert 'name="options"' not in html_of(admin.get(f"{NEW}native/"))
    assert "&quot;path&quot;" in html_of(admin.get(f"{NEW}rest/"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": ""}, "Enter the address of your Redmine"),
        ({"url": "ftp://x"}, "Enter a URL that starts with"),
        ({"url": "https://[::1"}, "Enter a URL that starts with http:// or https://.<"),
        ({"url": "https://redmine.example:99999"}, "The port in the URL is not a number from 1 to 65535."),
        ({"url": "http://169.254.169.254"}, "169.254.169.254 leads to the link-local network"),
        ({"secret": ""}, "Enter the key or password."),
        ({"options": "[1]"}, "must be a JSON object"),
        ({"options": "{"}, "Enter a valid JSON"),
        ({"options": '{"colour": 1}'}, "colour"),
        ({"options": '{"params": {"api_key": "x"}}'}, "looks like a key or password"),
        ({"options": '{"oauth_grant": "refresh_token"}'}, "accept a refresh token only once"),
        ({"expires_on": "soon"}, "Enter a valid date"),
        ({"expires_on": "2020-01-31"}, "This day has passed."),
    ],
)
def test_bad_input_is_named_at_its_field_and_keeps_nothing(
    admin: Client, redmine: Redmine, values: dict[str, str], sentence: str
) -> None:
    response = admin.post(f"{NEW}redmine/", entered(redmine, **values))
    assert response.status_code == 422
    assert sentence in html_of(response)
    assert redmine.secret not in html_of(response)
    assert mongo.collection(drafts.COLLECTION).count_documents({}) == 0


@pytest.mark.parametrize(
    ("product", "host", "url"),
    [
        ("redmine", "redmine.invalid", "https://redmine.invalid"),
        ("imap", "imap.invalid:993", "imaps://imap.invalid:993"),
    ],
)
def test_a_host_without_a_scheme_is_reached_encrypted(
    admin: Client, owner: User, tenant: Tenant, product: str, host: str, url: str
) -> None:
    values = {"url": host, "secret": "x", "var-team": "shop.example"}
    values |= {"auth": "basic", "auth_name": "ann"} if product == "imap" else {"auth": "bearer"}
    draft = find_draft(tenant, owner, begin(admin, product, values).rstrip("/").rpartition("/")[2])
    assert draft is not None and draft.source.url == url


@pytest.mark.parametrize("address", ["acme", "acme.zendesk.com", " https://acme.zendesk.com/agent/dashboard "])
def test_a_subdomain_may_be_entered_as_the_whole_address(
    admin: Client, owner: User, tenant: Tenant, address: str
) -> None:
    values = {"var-subdomain": address, "var-client_id": "x", "secret": "x", "auth": "oauth2"}
    draft = find_draft(tenant, owner, begin(admin, "zendesk", values).rstrip("/").rpartition("/")[2])
    assert draft is not None and draft.source.url == "https://acme.zendesk.com"


@pytest.mark.parametrize("address", ["https://acme.example", "acme.zendesk.example", ".zendesk.com"])
def test_the_address_of_another_product_is_no_subdomain(admin: Client, address: str) -> None:
    values = {"var-subdomain": address, "var-client_id": "x", "secret": "x", "auth": "oauth2"}
    assert "before .zendesk.com" in html_of(admin.post(f"{NEW}zendesk/", values))


# -- The test --------------------------------------------------------------------------------------


def test_the_test_shows_tickets_as_they_will_look_and_stores_nothing(admin: Client, redmine: Redmine) -> None:
    redmine.add(15, subject="Data breach", text="We will file a lawsuit immediately!")
    before = stored_documents()
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine))))
    assert "15 tickets found" in html
    assert "10 of your tickets, as they will look" in html
    assert "Question 1" in html and "Ada" in html and "was <bdi>New</bdi>" in html
    assert "Text of ticket 1. Please help." in html
    assert "Record <bdi>1</bdi><" in html and "&quot;subject&quot;: &quot;Question 1&quot;" in html
    assert stored_documents() == before


def test_urgency_and_sentiment_are_shown_as_classified(admin: Client, redmine: Redmine) -> None:
    redmine.change(1, subject="Data breach", text="We are furious. We will file a lawsuit immediately!")
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine))))
    row = html[html.index("Data breach") : html.index("Question 2")]
    assert "urgency-high" in row and "sentiment-negative" in row and ">Yes<" in row


def test_the_key_is_in_no_page_log_session_or_document(
    admin: Client, redmine: Redmine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # A helpdesk that repeats the key in its records must not bring it onto the page either.
    redmine.change(1, subject="About the key", text=f"my key is {redmine.secret}", team=redmine.secret)
    address = begin(admin, "redmine", entered(redmine))
    pages = [html_of(admin.get(address))]
    draft = address.rstrip("/").rpartition("/")[2]
    pages.append(html_of(admin.get(f"{NEW}redmine/", {"draft": draft})))
    pages.append(html_of(admin.post(f"{NEW}redmine/?draft={draft}", entered(redmine, url="ftp://x"))))
    documents = [
        each
        for name in mongo.database().list_collection_names()
        for each in mongo.collection(name).find({})
        if name != "rate_limits"
    ]
    for text in (*pages, caplog.text, str(documents)):
        assert redmine.secret not in text
    assert "Leave empty to keep the key you entered" in pages[1]
    admin.post(address, START)
    assert Source.objects.get().reveal_secret() == redmine.secret


def test_secrets_in_records_are_hidden(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record("T-1", access_token="abc123xyz")]
    html = html_of(admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"})))
    assert "abc123xyz" not in html and "(secret)" in html


def test_hostile_text_of_tickets_is_text_on_the_page(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    attack = "</pre><script>alert(1)</script>"
    values = dict.fromkeys(("subject", "message", "customer_id", "status"), attack)
    helpdesk.tickets = [record(attack, **values), record("T-2", created_at=attack)]
    html = html_of(admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"})))
    assert "Save and start the first sync" in html
    assert "<script>alert" not in html


def test_settings_can_be_changed_without_entering_the_key_again_unless_the_server_changes(
    admin: Client, owner: User, tenant: Tenant, redmine: Redmine
) -> None:
    address = begin(admin, "redmine", entered(redmine, url="http://127.0.0.1:9"))
    draft = address.rstrip("/").rpartition("/")[2]
    html = html_of(admin.get(f"{NEW}redmine/", {"draft": draft}))
    assert 'value="http://127.0.0.1:9"' in html
    response = admin.post(f"{NEW}redmine/?draft={draft}", entered(redmine, secret=""))
    assert response.status_code == 422 and "different server" in html_of(response)
    admin.post(f"{NEW}redmine/?draft={draft}", entered(redmine))
    again = admin.post(f"{NEW}redmine/?draft={draft}", entered(redmine, secret="", options='{"params": {"x": "1"}}'))
    assert again["Location"] == address
    found = find_draft(tenant, owner, draft)
    assert found is not None
    assert (found.source.reveal_secret(), found.source.options) == (redmine.secret, {"params": {"x": "1"}})


def problem_of(response: Any) -> str:
    found = re.search(r'<p class="failure">(.*?)</p>', html_of(response), re.DOTALL)
    assert found, html_of(response)
    return found[1]


def test_a_wrong_key_is_called_one(admin: Client, redmine: Redmine) -> None:
    address = begin(admin, "redmine", entered(redmine, secret="not-the-key"))
    response = admin.get(address)
    assert "rejected the credentials" in problem_of(response)
    assert "Save and start" not in html_of(response) and "not-the-key" not in html_of(response)
    # The last step cannot be reached without a test that worked.
    assert "rejected the credentials" in problem_of(admin.post(address, START))
    assert not Source.objects.exists()


def test_a_wrong_address_is_called_one(admin: Client, redmine: Redmine, helpdesk: ScriptedHelpdesk) -> None:
    assert "not reachable" in problem_of(admin.get(begin(admin, "redmine", entered(redmine, url="http://127.0.0.1:9"))))
    response = admin.get(begin(admin, "native", {"url": f"{helpdesk.url}/elsewhere", "auth": "none"}))
    assert "404 Not Found" in problem_of(response)


def test_a_web_page_in_place_of_tickets_is_called_one(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.fail_everything((200, {"Content-Type": "text/html"}, b"<!doctype html><p>Sign in</p>"))
    response = admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"}))
    assert "a web page (“Sign in”) instead of tickets" in problem_of(response)


def test_the_helpdesks_own_words_are_shown(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.fail_everything(answer({"error": "Your trial ended on Friday"}, 403))
    response = admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"}))
    assert "Your trial ended on Friday" in problem_of(response)


def test_a_helpdesk_that_hangs_does_not_hold_the_page(
    admin: Client, helpdesk: ScriptedHelpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def hang(_path: str, _query: dict[str, str]) -> None:
        answered.wait(30)

    monkeypatch.setattr(preview_records.preview_in_time, "__kwdefaults__", {"seconds": 0.3})
    helpdesk.script = hang
    helpdesk.tickets = [record("T-1")]
    address = begin(admin, "native", {"url": helpdesk.url, "auth": "none"})
    response = admin.get(address)
    assert "did not answer within 0.3 s" in problem_of(response) and "Try again" in html_of(response)
    # The first test still waits for an answer, so a second one is not sent after it.
    assert "An earlier check is still waiting" in problem_of(admin.get(address))
    answered.set()


def test_an_internal_address_is_refused_by_the_outbound_guard(admin: Client, settings: Any, redmine: Redmine) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = AllowedHosts.parse([])
    response = admin.post(f"{NEW}redmine/", entered(redmine))
    assert "leads to this machine" in html_of(response)
    # A host name is only known to be internal when it is asked for.
    named = entered(redmine, url=redmine.url.replace("127.0.0.1", "localhost"))
    response = admin.get(begin(admin, "redmine", named))
    assert "This URL is not allowed" in problem_of(response)
    assert redmine.requests == []


def test_records_that_would_be_rejected_are_shown_with_their_reason(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record("T-1"), record("T-2", created_at="soon")]
    html = html_of(admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"})))
    assert "1 of 2 records would be rejected" in html and "<code>created_at</code>" in html
    assert "Save and start the first sync" in html


def test_a_connection_that_would_reject_everything_cannot_be_started(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    helpdesk.tickets = [record(f"T-{n}", created_at="soon") for n in range(3)]
    address = begin(admin, "native", {"url": helpdesk.url, "auth": "none"})
    html = html_of(admin.get(address))
    assert "All 3 records would be rejected" in html and "Save and start" not in html
    admin.post(address, START)
    assert not Source.objects.exists()


def test_fields_that_are_always_empty_are_named(admin: Client, redmine: Redmine) -> None:
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine))))
    assert "empty in all 14 records" in html
    fields = {"fields": {"id": "id", "created_at": "created_on", "subject": "titel"}}
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine, options=json.dumps(fields)))))
    assert "has “titel”" in html and "Save and start" not in html


def test_a_second_connection_to_the_same_helpdesk_is_called_one_before_it_counts_twice(
    admin: Client, redmine: Redmine
) -> None:
    address = begin(admin, "redmine", entered(redmine))
    assert "already reads this helpdesk" not in html_of(admin.get(address))
    admin.post(address, START)
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine))))
    assert "“<bdi>redmine</bdi>” already reads this helpdesk" in html


def test_an_empty_helpdesk_can_be_started(admin: Client, helpdesk: ScriptedHelpdesk) -> None:
    address = begin(admin, "native", {"url": helpdesk.url, "auth": "none"})
    assert "lists no tickets that this key may see" in html_of(admin.get(address))
    admin.post(address, START)
    assert Source.objects.exists()


def test_a_person_can_only_test_so_often(admin: Client, redmine: Redmine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.views.helpdesks.add_connection.TESTS_OF_A_PERSON", 2)
    address = begin(admin, "redmine", entered(redmine))
    for _ in range(2):
        assert "tickets found" in html_of(admin.get(address))
    asked = len(redmine.requests)
    assert "Not tested. The limit is 2 tests per hour" in problem_of(admin.get(address))
    assert len(redmine.requests) == asked


# -- Saving and starting ---------------------------------------------------------------------------


def test_saving_stores_the_connection_and_starts_the_first_sync(
    admin: Client, owner: User, tenant: Tenant, redmine: Redmine
) -> None:
    address = begin(admin, "redmine", entered(redmine, expires_on="2027-01-31"))
    admin.get(address)
    response = admin.post(address, {**START, "name": "support"}, follow=True)
    assert response.redirect_chain[-1][0] == "/t/acme/ingestion/"
    assert "The first sync has started" in said(response)
    source = Source.objects.get(tenant=tenant)
    assert (source.kind, source.name, source.every_minutes, str(source.expires_on)) == (
        "redmine", "support", 15, "2027-01-31",
    )  # fmt: skip
    assert find_schedules()
    job = jobs.find_active(tenant)
    assert job is not None and job["started_by"] == owner.username
    assert mongo.collection(drafts.COLLECTION).count_documents({}) == 0
    jobs.request_cancel(tenant, job["_id"], by="test")
    mongo.collection("ingestion_logs").delete_many({})
    assert ingest(tenant).status == "completed"
    assert TicketStore(tenant).count_live() == 14


def test_statuses_that_nobody_knows_are_mapped_in_the_form_and_stored_with_the_connection(
    admin: Client, tenant: Tenant, helpdesk: ScriptedHelpdesk
) -> None:
    statuses = ["Waiting on Customer"] * 3 + ["Parked"] + ["open"]
    helpdesk.tickets = [record(f"T-{n}", status=each) for n, each in enumerate(statuses)]
    address = begin(admin, "native", {"url": helpdesk.url, "auth": "none"})
    html = html_of(admin.get(address))
    assert 'name="status:Waiting on Customer"' in html and 'name="status:Parked"' in html
    assert 'name="status:open"' not in html
    assert not find_mappings(tenant)
    bad = admin.post(address, {**START, "status:Parked": "nonsense"})
    assert bad.status_code == 422 and "is not a status that can be mapped to" in html_of(bad)
    assert not Source.objects.exists()
    admin.post(address, {**START, "status:Waiting on Customer": "pending", "status:Parked": ""})
    assert [(each.theirs, each.ours) for each in find_mappings(tenant)] == [("Waiting on Customer", "pending")]


def test_which_tickets_to_import_is_only_asked_where_the_helpdesk_can_be_asked_for_changes(
    admin: Client, redmine: Redmine, helpdesk: ScriptedHelpdesk, tenant: Tenant
) -> None:
    helpdesk.tickets = [record("T-1")]
    html = html_of(admin.get(begin(admin, "native", {"url": helpdesk.url, "auth": "none"})))
    assert 'name="days"' not in html and "cannot be asked for a part" in html
    for each in redmine.tickets.values():
        each.created = each.updated = clock.now() - timedelta(days=40)
    redmine.change(3, subject="Changed lately")
    address = begin(admin, "redmine", entered(redmine))
    html = html_of(admin.get(address))
    assert 'name="days"' in html and "Only tickets that changed in the last 30 days" in html
    assert "The time of the last change counts, not when a ticket was created." in html
    admin.post(address, {**START, "days": "30"})
    mongo.collection("ingestion_logs").delete_many({})
    assert ingest(tenant).status == "completed"
    assert [each["subject"] for each in TicketStore(tenant).iterate_live({}, limit=100)] == ["Changed lately"]


@pytest.mark.parametrize("values", [{"every_minutes": "0"}, {"every_minutes": ""}, {"name": "a b"}, {"days": "7"}])
def test_bad_input_at_the_start_saves_nothing(admin: Client, redmine: Redmine, values: dict[str, str]) -> None:
    address = begin(admin, "redmine", entered(redmine))
    admin.get(address)
    response = admin.post(address, {**START, **values})
    assert response.status_code == 422
    assert "10 of your tickets" in html_of(response)
    assert not Source.objects.exists()


def test_a_name_that_an_import_has_is_refused(admin: Client, tenant: Tenant, redmine: Redmine) -> None:
    mongo.collection("name_spaces").insert_one(
        {"tenant_id": "acme", "name": "old", "prefix": "old:", "helpdesks": None, "made_at": clock.now()}
    )
    address = begin(admin, "redmine", entered(redmine))
    admin.get(address)
    response = admin.post(address, {**START, "name": "old"})
    assert response.status_code == 422 and "is the name of an import" in html_of(response)
    assert not Source.objects.exists()


def test_of_two_admins_who_choose_the_same_name_the_second_is_asked_for_another(
    admin: Client, tenant: Tenant, redmine: Redmine, helpdesk: ScriptedHelpdesk, client_of: Callable[[User], Client]
) -> None:
    other = make_user("other_admin")
    Membership.objects.create(user=other, tenant=tenant, role=Role.ADMIN)
    second = client_of(other)
    addresses = [
        begin(admin, "redmine", entered(redmine)),
        begin(second, "native", {"url": helpdesk.url, "auth": "none"}),
    ]
    for client, address in zip((admin, second), addresses, strict=True):
        client.get(address)
    assert admin.post(addresses[0], {**START, "name": "main"}).status_code == 302
    response = second.post(addresses[1], {**START, "name": "main"})
    assert response.status_code == 422 and "is called “main”" in html_of(response)
    assert second.post(addresses[1], {**START, "name": "second"}).status_code == 302
    assert sorted(Source.objects.values_list("name", flat=True)) == ["main", "second"]
    # The first sync of the second one waits for that of the first.
    assert len(jobs.find_recent(tenant)) == 1


def test_a_helpdesk_that_is_connected_already_needs_a_name_of_its_own(admin: Client, redmine: Redmine) -> None:
    for name, status in (("", 302), ("", 422), ("another-part", 302)):
        address = begin(admin, "redmine", entered(redmine))
        admin.get(address)
        response = admin.post(address, {**START, "name": name})
        assert response.status_code == status
    assert Source.objects.count() == 2


def test_a_helpdesk_that_was_connected_before_gets_its_name_back(
    admin: Client, tenant: Tenant, redmine: Redmine
) -> None:
    address = begin(admin, "redmine", entered(redmine))
    admin.get(address)
    admin.post(address, {**START, "name": "support"})
    mongo.collection("ingestion_logs").delete_many({})
    ingest(tenant)
    remove_source(Source.objects.get())
    html = html_of(admin.get(begin(admin, "redmine", entered(redmine))))
    assert 'name="name" value="support"' in html


def test_two_admins_who_save_at_once_get_one_connection_of_a_name(
    admin: Client, tenant: Tenant, helpdesk: ScriptedHelpdesk, client_of: Callable[[User], Client]
) -> None:
    clients, addresses = [admin], []
    for number in range(3):
        other = make_user(f"admin_{number}")
        Membership.objects.create(user=other, tenant=tenant, role=Role.ADMIN)
        clients.append(client_of(other))
    for client in clients:
        addresses.append(begin(client, "native", {"url": helpdesk.url, "auth": "none"}))
        client.get(addresses[-1])
    with ThreadPoolExecutor(len(clients)) as pool:
        found = pool.map(
            lambda each: each[0].post(each[1], {**START, "name": "main"}).status_code,
            zip(clients, addresses, strict=True),
        )
        assert sorted(found) == [302, 422, 422, 422]
    assert [each.name for each in Source.objects.all()] == ["main"]


# -- Who may ---------------------------------------------------------------------------------------


def test_a_draft_belongs_to_the_person_who_entered_it(
    admin: Client, tenant: Tenant, redmine: Redmine, client_of: Callable[[User], Client]
) -> None:
    other = make_user("other_admin")
    Membership.objects.create(user=other, tenant=tenant, role=Role.ADMIN)
    address = begin(admin, "redmine", entered(redmine))
    admin.get(address)
    asked = len(redmine.requests)
    for response in (client_of(other).get(address, follow=True), client_of(other).post(address, START, follow=True)):
        assert "not saved within an hour" in said(response)
    assert len(redmine.requests) == asked
    assert not Source.objects.exists()


def test_a_draft_is_of_one_tenant(admin: Client, owner: User, other_tenant: Tenant, redmine: Redmine) -> None:
    Membership.objects.create(user=owner, tenant=other_tenant, role=Role.ADMIN)
    address = begin(admin, "redmine", entered(redmine)).replace("/t/acme/", "/t/globex/")
    assert "not saved within an hour" in said(admin.get(address, follow=True))


def test_a_person_keeps_only_so_many_drafts(admin: Client, redmine: Redmine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    addresses = [begin(admin, "redmine", entered(redmine)) for _ in range(3)]
    assert mongo.collection(drafts.COLLECTION).count_documents({}) == 2
    assert "not saved within an hour" in said(admin.get(addresses[0], follow=True))
    assert "tickets found" in html_of(admin.get(addresses[2]))


def test_a_draft_ends_after_an_hour(admin: Client, redmine: Redmine, monkeypatch: pytest.MonkeyPatch) -> None:
    address = begin(admin, "redmine", entered(redmine))
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "not saved within an hour" in said(admin.get(address, follow=True))
    assert "expires_at" in {
        key for each in mongo.collection(drafts.COLLECTION).index_information().values() for key, _ in each["key"]
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_only_admins_add_connections(tenant: Tenant, role: Role, client_of: Callable[[User], Client]) -> None:
    user = make_user("not_admin")
    Membership.objects.create(user=user, tenant=tenant, role=role)
    client = client_of(user)
    for path in (NEW, f"{NEW}redmine/", f"{NEW}file/", f"{NEW}redmine/x/"):
        assert client.get(path).status_code == 403
    assert client.post(f"{NEW}redmine/", {}).status_code == 403


# -- Every product ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_every_known_helpdesk_can_be_connected(admin: Client, tenant: Tenant, kind: str) -> None:
    preset = PRESETS[kind]
    with VENDORS[kind]() as server:
        for number in range(1, 4):
            server.add(number)
        old = clock.now().replace(microsecond=0) - timedelta(days=60)
        server.add(4, created=old, updated=old)
        html = html_of(admin.get(f"{NEW}{kind}/"))
        names = {each.name for each in preset.variables}
        values = {f"var-{name}": str(server.options.get(name, "")) for name in names}
        own = {name: value for name, value in server.options.items() if name not in names}
        fields = {"url": server.url, "auth": preset.auth, "auth_name": server.auth_name or preset.auth_name}
        fields |= {"secret": server.secret, "options": json.dumps(own) if own else ""}
        assert all(f'name="{name}"' in html for name in (*values, "secret"))
        address = begin(admin, kind, fields | values)
        html = html_of(admin.get(address))
        assert "4 of your tickets, as they will look" in html, html
        assert "Question 1" in html and "would be rejected" not in html
        assert server.secret not in html
        is_limited = 'name="days"' in html
        response = admin.post(address, {**START, "days": "30" if is_limited else ""})
        assert response.status_code == 302, html_of(response)
        mongo.collection("ingestion_logs").delete_many({})
        assert ingest(tenant).status == "completed"
        assert TicketStore(tenant).count_live() == (3 if is_limited else 4)
