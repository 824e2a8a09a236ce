"""`manage.py source preview`: records as they came, as mapped, and as rejected with the reason; nothing is stored."""

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import connect_source, record
from tests.commands import run
from tests.helpdesk import ScriptedHelpdesk, answer

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def connected(tenant: Tenant, helpdesk: ScriptedHelpdesk) -> ScriptedHelpdesk:
    connect_source(tenant, kind="house", url=helpdesk.url)
    return helpdesk


def test_records_are_shown_raw_as_mapped_and_as_rejected(connected: ScriptedHelpdesk) -> None:
    connected.tickets = [
        record("T-1", subject="Data breach", message="We will file a lawsuit!", status="Parked"),
        record("T-2", created_at="soon"),
    ]
    status, out, _ = run("source", "preview", "acme")
    assert status == 0
    assert "Ticket T-1: Data breach" in out and "status: Parked (not mapped)" in out
    assert "classified: high urgency, " in out and "lawsuit" in out
    assert '"message": "We will file a lawsuit!"' in out
    assert "Rejected: T-2: created_at is not a date: 'soon'" in out
    assert "2 records read: 1 would be imported, 1 rejected" in out
    assert "1 unmapped status: “Parked” (1 ticket)." in out
    for name in ("tickets", "quarantine", "ingestion_logs"):
        assert mongo.collection(name).count_documents({}) == 0


def test_the_limit_is_on_what_is_shown_not_on_what_is_counted(connected: ScriptedHelpdesk) -> None:
    connected.tickets = [record(f"T-{n}") for n in range(20)]
    _, out, _ = run("source", "preview", "acme", "--limit", "3")
    assert out.count("Ticket T-") == 3 and "20 records read: 20 would be imported" in out
    _, out, _ = run("source", "preview", "acme")
    assert out.count("Ticket T-") == 10


def test_it_fails_if_every_record_would_be_rejected(connected: ScriptedHelpdesk) -> None:
    connected.tickets = [record("T-1", created_at="soon"), record("T-2", created_at="")]
    status, out, error = run("source", "preview", "acme")
    assert status == 1 and "All 2 records would be rejected" in error
    assert "Rejected because: created_at is not a date (1), created_at is missing (1)." in out
    # The check says the same.
    assert run("source", "check", "acme")[0] == 1


def test_it_fails_with_the_helpdesks_own_sentence(connected: ScriptedHelpdesk) -> None:
    connected.fail_everything(answer({"error": "Your trial ended"}, 403))
    status, _, error = run("source", "preview", "acme")
    assert status == 1 and "Your trial ended" in error


def test_text_of_tickets_does_not_steer_the_terminal(connected: ScriptedHelpdesk) -> None:
    connected.tickets = [record("T-1", subject="a\x1b[2Jb\x9b2J", message="\x1b]0;title\x07")]
    _, out, _ = run("source", "preview", "acme")
    assert "\x1b" not in out and "\x9b" not in out and "\x07" not in out
