"""Ingestion from a real Roundup: `script/try-roundup` installs one and runs this aloud."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tenants.models import Tenant
from tests.real_servers import assert_refused, connect, counts, ingest, marks
from tests.roundup.server import PASSWORD, USER, RoundupServer
from tickets.helpdesks.model import Source
from tickets.ingestion.checking import check_source
from tickets.store.ticket_store import TicketStore

pytestmark = marks("Roundup", "try-roundup", "ROUNDUP")

ISSUES = 45
"""More than two pages of 20."""


@pytest.fixture(scope="module")
def roundup() -> Iterator[RoundupServer]:
    # Not below pytest's own directory, which only root may enter: Roundup refuses to run as root.
    with TemporaryDirectory(prefix="roundup-") as directory, RoundupServer(Path(directory)) as server:
        yield server


@pytest.fixture
def source(tenant: Tenant, roundup: RoundupServer) -> Source:
    return connect(
        tenant, "roundup", f"{roundup.url}/support", secret=PASSWORD, auth="basic", auth_name=USER, page_size=20
    )


def test_issues_with_messages_changes_and_retired_ones_of_a_real_roundup_are_read(
    tenant: Tenant, source: Source, roundup: RoundupServer
) -> None:
    ids = [roundup.create_issue(f"Wo? 📦 #{n}", f"Hello,\nmessage {n}\n\nsecond line & more") for n in range(ISSUES)]
    checked = check_source(source)
    assert checked.is_usable, checked
    store = TicketStore(tenant)
    assert counts(ingest(tenant)) == {"new_ingested": ISSUES}
    assert set(store.iterate_live_ids()) == set(ids)
    first = store.find_ticket(ids[0])
    assert first is not None
    assert (first["subject"], first["status"], first["priority"]) == ("Wo? 📦 #0", "new", "bug")
    assert first["message"] == "Hello,\nmessage 0\n\nsecond line & more"
    assert first["url"] == f"{roundup.url}/support/issue{ids[0]}"
    assert set(counts(ingest(tenant))) == {"unchanged"}

    roundup.change(ids[1], "status", "8")
    roundup.reply(ids[2], "This is unacceptable. I want a refund immediately, or my lawyer will call you.")
    roundup.retire(ids[7])
    new = roundup.create_issue("A new one", "Where is my invoice?")
    changed = counts(ingest(tenant))
    assert (changed["new_ingested"], changed["updated"]) == (1, 2)
    whole = counts(ingest(tenant, full=True))
    assert whole["deleted"] == 1
    assert set(store.iterate_live_ids()) == {*ids, new} - {ids[7]}
    resolved, angry = store.find_ticket(ids[1]), store.find_ticket(ids[2])
    assert resolved is not None and angry is not None
    assert resolved["status"] == "resolved"
    assert angry["urgency"] == "high"
    conversation = store.find_conversation(ids[2])
    assert conversation is not None
    assert len(conversation.messages) == 2


def test_a_wrong_password_is_called_one(tenant: Tenant, source: Source) -> None:
    assert_refused(tenant, source)
