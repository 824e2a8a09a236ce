"""Where things stand on wide screens, and what long texts do."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenants.models import Membership, Tenant, User
from tests.browser.conftest import enter
from tests.builders import store_tickets

pytestmark = pytest.mark.usefixtures("db")
LONG_STATUS = "Waiting for customer feedback (2nd level)"


def off_centre(page: Page, selector: str, within: str) -> float:
    """By how many pixels the middle of one box lies beside the middle of the other."""
    inner, outer = (page.locator(each).bounding_box() for each in (selector, within))
    assert inner and outer
    return abs((inner["x"] + inner["width"] / 2) - (outer["x"] + outer["width"] / 2))


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("width", [1280, 1440, 1920, 2560])
def test_the_log_in_card_is_in_the_middle_of_a_wide_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/login/")
    assert off_centre(page, ".card", "body") < 1


def test_pages_are_in_the_middle_of_what_the_navigation_leaves(page: Page, owner: User, tenant: Tenant) -> None:
    enter(page, owner.username)
    page.set_viewport_size({"width": 1920, "height": 900})
    page.goto("/t/acme/tickets/")
    left = page.locator(".sidenav").bounding_box()
    content = page.locator("main").bounding_box()
    assert left and content
    assert abs((content["x"] - left["width"]) - (1920 - content["x"] - content["width"])) < 1


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_a_long_status_wraps_on_its_ticket_and_ends_with_dots_in_the_list(
    page: Page, owner: User, tenant: Tenant, width: int
) -> None:
    store_tickets(tenant, [{"id": "T-1", "status": LONG_STATUS}])
    enter(page, owner.username)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/t/acme/tickets/T-1/")
    expect(page.locator(".facts .badge")).to_be_visible()
    badge, facts = (page.locator(each).first.bounding_box() for each in (".facts .badge", ".facts"))
    assert badge and facts and badge["x"] + badge["width"] <= facts["x"] + facts["width"] + 0.5
    assert sideways(page) <= 0
    page.goto("/t/acme/tickets/")
    assert sideways(page) <= 0
    if width > 1000:
        how = page.locator("table.tickets .badge[class*='status-']").evaluate(
            "each => getComputedStyle(each).textOverflow"
        )
        assert how == "ellipsis"


def test_a_table_that_hides_columns_shows_a_shadow_at_the_edge_that_hides_them(
    page: Page, owner: User, tenant: Tenant, open_context: Callable[..., Any]
) -> None:
    for number in range(3):
        long = Tenant.objects.create(
            slug=f"long{number}", name=f"Northwind Retail Group {number} of the North and South"
        )
        Membership.objects.create(user=owner, tenant=long, role="admin")
    enter(page, owner.username)
    page.set_viewport_size({"width": 1024, "height": 900})
    page.goto("/")
    frame = page.locator(".table-frame")
    hidden = frame.evaluate("each => each.scrollWidth - each.clientWidth")
    assert hidden > 0
    # Covers that move with the content, over shadows that stay at the edges.
    assert (
        frame.evaluate("each => getComputedStyle(each).backgroundAttachment") == "local, local, scroll, scroll, scroll"
    )
