"""Text from helpdesks, forms and addresses stays text: on every page, fragment, answer of the API and in the admin."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from analytics.digest.mail import compose
from supportsaas.db import mongo
from tenants.models import Membership, Role, Tenant, User
from tests.builders import record
from tests.conftest import FakeClock
from tests.helpdesk import ScriptedHelpdesk, answer
from tests.hostile import CORPUS, problems_of
from tickets import jobs
from tickets.helpdesks.model import Source
from tickets.ingestion.run import Outcome, ingest_tenant
from tickets.jobs import JobRequest

Ingest = Callable[[], Outcome]
ALL = "\n".join(CORPUS.values())
MILLION = "<b>&\u202e" * 200_000


@pytest.fixture
def ingest(
    tenant: Tenant, helpdesk: ScriptedHelpdesk, native_source: Callable[..., Source], clock: FakeClock
) -> Ingest:
    native_source(helpdesk.url)

    def run() -> Outcome:
        clock.advance(minutes=10)
        wish = JobRequest(trigger="command", started_by="test", full=True)
        job_id = jobs.begin_at_once(tenant, wish, owner_id="test", now=clock())
        return ingest_tenant(tenant, wish, job_id=job_id, owner_id="test", now=clock, sleep=clock.sleep)

    return run


@pytest.fixture
def hostile_tenant(tenant: Tenant, helpdesk: ScriptedHelpdesk, ingest: Ingest) -> Tenant:
    """Every text of the corpus in every field, changed once, and records that were refused."""
    tenant.name = CORPUS["closing"]
    tenant.save()
    helpdesk.tickets = [
        record(f"T-{n}", subject=text, message=text, customer_id=text, source=text, status=text)
        for n, text in enumerate(CORPUS.values())
    ]
    helpdesk.tickets += [record(text, subject="id") for text in CORPUS.values()]
    helpdesk.tickets += [record("all", message=ALL), record("million", message=MILLION)]
    helpdesk.tickets += [record(f"bad {text}", created_at=text) for text in CORPUS.values()]
    ingest()
    for ticket in helpdesk.tickets[: len(CORPUS)]:
        ticket["message"] = f"Changed. {ticket['subject']} refund immediately"
        ticket["updated_at"] = "2026-03-10T10:00:00Z"
    ingest()
    return tenant


def stored_ids() -> list[str]:
    return [each["external_id"] for each in mongo.collection("tickets").find({}, {"external_id": 1})]


def test_no_page_or_fragment_renders_hostile_text_as_html(
    client_of: Callable[[User], Client], owner: User, hostile_tenant: Tenant
) -> None:
    client = client_of(owner)
    period = "period=custom&from=2026-03-01&to=2026-03-20"
    paths = ["/", f"/t/acme/?{period}", "/t/acme/tickets/", "/t/acme/customers/", "/t/acme/quarantine/", "/t/acme/ingestion/",
             "/t/acme/settings/source/", "/t/acme/settings/members/", "/t/acme/settings/changes/"]  # fmt: skip
    paths += [f"/t/acme/tickets/{quote(each, safe='')}/" for each in stored_ids()]
    paths += [f"/t/acme/customers/{quote(each, safe='')}/" for each in CORPUS.values() if "\0" not in each]
    names = ("q", "status", "source", "customer_id", "keyword", "urgency", "cursor", "page", "from", "period")
    paths += [f"/t/acme/tickets/?{name}={quote(ALL)}" for name in names]
    paths += [
        f"/t/acme/tickets/?{name}={quote(each)}" for name, each in zip(cycle(names), CORPUS.values(), strict=False)
    ]
    problems = {}
    for path in paths:
        for headers in ({}, {"HX-Request": "true"}) if "?" not in path else ({},):
            response: Any = client.get(path, headers=headers)
            assert response.status_code in (200, 302, 304, 400, 404), (path, response.status_code)
            found = problems_of(response.content.decode())
            if found:
                problems[path] = found
    assert problems == {}


def test_the_admin_takes_it_for_text(
    client_of: Callable[[User], Client], superuser: User, hostile_tenant: Tenant
) -> None:
    client = client_of(superuser)
    paths = ["/admin/", "/admin/tickets/ingestionlog/", "/admin/tickets/tickethistory/?all=", "/admin/tenants/tenant/",
             "/admin/tenants/source/", "/admin/tenants/membership/", "/admin/tenants/auditentry/"]  # fmt: skip
    history = mongo.collection("ticket_history").find({}, {"_id": 1})
    paths += [f"/admin/tickets/tickethistory/{each['_id']}/change/" for each in history]
    for path in paths:
        html = client.get(path).content.decode()
        assert problems_of(html) == [], path


def test_a_spreadsheet_takes_it_for_text_and_for_one_row_each(
    client_of: Callable[[User], Client], owner: User, hostile_tenant: Tenant
) -> None:
    response: Any = client_of(owner).get("/t/acme/export/tickets/?format=csv")
    csv.field_size_limit(2 * len(MILLION))
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"), newline="")))
    header, *tickets = rows
    assert len(tickets) == len(stored_ids()) > 2 * len(CORPUS) - 2
    assert {len(row) for row in tickets} == {len(header)}
    assert [cell for row in tickets for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_the_weekly_digest_takes_it_for_text(owner: User, hostile_tenant: Tenant) -> None:
    now = datetime(2026, 3, 16, 12, tzinfo=UTC)
    mail = compose(owner, [hostile_tenant], name="x", now=now)
    assert len(mail.subject.splitlines()) == 1
    assert "Set-Cookie" not in mail.message()
    html = str(mail.alternatives[0][0])
    assert "alert(" in html, "the name of the tenant is in it"
    assert [each for each in problems_of(html) if " style=" not in each] == ["<style>"], "our own, for dark screens"


def test_the_api_answers_json_that_no_browser_takes_for_a_page(
    client_of: Callable[[User], Client], owner: User, hostile_tenant: Tenant
) -> None:
    client = client_of(owner)
    for path in ("/tickets?tenant_id=acme&page_size=100", "/tenants/acme/stats", *(
        f"/tickets/{quote(each, safe='')}{tail}?tenant_id=acme" for each in stored_ids() for tail in ("", "/history")
    )):  # fmt: skip
        response = client.get(path)
        assert response["Content-Type"].startswith("application/json"), path
        assert response["X-Content-Type-Options"] == "nosniff"
        json.loads(response.content)


def test_hostile_text_is_stored_as_sent_except_for_invalid_characters(hostile_tenant: Tenant) -> None:
    kept = {each["external_id"]: each for each in mongo.collection("tickets").find()}
    assert kept["million"]["message"] == MILLION
    for number, (name, text) in enumerate(CORPUS.items()):
        if name not in ("nul and controls", "line ends"):
            assert kept[f"T-{number}"]["subject"].strip() == text.strip(), name
    assert "\\u0000" not in json.dumps(list(kept.values()), default=str)


@pytest.mark.parametrize(
    "body",
    [
        b'{"tickets": [{"id": "\xff\xfe", "created_at": "2026-03-10T09:00:00Z"}], "next_page": null}',
        b'{"tickets": [{"id": "\\ud800", "created_at": "2026-03-10T09:00:00Z", "subject": "\\udfff x"}], "next_page": null}',
        b"\xef\xbb\xbf{\"tickets\": [], \"next_page\": null}",
        b'{"tickets": [{"id": {"$ne": null}, "created_at": "2026-03-10T09:00:00Z"}], "next_page": null}',
        b'{"tickets": [{"$set": {"role": "admin"}, "__proto__": {}, "id": "a", "created_at": "2026-03-10T09:00:00Z"}], "next_page": null}',
        b'{"tickets": ' + b"[" * 100_000,
        b'{"tickets": [{"id": 1e999, "created_at": NaN}], "next_page": null}',
        b'{"tickets": [{"id": ' + b"9" * 10_000 + b', "created_at": "2026-03-10T09:00:00Z"}], "next_page": null}',
    ],
    ids=["no UTF-8", "lone surrogates", "byte order mark", "operator as id", "operators as fields", "deep", "no numbers", "huge number"],
)  # fmt: skip
def test_invalid_json_is_a_readable_error_and_not_a_crash(
    helpdesk: ScriptedHelpdesk, ingest: Ingest, body: bytes, client_of: Callable[[User], Client], owner: User
) -> None:
    helpdesk.script = lambda path, _query: answer(body) if path.endswith("support-tickets") else None
    outcome = ingest()
    assert outcome.status in ("completed", "partial", "failed")
    page = client_of(owner).get("/t/acme/ingestion/").content.decode()
    assert "Traceback" not in page and "DecodeError" not in page and "codec" not in page
    for each in mongo.collection("tickets").find():
        json.dumps(each, default=str).encode("utf-8")


OPERATORS = (
    "status[$ne]",
    "status[]",
    "urgency[$gt]",
    "customer_id[$regex]",
    "q[$where]",
    "$where",
    "tenant_id[$ne]",
    "page[$gt]",
)


class TestOperators:
    """Nothing from a parameter is ever more than a value to MongoDB."""

    def test_the_api_rejects_hostile_parameters_by_name(
        self, client_of: Callable[[User], Client], owner: User, hostile_tenant: Tenant
    ) -> None:
        client = client_of(owner)
        for name in OPERATORS:
            response = client.get("/tickets", {"tenant_id": "acme", name: "x"})
            assert response.status_code == 422, name
            assert name[:20] in response.json()["detail"]

    def test_a_page_does_not_take_them_for_its_filter(
        self, client_of: Callable[[User], Client], owner: User, hostile_tenant: Tenant
    ) -> None:
        client = client_of(owner)
        for name in OPERATORS:
            assert client.get("/t/acme/tickets/", {name: "x"}).status_code in (200, 400), name

    @pytest.mark.parametrize("value", ['{"$ne": null}', "$ne", '["$gt", ""]', "{$where: 'sleep(1000)'}"])
    def test_an_operator_as_a_value_is_text_that_finds_nothing(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, ingest: Ingest, helpdesk: ScriptedHelpdesk, value: str
    ) -> None:  # fmt: skip
        helpdesk.tickets = [record("T-1")]
        ingest()
        client = client_of(owner)
        for name in ("status", "source", "customer_id"):
            assert client.get("/tickets", {"tenant_id": "acme", name: value}).json()["total"] == 0
        assert client.get("/tickets", {"tenant_id": value}).status_code in (404, 422)
        assert client.get(f"/tickets/{quote(value, safe='')}", {"tenant_id": "acme"}).status_code == 404

    @pytest.mark.parametrize("value", [".*", "^", "(", "[a-", "(?i)", "(a+)+$", "\\", "*"])
    def test_a_regular_expression_is_looked_for_as_it_stands(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant, ingest: Ingest, helpdesk: ScriptedHelpdesk, value: str
    ) -> None:  # fmt: skip
        helpdesk.tickets = [record("T-1", message="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa plain")]
        ingest()
        answered = client_of(owner).get("/tickets", {"tenant_id": "acme", "q": value})
        assert answered.status_code in (200, 422)
        if answered.status_code == 200:
            assert answered.json()["total"] == 0

    def test_the_body_of_a_request_is_not_a_query(
        self, client_of: Callable[[User], Client], owner: User, tenant: Tenant
    ) -> None:
        client = client_of(owner)
        form = json.dumps({"username": {"$ne": ""}, "role": {"$gt": ""}})
        client.post("/t/acme/settings/members/add/", form, content_type="application/json")
        assert Membership.objects.filter(tenant=tenant).count() == 1
        assert Membership.objects.get(tenant=tenant).role == Role.ADMIN
