"""manage.py verify_stats and the health check of the roll-ups."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets
from tickets.rollups.building import build_again
from tickets.rollups.checking import check_day, random_day
from tickets.rollups.health_checks import read_rollups


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_stats", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def counted(tenant: Tenant) -> Tenant:
    """A tenant whose roll-ups are there, of today's tickets."""
    today = clock.now().isoformat()
    store_tickets(tenant, [{"id": f"T-{n}", "created_at": today, "updated_at": today} for n in range(3)])
    return tenant


def test_verify_stats_reports_numbers_that_agree(counted: Tenant) -> None:
    assert verify("--tenant", "acme") == "acme: all numbers agree with the tickets.\n"


def test_verify_stats_names_a_wrong_roll_up_and_exits_with_1(counted: Tenant) -> None:
    mongo.collection("rollup_numbers").update_many({"slice": ""}, {"$inc": {"high": 1}})
    with pytest.raises(CommandError, match="Roll-ups differ for acme") as error:
        verify()
    assert error.value.returncode == 1


def test_verify_stats_rebuilds_wrong_roll_ups_with_repair(counted: Tenant) -> None:
    mongo.collection("rollup_numbers").delete_many({})
    said = verify("--repair")
    assert "totals" in said
    assert said.endswith("acme: all numbers agree with the tickets.\n")
    assert verify("--tenant", "acme").startswith("acme: all numbers agree")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--tenant", "nobody"], "No tenant named “nobody”"),
        (["--from", "yesterday"], "--from"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "is after"),
    ],
)
def test_verify_stats_exits_with_2_for_wrong_usage(counted: Tenant, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as error:
        verify(*arguments)
    assert error.value.returncode == 2


def test_a_wrong_number_that_the_check_found_is_a_health_problem(counted: Tenant) -> None:
    assert read_rollups().problems == ()
    mongo.collection("rollup_numbers").update_many({"slice": ""}, {"$inc": {"high": 1}})
    day = random_day(counted)
    assert day is not None
    assert check_day(counted, day)
    (problem,) = read_rollups().problems
    assert "did not agree with the tickets" in problem.sentence
    assert "acme" not in problem.sentence


def test_health_names_how_many_tenants_wait_for_their_roll_ups(counted: Tenant) -> None:
    assert read_rollups().facts == {"Roll-ups being built": "0 tenants"}
    build_again(counted)
    assert read_rollups().facts == {"Roll-ups being built": "1 tenant"}
