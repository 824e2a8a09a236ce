"""A tenant's targets: what can be saved, in which order they hold, and that stored tickets follow."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from supportsaas.web.rejected import Rejected
from tenants.models import AuditEntry, Tenant
from tests.builders import store_tickets
from tests.service_levels.targets import add_target, new_target
from tickets.recount import targets as editing
from tickets.recount.opening_hours import save_opening_hours
from tickets.recount.walk import RECOUNT, recount_waiting_tickets
from tickets.service_levels.model import OpeningHours
from tickets.service_levels.settings import find_clock_settings
from tickets.service_levels.targets import MOST_TARGETS, ServiceTarget, find_targets
from tickets.store.ticket_store import TicketStore

pytestmark = pytest.mark.usefixtures("db")


def open_on(tenant: Tenant, week: str = "Mon-Thu 09:00-17:00; Fri 09:00-15:00") -> None:
    save_opening_hours(tenant, OpeningHours(tenant=tenant, week=week))


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"length": 90, "unit": "minutes"}, 5_400),
        ({"length": 4}, 14_400),
        ({"length": 2, "unit": "days"}, 172_800),
        ({"length": 4, "in_business_hours": True}, 14_400),
        # 38 h on five days: 7 h 36 min on average.
        ({"length": 2, "unit": "days", "in_business_hours": True}, 2 * (7 * 60 + 36) * 60),
    ],
)
def test_a_business_day_is_as_long_as_the_average_one(tenant: Tenant, values: dict[str, Any], seconds: int) -> None:
    open_on(tenant)
    add_target(tenant, **values)
    (target,) = find_clock_settings(tenant).targets
    assert target.seconds == seconds


def test_a_target_that_is_off_does_not_count_and_hours_are_wired(tenant: Tenant) -> None:
    assert find_clock_settings(tenant).business_hours is None
    open_on(tenant)
    on = add_target(tenant)
    add_target(tenant, name="Off", enabled=False)
    settings = find_clock_settings(tenant)
    assert [each.id for each in settings.targets] == [str(on.pk)]
    assert settings.business_hours is not None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " \n"}, "name"),
        ({"length": 0}, "length"),
        ({"length": 9_000, "unit": "days"}, "length"),
        ({"clock": "status:open"}, "clock"),
        ({"in_business_hours": True}, "in_business_hours"),
        ({"conditions": {"assignee": ["Ann"]}}, "conditions"),
        ({"conditions": {"tags": ["x" * 201]}}, "conditions"),
    ],
)
def test_an_error_is_at_its_field(tenant: Tenant, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        new_target(tenant, **values)
    assert field in caught.value.message_dict


def test_conditions_are_kept_in_normal_form_and_said_in_words(tenant: Tenant) -> None:
    target = new_target(tenant, conditions={"tags": [" vip ", "vip", ""], "priority": ["P1", "P2"]}, pauses=True)
    assert target.conditions == {"priority": ["P1", "P2"], "tags": ["vip"]}
    assert target.applies_to == "priority P1 or P2, tag vip"
    assert not target.pauses  # which is for resolutions only
    assert (target.within, new_target(tenant, length=1, unit="days").within) == ("2 hours", "1 day")


def test_the_first_of_the_list_that_matches_counts(tenant: Tenant) -> None:
    all_, vip = add_target(tenant), add_target(tenant, name="VIP", length=1, conditions={"tags": ["vip"]})
    ticket = {"tags": ["vip", "x"]}
    assert find_clock_settings(tenant).target_of("first_reply", ticket).id == str(all_.pk)  # type: ignore[union-attr]
    editing.move_target(vip, "up")
    assert find_clock_settings(tenant).target_of("first_reply", ticket).id == str(vip.pk)  # type: ignore[union-attr]
    assert [each.name for each in find_targets(tenant)] == ["VIP", "First reply"]


def test_each_change_has_stored_tickets_worked_out_again_and_is_in_the_log(tenant: Tenant) -> None:
    store_tickets(tenant, [{"replies": 0}])
    target = add_target(tenant)

    def is_recounted() -> bool:
        requested = RECOUNT.is_running(tenant)
        recount_waiting_tickets(threading.Event())
        return requested and not RECOUNT.is_running(tenant)

    assert is_recounted()
    stored = TicketStore(tenant).find_ticket("T-1")
    assert stored is not None
    assert [(each["clock"], each["target"]) for each in stored["due"]] == [("first_reply", str(target.pk))]
    target.length = 3
    editing.save_target(target)
    assert is_recounted()
    editing.switch_target(target, enabled=False)
    assert is_recounted()
    editing.switch_target(target, enabled=False)
    assert not is_recounted()
    editing.delete_target(target)
    assert is_recounted()
    editing.delete_target(target)
    assert not is_recounted()
    assert "due" not in (TicketStore(tenant).find_ticket("T-1") or {})
    assert AuditEntry.objects.filter(tenant_slug="acme", kind="target").count() == 4


def test_two_people_and_sent_twice(tenant: Tenant) -> None:
    target = add_target(tenant)
    add_target(tenant)
    assert len(find_targets(tenant)) == 1
    first, second = find_targets(tenant)[0], find_targets(tenant)[0]
    first.length, second.length = 3, 4
    editing.save_target(first, seen_revision=target.revision)
    with pytest.raises(Rejected, match="Someone else has changed"):
        editing.save_target(second, seen_revision=target.revision)
    editing.delete_target(first)
    with pytest.raises(Rejected, match="deleted"):
        editing.save_target(second)


def test_the_list_is_limited(tenant: Tenant) -> None:
    for number in range(1, MOST_TARGETS + 1):
        add_target(tenant, length=number)
    with pytest.raises(Rejected, match="limit"):
        add_target(tenant, length=MOST_TARGETS + 1)


def test_bulk_changes_are_refused(tenant: Tenant) -> None:
    with pytest.raises(TypeError):
        ServiceTarget.objects.update(length=1)
    with pytest.raises(TypeError):
        ServiceTarget.objects.all().delete()


def test_targets_of_another_tenant_do_not_count(tenant: Tenant, other_tenant: Tenant) -> None:
    add_target(other_tenant)
    assert find_clock_settings(tenant).targets == ()
