"""Notes on charts: the page and the form, the calls of the API, and where they stand on the trend."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from analytics.views.panels.marks import chart_marks, find_happened
from supportsaas.db import mongo
from tenants.models import Role, Tenant, User
from tests.analytics.made_figures import context_of
from tests.api.caller import Api, token_of
from tests.builders import NOON, store_tickets
from tests.incidents.made import incident_document
from tests.reading_pages import text_of
from tickets.notes.store import NoteStore, Subject

ClientOf = Callable[[User], Client]
HERE = "/t/acme/moments/"
FORM = {"day": "2026-03-09", "time": "14:30", "text": "Release 4.2", "token": "t", "back": "/t/acme/?period=30d"}

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("supportsaas.clock.now", lambda: NOON)
    return NOON


@pytest.fixture
def berlin(tenant: Tenant) -> Tenant:
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    return tenant


def moments(tenant: Tenant) -> list[tuple[datetime | None, str]]:
    return [(each.at, each.text) for each in NoteStore(tenant).find_moments(NOON - timedelta(99), NOON + timedelta(99))]


class TestForm:
    def test_a_note_has_the_time_of_the_tenants_zone_and_leads_back_to_the_chart(
        self, client_of: ClientOf, manager: User, berlin: Tenant
    ) -> None:
        client = client_of(manager)
        for _ in range(2):  # sent twice, it is one note
            answer = client.post(f"{HERE}add/", FORM)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/t/acme/?period=30d")
        assert moments(berlin) == [(datetime(2026, 3, 9, 13, 30, tzinfo=UTC), "Release 4.2")]

    def test_without_a_time_it_is_about_the_day(self, client_of: ClientOf, manager: User, berlin: Tenant) -> None:
        client_of(manager).post(f"{HERE}add/", {**FORM, "time": ""})
        assert moments(berlin) == [(datetime(2026, 3, 8, 23, tzinfo=UTC), "Release 4.2")]

    @pytest.mark.parametrize(
        ("field", "value"), [("day", "soon"), ("day", "0001-01-01"), ("time", "noon"), ("text", " ")]
    )
    def test_what_is_wrong_is_said_at_its_field_and_what_was_written_stays(
        self, client_of: ClientOf, manager: User, tenant: Tenant, field: str, value: str
    ) -> None:
        answer = client_of(manager).post(f"{HERE}add/", {**FORM, field: value})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'aria-describedby="moment-{field}-error"' in page
        assert field == "text" or 'value="Release 4.2"' in page
        assert moments(tenant) == []

    def test_a_chart_opens_the_form_alone_with_the_time_of_its_bucket(
        self, client_of: ClientOf, manager: User, berlin: Tenant
    ) -> None:
        asked = {"at": "2026-03-09T13:00:00Z", "back": "//evil.example/"}
        page = client_of(manager).get(HERE, asked, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in page
        assert 'value="2026-03-09"' in page and 'value="14:00"' in page
        assert "evil" not in page

    def test_viewers_read_notes_and_leave_none(self, client_of: ClientOf, team_mate: User, tenant: Tenant) -> None:
        client = client_of(team_mate)
        assert client.get(HERE).status_code == 200
        assert "Add a note" not in client.get(HERE).content.decode()
        assert client.post(f"{HERE}add/", FORM).status_code == 403

    def test_deleting_can_be_undone(self, client_of: ClientOf, manager: User, owner: User, tenant: Tenant) -> None:
        note = NoteStore(tenant).add(Subject("moment"), "Release", by=owner, now=NOON, at=NOON)
        client = client_of(manager)
        page = client.post(f"{HERE}{note.id}/delete/", follow=True)
        assert moments(tenant) == []
        found = re.search(r'action="([^"]+/restore/)"', page.content.decode())
        assert found
        client.post(found[1])
        assert moments(tenant) == [(NOON, "Release")]
        assert client.get(f"{HERE}?deleted=../../x").status_code == 200


class TestApi:
    def test_a_deployment_leaves_a_note_once_and_everybody_reads_it(self, owner: User, tenant: Tenant) -> None:
        api = Api(token_of(owner))
        body = {"at": "2026-03-09T14:30:00Z", "text": "Release 4.2", "key": "deploy-17"}
        for _ in range(2):
            status, note = api.call("POST", "/tenants/acme/notes", body=body)
            assert status == 201
        assert set(note) == {"id", "at", "text", "author", "created_at"}
        assert api.get("/tenants/acme/notes") == {"notes": [note]}
        assert api.get("/tenants/acme/notes", to_date="2026-03-08") == {"notes": []}
        assert api.get("/tenants/acme/notes", from_date="2026-03-09", to_date="2026-03-09") == {"notes": [note]}

    def test_a_token_that_only_reads_leaves_no_note(self, owner: User, tenant: Tenant) -> None:
        body = {"at": "2026-03-09", "text": "Release"}
        assert Api(token_of(owner, role=Role.VIEWER)).call("POST", "/tenants/acme/notes", body=body)[0] == 403
        assert moments(tenant) == []

    @pytest.mark.parametrize("change", [{"at": "soon"}, {"text": " "}, {"text": "x" * 2001}, {"more": 1}])
    def test_wrong_input_is_422(self, owner: User, tenant: Tenant, change: dict[str, object]) -> None:
        body = {"at": "2026-03-09", "text": "Release", **change}
        assert Api(token_of(owner)).call("POST", "/tenants/acme/notes", body=body)[0] == 422


class TestOnTheChart:
    def test_incidents_and_notes_stand_at_their_time(self, tenant: Tenant, owner: User) -> None:
        context = context_of()  # 4 to 10 March, in Berlin
        start = context.buckets.period.start
        store = NoteStore(tenant)
        for hours, text in ((36, "Release"), (24, "Mailing"), (-1, "Earlier")):
            store.add(Subject("moment"), text, by=owner, now=NOON, at=start + timedelta(hours=hours))
        first = {"first_at": start + timedelta(hours=3), "found_at": start + timedelta(hours=4)}
        mongo.collection("incidents").insert_one(incident_document(tenant, number=1, name="Outage", **first))
        dismissed = {**first, "dismissed_at": NOON}
        mongo.collection("incidents").insert_one(incident_document(tenant, number=2, name="None", **dismissed))

        marks = chart_marks(find_happened(tenant, context.buckets.period), context)

        assert [(each.happened.text, each.position, each.when) for each in marks] == [
            ("Outage", 0, "4 Mar 2026, 03:00"),
            ("Mailing", 1, "5 Mar 2026"),
            ("Release", 1, "5 Mar 2026, 12:00"),
        ]
        assert [each.x for each in marks] == pytest.approx([100 / 7 / 8, 100 / 7, 150 / 7], abs=0.001)
        assert marks[0].happened.url == "/t/acme/incidents/1/"

    def test_the_dashboard_lists_them_in_words(self, client_of: ClientOf, owner: User, tenant: Tenant) -> None:
        store_tickets(tenant, [{"created_at": "2026-03-09T09:00:00Z"}])
        client = client_of(owner)
        assert "Release 4.2" not in client.get("/t/acme/?period=7d").content.decode()
        client.post(f"{HERE}add/", FORM)
        page = client.get("/t/acme/?period=7d").content.decode()
        assert "9 Mar 2026, 14:30 Note: Release 4.2 by owner" in " ".join(text_of(page).split())
        assert page.count('class="happened-note"') == 2  # on the chart and in the list
