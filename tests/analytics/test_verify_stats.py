"""manage.py verify_stats and the check sign of the roll-ups."""

from datetime import timedelta
from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from analytics.rollups.health_checks import read_rollups
from analytics.rollups.refreshing import refresh
from supportsaas import clock
from supportsaas.db import mongo
from tenants.models import Tenant
from tests.builders import store_tickets


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_stats", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def counted(tenant: Tenant) -> Tenant:
    """A tenant whose roll-ups are there, of today's tickets."""
    today = clock.now().isoformat()
    store_tickets(tenant, [{"id": f"T-{n}", "created_at": today, "updated_at": today} for n in range(3)])
    assert refresh(tenant)
    return tenant


def test_verify_stats_reports_numbers_that_agree(counted: Tenant) -> None:
    assert verify("--tenant", "acme") == "acme: all numbers agree with the tickets.\n"


def test_verify_stats_names_a_wrong_roll_up_and_exits_with_1(counted: Tenant) -> None:
    mongo.collection("rollup_days").update_many({"source": None}, {"$inc": {"high": 1}})
    with pytest.raises(CommandError, match="Roll-ups differ for acme") as error:
        verify()
    assert error.value.returncode == 1


def test_verify_stats_rebuilds_wrong_roll_ups_with_repair(counted: Tenant) -> None:
    mongo.collection("rollup_days").delete_many({})
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


def test_old_dirty_days_are_a_health_problem(tenant: Tenant) -> None:
    assert read_rollups().problems == ()
    an_hour_ago = ObjectId.from_datetime(clock.now().replace(microsecond=0) - timedelta(hours=1))
    mongo.collection("rollup_marks").insert_one({"_id": an_hour_ago, "tenant_id": "acme", "days": []})
    (problem,) = read_rollups().problems
    assert "behind" in problem.sentence
    assert "acme" not in problem.sentence
