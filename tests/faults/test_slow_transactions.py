"""MongoDB ends transactions that take too long. What does not fit into one is stored in several."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import record
from tests.faults.comparing import assert_exact, assert_numbers_agree
from tests.faults.conftest import OwnDatabase, run_here
from tests.helpdesk import ScriptedHelpdesk
from tickets.helpdesks.model import Source
from tickets.rollups.writing import save_differences
from tickets.store import ticket_store

MOST_AT_ONCE = 4
"""Tickets that this slow database stores in time."""


@pytest.fixture
def slow_database(database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnDatabase]:
    """It ends transactions after a second, and more than a few tickets take longer."""
    parameter = "transactionLifetimeLimitSeconds"
    admin = mongo.client().admin
    usual = admin.command({"getParameter": 1, parameter: 1})[parameter]

    def save_slowly(tenant_id: str, found: Any, differences: Any, *, session: Any) -> None:
        if len(differences.rows) > MOST_AT_ONCE:
            time.sleep(2.5)
        save_differences(tenant_id, found, differences, session=session)

    monkeypatch.setattr(ticket_store, "save_differences", save_slowly)
    monkeypatch.setattr(mongo, "LONG_SECONDS", 0.5)
    admin.command({"setParameter": 1, parameter: 1})
    yield database
    admin.command({"setParameter": 1, parameter: usual})


def test_a_page_that_takes_too_long_to_store_is_stored_in_parts(
    slow_database: OwnDatabase, acme: Tenant, connect: Callable[..., Source]
) -> None:
    with ScriptedHelpdesk() as helpdesk:
        helpdesk.tickets = [record(f"T-{n}") for n in range(7)] + [{"id": "T-7"}]
        connect(helpdesk.url, page_size=10)
        first = run_here(acme)
        assert first.progress.counts.new_ingested == 7
        assert mongo.collection("quarantine").count_documents({}) == 1
        assert_exact(acme, helpdesk.tickets)
        helpdesk.tickets = []
        helpdesk.deleted = [f"T-{n}" for n in range(7)]
        run_here(acme)
        assert mongo.collection("tickets").count_documents({"is_deleted": False}) == 0
        assert_numbers_agree(acme)
