"""The page of alerts on numbers and its form, as they work without JavaScript."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from supportsaas.db import mongo
from tenants.models import AuditEntry, Tenant, User
from tests.api.caller import Api, token_of
from tests.builders import NOON, store_tickets
from tests.incidents.made import incident_document
from tests.number_alerts.answering import acknowledge, holder
from tests.number_alerts.test_watching import alert, store
from tests.reading_pages import body, page_of, text_of
from tickets.alerts.model import Channel
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.states import count_open, find_state
from tickets.number_alerts.watching import check, watch_numbers
from tickets.store.filters import TicketFilter
from tickets.store.saved_views import SavedView, add_view

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
HERE = "/t/acme/alerts/numbers/"
ADD = f"{HERE}add/"
ARRIVED = {"metric": "arrived", "window_hours": "24", "rule": "above", "threshold": "2", "view": ""}


@pytest.fixture
def pages(client_of: ClientOf, owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    return client_of(owner)


@pytest.fixture
def channel(tenant: Tenant) -> Channel:
    return Channel.objects.create(tenant=tenant, name="On call", kind="webhook", address="http://127.0.0.1:9")


@pytest.fixture
def firing(tenant: Tenant, channel: Channel) -> NumberAlert:
    watched = alert(tenant, threshold=2)
    store(tenant, 3)
    check(watched, now=NOON)
    return watched


def post(client: Client, address: str, **values: Any) -> str:
    return text_of(body(client.post(address, values, follow=True)))


def linked_total(client: Client, html: str, label: str) -> int:
    """How many tickets the list has that the link with this text opens."""
    found = re.search(rf'<a href="([^"]+)">{re.escape(label)}</a>', html)
    assert found, label
    total = client.get(unescape(found[1]).replace("/t/acme/tickets/?", "/tickets?tenant_id=acme&").split("&count=")[0])
    assert total.status_code == 200, total.content
    number: int = total.json()["total"]
    return number


# -- The page ----------------------------------------------------------------------------------


def test_the_empty_page_explains_and_its_examples_are_ready(pages: Client, tenant: Tenant) -> None:
    store(tenant, 3)
    html = page_of(pages, HERE)
    assert "No alerts on numbers yet" in html
    examples = re.findall(r'href="([^"]+/add/\?[^"]+)"', html)
    assert len(examples) == 3
    for each in examples:
        shown = body(pages.get(unescape(each)))
        assert "Tried out over the past" in shown, each
        assert 'class="error" id="' not in shown
    assert NumberAlert.objects.count() == 0


def test_a_firing_alert_shows_its_number_and_the_list_of_it(pages: Client, firing: NumberAlert) -> None:
    html = page_of(pages, HERE)
    text = text_of(html)
    assert "New tickets in the last 24 hours, above 2" in text
    assert "Fires since 10 Mar 2026, 12:00" in text
    assert "Sent to all channels." in text
    assert linked_total(pages, html, "3") == 3


@pytest.mark.parametrize(
    ("values", "label", "number"),
    [
        ({"metric": "in_view", "threshold": 1}, "2", 2),
        ({"metric": "arrived", "threshold": 1}, "2", 2),
        ({"metric": "negative_share", "threshold": 50}, "63.3%", 19),
    ],
)
def test_each_value_opens_the_list_that_it_counts(
    pages: Client, tenant: Tenant, channel: Channel, values: dict[str, Any], label: str, number: int
) -> None:
    store(tenant, 19, message="This is terrible and awful")
    store(tenant, 11, message="How does it work", status="closed", source="chat")
    store(tenant, 2, at=NOON - timedelta(days=3))
    if values["metric"] == "in_view":
        ids = [f"{NOON - timedelta(days=3):%m%d%H}-0-{each}" for each in range(2)]
        store_tickets(tenant, [{"id": each, "team": "gold"} for each in ids])
    elif values["metric"] == "arrived":
        store_tickets(tenant, [{"id": f"G-{each}", "team": "gold"} for each in range(2)])
    view = add_view(tenant, name="Gold", wanted=TicketFilter(team=("gold",)))
    made = alert(tenant, **values, **({"view": view} if values["metric"] != "negative_share" else {}))
    check(made, now=NOON)
    assert linked_total(pages, page_of(pages, HERE), label) == number


def test_a_value_without_an_exact_list_has_no_link(pages: Client, tenant: Tenant) -> None:
    made = alert(tenant, metric="breached", threshold=5)
    check(made, now=NOON)
    assert "Now <strong>0</strong>" in page_of(pages, HERE)


def test_an_incident_alerts_with_its_phrase_and_leads_to_its_page(
    pages: Client, tenant: Tenant, channel: Channel
) -> None:
    watched = alert(tenant, metric="incident", threshold=2)
    check(watched, now=NOON - timedelta(minutes=2))
    store_tickets(tenant, [{"id": f"I-{n}", "customer_id": f"c{n}"} for n in range(9)])
    ids = [f"I-{n}" for n in range(5)]
    mongo.collection("incidents").insert_one(incident_document(tenant, name="checkout down", tickets=ids))
    check(watched, now=NOON)
    assert [each["headline"] for each in mongo.collection("deliveries").find()] == [
        "Incident “checkout down”: 5 customers, above 2"
    ]
    assert '<a href="/t/acme/incidents/1/">5</a>' in page_of(pages, HERE)


def test_a_second_incident_is_another_alert(tenant: Tenant, channel: Channel) -> None:
    watched = alert(tenant, metric="incident", threshold=2)
    store_tickets(tenant, [{"id": f"I-{n}", "customer_id": f"c{n}"} for n in range(9)])
    first = incident_document(tenant, name="checkout down", tickets=[f"I-{n}" for n in range(5)])
    mongo.collection("incidents").insert_one(first)
    check(watched, now=NOON)
    acknowledge(watched, by="ann")
    second = incident_document(tenant, name="parcels lost", tickets=[f"I-{n}" for n in range(5, 9)], number=2)
    mongo.collection("incidents").insert_one(second)
    for minutes in (2, 4, 6):
        check(watched, now=NOON + timedelta(minutes=minutes))
    assert sorted(each["headline"] for each in mongo.collection("deliveries").find()) == [
        "Incident “checkout down”: 5 customers, above 2",
        "Incident “parcels lost”: 4 customers, above 2",
    ]
    assert find_state(watched).is_firing and not holder(watched)
    mongo.collection("incidents").delete_one({"_id": second["_id"]})
    check(watched, now=NOON + timedelta(minutes=8))
    assert mongo.collection("deliveries").count_documents({}) == 2, "the first one goes on"


# -- What people do there ----------------------------------------------------------------------


def test_whoever_acknowledges_is_named_and_the_next_is_told(
    pages: Client, client_of: ClientOf, manager: User, firing: NumberAlert
) -> None:
    address = f"{HERE}{firing.pk}/acknowledge/"
    assert "Acknowledged by" in post(client_of(manager), address)
    assert "manager was first and has acknowledged “New tickets in the last 24 hours, above 2”." in post(pages, address)
    assert holder(firing) == "manager"


def test_what_no_longer_fires_cannot_be_acknowledged(pages: Client, tenant: Tenant) -> None:
    made = alert(tenant, threshold=2)
    assert "no longer fires" in post(pages, f"{HERE}{made.pk}/acknowledge/")


@pytest.mark.parametrize(
    ("wanted", "until"),
    [("1", "10 Mar 2026, 22:00"), ("8", "11 Mar 2026, 05:00"), ("morning", "11 Mar 2026, 08:00")],
)
def test_muting_ends_by_the_clock_of_the_tenant(
    pages: Client, tenant: Tenant, firing: NumberAlert, wanted: str, until: str
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(timezone="Asia/Tokyo")
    shown = post(pages, f"{HERE}{firing.pk}/mute/", **{"for": wanted})
    assert f"Muted until {until}" in shown
    assert "Muted until" not in post(pages, f"{HERE}{firing.pk}/mute/")


def test_muting_over_the_night_of_a_clock_change_ends_at_eight(
    pages: Client, tenant: Tenant, firing: NumberAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(timezone="Europe/Berlin")
    evening = NOON.replace(month=3, day=28, hour=20)
    monkeypatch.setattr("supportsaas.clock.now", lambda: evening)
    post(pages, f"{HERE}{firing.pk}/mute/", **{"for": "morning"})
    firing.refresh_from_db()
    assert firing.muted_until == evening + timedelta(hours=10)


def test_an_alert_that_is_off_has_no_state(pages: Client, tenant: Tenant, firing: NumberAlert) -> None:
    assert count_open(tenant) == 1
    assert "is off." in post(pages, f"{HERE}{firing.pk}/switch/", enabled="0")
    assert count_open(tenant) == 0
    assert not find_state(firing).is_firing
    post(pages, f"{HERE}{firing.pk}/switch/", enabled="1")
    firing.refresh_from_db()
    assert firing.enabled


def test_a_deleted_alert_leaves_nothing_behind(pages: Client, tenant: Tenant, firing: NumberAlert) -> None:
    address = f"{HERE}{firing.pk}/delete/"
    assert "deleted." in post(pages, address)
    assert mongo.collection("number_alert_states").count_documents({}) == 0
    assert pages.post(address).status_code == 404
    check(firing, now=NOON + timedelta(minutes=5))
    assert mongo.collection("number_alert_states").count_documents({}) == 0, "a check under way brings nothing back"


def test_what_is_given_back_is_open_again(pages: Client, tenant: Tenant, firing: NumberAlert) -> None:
    post(pages, f"{HERE}{firing.pk}/acknowledge/")
    assert count_open(tenant) == 0
    assert "Nobody looks after" in post(pages, f"{HERE}{firing.pk}/give-back/")
    assert count_open(tenant) == 1 and not holder(firing)


def test_viewers_read_and_managers_acknowledge_and_edit(
    client_of: ClientOf, pages: Client, team_mate: User, manager: User, firing: NumberAlert
) -> None:
    assert 'id="acknowledge-' not in page_of(client_of(team_mate), HERE)
    assert client_of(team_mate).post(f"{HERE}{firing.pk}/acknowledge/").status_code == 403
    assert 'id="acknowledge-' in page_of(client_of(manager), HERE)
    assert client_of(team_mate).get(ADD).status_code == 403
    assert client_of(manager).get(ADD).status_code == 200
    assert client_of(team_mate).post(f"{HERE}{firing.pk}/delete/").status_code == 403
    assert client_of(manager).post(f"{HERE}{firing.pk}/delete/").status_code == 302


def test_the_states_refresh_by_themselves(pages: Client, firing: NumberAlert) -> None:
    assert 'hx-trigger="every 15s"' in page_of(pages, HERE)
    part = page_of(pages, f"{HERE}?seen=No+alert+fires.", **{"HX-Request": "true"})
    assert "<title>" not in part
    assert f'id="state-{firing.pk}" hx-swap-oob="true"' in part
    assert "1 alert fires." in part
    assert 'id="summary"' not in page_of(pages, f"{HERE}?seen=1+alert+fires.", **{"HX-Request": "true"})


def test_the_dashboard_says_that_nobody_has_acknowledged(pages: Client, firing: NumberAlert) -> None:
    assert "1 number is outside its limit" in text_of(page_of(pages, "/t/acme/"))
    acknowledge(firing, by="ann")
    assert "outside its limit" not in page_of(pages, "/t/acme/")


# -- Channels ----------------------------------------------------------------------------------


def test_an_alert_whose_only_channel_is_deleted_says_that_it_goes_nowhere(
    pages: Client, tenant: Tenant, channel: Channel
) -> None:
    other = Channel.objects.create(tenant=tenant, name="Other", kind="webhook", address="http://127.0.0.1:10")
    made = alert(tenant, threshold=2, channels=[str(other.pk)])
    assert "Sent to “Other”." in text_of(page_of(pages, HERE))
    Channel.objects.filter(pk=other.pk).update(enabled=False)
    assert "Sent to no channel: “Other” is off." in text_of(page_of(pages, HERE))
    other.delete()
    assert "Sent to no channel: a channel that was chosen has been deleted." in text_of(page_of(pages, HERE))
    assert "A channel that was chosen has been deleted." in page_of(pages, f"{HERE}{made.pk}/")


def test_an_alert_that_reached_nobody_is_sent_once_there_is_a_channel(tenant: Tenant) -> None:
    watched = alert(tenant, threshold=2)
    store(tenant, 3)
    check(watched, now=NOON)
    assert find_state(watched).is_firing
    Channel.objects.create(tenant=tenant, name="On call", kind="webhook", address="http://127.0.0.1:9")
    check(watched, now=NOON + timedelta(minutes=2))
    assert mongo.collection("deliveries").count_documents({"kind": "number"}) == 1


# -- The form ----------------------------------------------------------------------------------


def test_only_the_fields_that_apply_are_shown(pages: Client, tenant: Tenant) -> None:
    def names(**chosen: str) -> set[str]:
        return set(re.findall(r'name="(view|window_hours|threshold)"', body(pages.post(ADD, {**chosen, "fit": "1"}))))

    assert names(metric="arrived", rule="above") == {"view", "window_hours", "threshold"}
    assert names(metric="arrived", rule="unusual") == {"view", "window_hours"}
    assert names(metric="in_view", rule="above") == {"view", "threshold"}
    assert names(metric="past_due", rule="unusual") == {"threshold"}
    assert names(metric="breached", rule="below") == {"window_hours", "threshold"}
    assert NumberAlert.objects.count() == 0


def test_an_alert_is_saved_edited_and_its_changes_are_named(pages: Client, tenant: Tenant, channel: Channel) -> None:
    post(pages, ADD, **ARRIVED, channels=[str(channel.pk)], name=" Rush ", save="1")
    made = NumberAlert.objects.get()
    assert (made.name, made.threshold, made.channels) == ("Rush", 2, [str(channel.pk)])
    page = body(pages.get(f"{HERE}{made.pk}/"))
    assert 'value="2"' in page
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version
    shown = post(pages, f"{HERE}{made.pk}/", **{**ARRIVED, "threshold": "7"}, version=version[1], save="1")
    assert "New tickets in the last 24 hours, above 7" in shown
    entry = AuditEntry.objects.filter(kind="number alert").order_by("recorded_at").first()
    assert entry is not None
    assert entry.changes["channels"] == {"old": "", "new": "On call"}


def test_saving_an_unusual_alert_takes_no_limit(pages: Client, tenant: Tenant) -> None:
    post(pages, ADD, metric="arrived", window_hours="1", rule="unusual", save="1")
    assert NumberAlert.objects.get().threshold is None


def test_a_form_that_is_sent_twice_adds_one_alert(pages: Client, tenant: Tenant) -> None:
    post(pages, ADD, **ARRIVED, save="1")
    post(pages, ADD, **ARRIVED, save="1")
    assert NumberAlert.objects.count() == 1


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"threshold": "1e308"}, "Enter a number from 0 to 1,000,000,000."),
        ({"threshold": "-1"}, "Enter a number from 0 to 1,000,000,000."),
        ({"threshold": "nan"}, "Enter a number, such as 40 or 2.5."),
        ({"threshold": "inf"}, "Enter a number, such as 40 or 2.5."),
        ({"threshold": "5,5"}, "Enter a number, such as 40 or 2.5."),
        ({"threshold": ""}, "Enter a limit."),
        ({"threshold": "5.5"}, "Enter a whole number."),
        ({"rule": "below", "threshold": "0"}, "Nothing is below 0."),
        ({"metric": "negative_share", "threshold": "100"}, "No share is above 100%."),
        ({"metric": "past_due", "rule": "unusual"}, "Select a valid choice."),
        ({"metric": "incident", "rule": "below"}, "Select a valid choice."),
        ({"metric": "mood"}, "Select a valid choice."),
        ({"metric": "in_view"}, "Choose the view whose tickets are counted."),
        ({"view": "63"}, "valid"),
        ({"view": "6b0dcf3e27c24995db84c678"}, "Select a valid choice."),
        ({"view": "$where"}, "valid"),
        ({"window_hours": "5"}, "Select a valid choice."),
        ({"rule": "unusual", "window_hours": "168"}, "Select a valid choice."),
        ({"channels": "nobody"}, "Select a valid choice."),
        ({"name": "x" * 81}, "at most 80 characters"),
    ],
)
@pytest.mark.parametrize("button", ["save", "try"])
def test_what_is_wrong_is_said_at_its_field(
    pages: Client, tenant: Tenant, channel: Channel, entered: dict[str, str], sentence: str, button: str
) -> None:
    answer = pages.post(ADD, {**ARRIVED, **entered, button: "1"})
    assert answer.status_code == (422 if button == "save" else 200)
    assert sentence in text_of(body(answer))
    assert NumberAlert.objects.count() == 0


def test_a_view_of_another_tenant_is_no_choice(pages: Client, tenant: Tenant, other_tenant: Tenant) -> None:
    theirs = add_view(other_tenant, name="Theirs", wanted=TicketFilter(urgency=("high",)))
    answer = pages.post(ADD, {**ARRIVED, "view": str(theirs.pk), "save": "1"})
    assert answer.status_code == 422
    assert "Theirs" not in body(answer)


def test_of_two_who_edit_the_second_is_told(pages: Client, tenant: Tenant) -> None:
    made = alert(tenant, threshold=2)
    page = body(pages.get(f"{HERE}{made.pk}/"))
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version
    first = {**ARRIVED, "threshold": "5", "version": version[1], "save": "1"}
    assert pages.post(f"{HERE}{made.pk}/", first).status_code == 302
    answer = pages.post(f"{HERE}{made.pk}/", {**first, "threshold": "9"})
    assert answer.status_code == 422
    assert "Someone else has changed this alert" in text_of(body(answer))
    made.refresh_from_db()
    assert made.threshold == 5


def test_a_changed_alert_begins_as_new_and_a_renamed_one_does_not(pages: Client, firing: NumberAlert) -> None:
    def save(**values: str) -> None:
        page = body(pages.get(f"{HERE}{firing.pk}/"))
        version = re.search(r'name="version" value="(\w+)"', page)
        assert version
        post(pages, f"{HERE}{firing.pk}/", **{**ARRIVED, **values}, version=version[1], save="1")

    save(name="Rush")
    assert find_state(firing).is_firing
    save(name="Rush", threshold="50")
    assert not find_state(firing).is_firing


# -- Trying out --------------------------------------------------------------------------------


def test_a_try_out_counts_names_the_nights_and_opens_the_lists(pages: Client, tenant: Tenant) -> None:
    store(tenant, 1, at=NOON - timedelta(days=80))
    store(tenant, 5, at=NOON - timedelta(days=20))
    store(tenant, 6, at=NOON - timedelta(days=10, hours=10))
    html = body(pages.post(ADD, {**ARRIVED, "window_hours": "1", "threshold": "3", "try": "1"}))
    text = text_of(html)
    assert (
        "It would have fired twice in the last 80 days (about one every six weeks), once at night; longest 1 h." in text
    )
    assert "There are no earlier tickets." in text
    assert "28 Feb 2026, 01:00" in text
    assert html.count('class="week-bar"') == 2
    assert linked_total(pages, html, "6") == 6
    assert linked_total(pages, html, "5") == 5
    assert NumberAlert.objects.count() == 0


def test_a_try_out_says_why_it_cannot_be(pages: Client, tenant: Tenant) -> None:
    store(tenant, 1)
    shown = post(pages, ADD, metric="past_due", rule="above", threshold="0", **{"try": "1"})
    assert "cannot be tried out" in shown


def test_a_view_that_became_invalid_is_named(pages: Client, tenant: Tenant) -> None:
    store(tenant, 3)
    view = add_view(tenant, name="Urgent", wanted=TicketFilter(urgency=("high",)))
    SavedView.objects.filter(pk=view.pk).update(query="urgency=gone")
    shown = post(pages, ADD, **{**ARRIVED, "view": str(view.pk)}, **{"try": "1"})
    assert "This view cannot be used: “urgency” must be one of" in shown


def test_a_try_out_that_takes_too_long_is_given_up(
    pages: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tenant, 3)
    monkeypatch.setattr("tickets.number_alerts.series.LONGEST_MS", 1)
    store_tickets(tenant, [{"id": f"M-{n}"} for n in range(3_000)])
    shown = post(pages, ADD, **ARRIVED, **{"try": "1"})
    assert "There are too many tickets to try this out within 15 seconds." in shown


# -- Elsewhere ---------------------------------------------------------------------------------


def test_the_api_lists_what_the_page_shows(pages: Client, owner: User, firing: NumberAlert) -> None:
    acknowledge(firing, by="ann")
    (found,) = Api(token_of(owner)).get("/tenants/acme/number-alerts")["number_alerts"]
    assert found == {
        "name": "New tickets in the last 24 hours, above 2",
        "number": "arrived",
        "view": None,
        "window_hours": 24,
        "condition": "above",
        "limit": 2,
        "state": "firing",
        "value": 3,
        "checked_at": "2026-03-10T12:00:00Z",
        "since": "2026-03-10T12:00:00Z",
        "acknowledged_by": "ann",
        "acknowledged_at": "2026-03-10T12:00:00Z",
        "muted_until": None,
    }


def test_the_admin_turns_off_and_deletes(client_of: ClientOf, superuser: User, firing: NumberAlert) -> None:
    admin = client_of(superuser)
    address = f"/admin/tickets/numberalert/{firing.pk}/change/"
    assert "New tickets" in body(admin.get("/admin/tickets/numberalert/"))
    assert admin.get("/admin/tickets/numberalert/add/").status_code == 403
    assert admin.post(address, {}).status_code == 302
    firing.refresh_from_db()
    assert not firing.enabled
    assert not find_state(firing).is_firing
    admin.post(f"/admin/tickets/numberalert/{firing.pk}/delete/", {"post": "yes"})
    assert not NumberAlert.objects.exists()


def test_one_alert_that_cannot_be_counted_does_not_stop_the_others(
    tenant: Tenant, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = alert(tenant, metric="breached", threshold=5)
    fast = alert(tenant, threshold=2)
    store_tickets(tenant, [{"id": f"M-{n}"} for n in range(3_000)])
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    monkeypatch.setattr("tickets.number_alerts.series.LONGEST_MS", -1)  # MongoDB refuses it
    assert watch_numbers(threading.Event()) == 1
    assert find_state(slow).problem == "The database could not count it in time."
    assert find_state(fast).is_firing
