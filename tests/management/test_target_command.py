"""`manage.py target` sets up without a browser what the page shows."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tenants.models import Tenant
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.walk import RECOUNT
from tickets.service_levels.model import OpeningHours

pytestmark = pytest.mark.usefixtures("db")


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("target", *arguments, stdout=out)
    return out.getvalue()


def test_targets_are_added_listed_and_removed(tenant: Tenant) -> None:
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week="Mon-Fri 09:00-17:00"))
    assert said("list", "acme") == "acme: no targets.\n"
    said(
        "add",
        "acme",
        "--name",
        "Fast",
        "--clock",
        "first_reply",
        "--within",
        "4 hours",
        "--priority",
        "P1",
        "--tag",
        "vip",
    )
    assert RECOUNT.is_running(tenant)
    out = said("add", "acme", "--name", "Solved", "--clock", "resolution", "--within", "2 Business Days", "--pauses")
    assert out == (
        "1. Fast: First reply within 4 hours, for priority P1, tag vip\n"
        "2. Solved: Resolution within 2 business days, paused while it waits for the customer, for all tickets\n"
    )
    assert said("remove", "acme", "Fast").startswith("1. Solved:")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("list", "nobody"), "does not exist"),
        (("remove", "acme", "None"), "no target"),
        (("add", "acme", "--name", "x", "--clock", "first_reply", "--within", "soon"), "--within"),
        (("add", "acme", "--name", "x", "--clock", "first_reply", "--within", "0 hours"), "at least a minute"),
        (
            ("add", "acme", "--name", "x", "--clock", "first_reply", "--within", "1 business day"),
            "business hours first",
        ),
    ],
)
def test_mistakes_are_named(tenant: Tenant, arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        said(*arguments)
