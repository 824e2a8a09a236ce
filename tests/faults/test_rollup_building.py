"""Processes that build roll-ups are killed at places all over their work; building again finishes it, and exactly."""

from datetime import timedelta

import pytest

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import delete_stored, store_tickets
from tests.faults.comparing import assert_numbers_agree
from tests.faults.conftest import IS_LONG, OwnDatabase
from tests.faults.doomed import DoomedCommands
from tests.faults.test_erasures import everything, start_over
from tests.rolled_up import facet_differences
from tickets.rollups import state
from tickets.rollups.building import build, build_again
from tickets.rollups.keywords import tidy


@pytest.fixture
def changed_zone(acme: Tenant) -> Tenant:
    """A tenant with tickets of 40 days whose roll-ups are of another zone."""
    now = clock.now()
    store_tickets(
        acme,
        [
            {
                "id": f"T-{n}",
                "created_at": (now - timedelta(days=n, minutes=n)).isoformat(),
                "status": "closed" if n % 3 else "open",
                "message": ("router", "invoice", "lawsuit")[n % 3],
            }
            for n in range(40)
        ],
        now=now,
    )
    Tenant.objects.filter(pk=acme.pk).update(timezone="Asia/Kolkata")
    acme.refresh_from_db()
    build_again(acme)
    return acme


def test_a_kill_while_roll_ups_are_built_loses_and_doubles_nothing(
    database: OwnDatabase, changed_zone: Tenant, doomed_process: DoomedCommands
) -> None:
    """Without a source to read, the command only does what follows a run. Tickets change between kill and rebuild."""
    before, arguments = everything(database), ["ingest", "--all"]
    whole = doomed_process.run(database.environment(), arguments)
    found = state.find(changed_zone.slug)
    assert found is not None
    assert (found.is_complete, found.zone) == (True, "Asia/Kolkata")
    assert found.word_blocks
    were_building = set()
    for place in range(1, whole.commands + 1)[:: 1 if IS_LONG else 4]:
        start_over(before)
        assert doomed_process.run(database.environment(), arguments, die_at=place).was_killed
        database.pass_time()
        halfway = state.find(changed_zone.slug)
        were_building.add(halfway is not None and halfway.building is not None)
        store_tickets(changed_zone, [{"id": "T-3", "status": "closed", "message": "refund"}], now=clock.now())
        delete_stored(changed_zone, ["T-5"], now=clock.now())
        assert build(changed_zone)
        tidy(changed_zone)
        try:
            assert facet_differences(changed_zone) == {}
            assert_numbers_agree(changed_zone)
            assert mongo.collection("rollup_numbers").distinct("generation") == [
                state.find(changed_zone.slug).generation  # type: ignore[union-attr]  # it was built
            ]
        except AssertionError as error:
            raise AssertionError(f"killed before database command {place} of {whole.commands}") from error
    assert were_building == {True, False}
