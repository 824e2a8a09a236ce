"""The period and the filter go along from page to page, by the links of the navigation."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from django.test import Client

from tenants.models import User
from tickets.views.carried import Carried

ClientOf = Callable[[User], Client]


@pytest.mark.parametrize(
    ("address", "numbers", "tickets"),
    [
        ("", "", ""),
        ("period=last_week", "?period=last_week", "?period=last_week"),
        ("period=2026-W12&by=team&sort=-open", "?period=2026-W12", "?period=2026-W12"),
        (
            "period=custom&from=2026-03-01&to=2026-03-07&team=A&team=B",
            "?period=custom&from=2026-03-01&to=2026-03-07&team=A&team=B",
            "?created_from=2026-03-01&created_to=2026-03-07&team=A&team=B",
        ),
        (
            "created_from=2026-03-01&created_to=2026-03-07&urgency=high&source=email",
            "?period=custom&from=2026-03-01&to=2026-03-07&source=email",
            "?created_from=2026-03-01&created_to=2026-03-07&source=email",
        ),
        ("created_from=2026-03-01", "", "?created_from=2026-03-01"),
        ("priority=P1&team=Orders+%26+more", "?team=Orders+%26+more", "?team=Orders+%26+more"),
        ("team=&period=", "", ""),
    ],
)
def test_what_goes_along(address: str, numbers: str, tickets: str) -> None:
    found = Carried.of(parse_qs(address, keep_blank_values=True))
    assert (found.numbers, found.tickets) == (numbers, tickets)
