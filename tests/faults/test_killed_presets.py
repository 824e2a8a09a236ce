"""With every preset: a process that syncs is killed in the middle, and the next sync completes what it began."""

import pytest

from tenants.models import Tenant
from tests.faults.conftest import IS_LONG, OwnDatabase, run_here
from tests.faults.doomed import DoomedCommands
from tests.helpdesks.vendors import find_vendors
from tests.helpdesks.vendors.connecting import connect, expected, serving, stored
from tests.rolled_up import facet_differences
from tickets import jobs

VENDORS = find_vendors()
TICKETS = 25
"""More than two pages."""

PLACES = range(5, 100, 5) if IS_LONG else (85,)
"""The database commands before which a sync is killed. A whole one has more than a hundred."""


@pytest.mark.parametrize("kind", sorted(VENDORS))
def test_the_next_sync_completes_what_a_killed_one_began(
    kind: str, database: OwnDatabase, acme: Tenant, doomed_process: DoomedCommands
) -> None:
    for place in PLACES:
        database.empty()
        acme.save(force_insert=True)
        with serving(VENDORS[kind], tickets=TICKETS) as vendor:
            connect(acme, vendor)
            killed = doomed_process.run(database.environment(), ["ingest", "--all", "--quiet"], die_at=place)
            assert killed.was_killed
            assert not facet_differences(acme)
            database.pass_time()
            assert run_here(acme).status in jobs.GOOD_ENDS
            assert stored(acme, vendor) == expected(vendor)
            assert not facet_differences(acme)
