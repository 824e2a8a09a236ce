"""The settings page of business hours, as it works without JavaScript."""

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.models import Tenant, User
from tests.reading_pages import body, text_of
from tickets.service_levels.model import find_opening_hours

ClientOf = Callable[[User], Client]
HERE = "/t/acme/settings/hours/"
WEEK = {f"day-{day}": "9-17" if day < 5 else "" for day in range(7)}


@pytest.fixture
def pages(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def test_a_working_week_is_proposed_and_saved(pages: Client, tenant: Tenant) -> None:
    page = text_of(body(pages.get(HERE)))
    assert "Not set yet, so only calendar time counts." in page
    assert "Open 40 h a week" in page
    assert "Nothing is saved yet." in page
    answer = pages.post(HERE, {**WEEK, "day-5": "10-12, 13-14:30", "timezone": "berlin", "save": "1"}, follow=True)
    page = text_of(body(answer))
    assert "Business hours saved." in page
    assert "Nothing is saved yet." not in page
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert (stored.week, stored.timezone) == ("Mon–Fri 09:00–17:00; Sat 10:00–12:00, 13:00–14:30", "Europe/Berlin")
    assert 'value="10:00–12:00, 13:00–14:30"' in body(pages.get(HERE))


def test_presets_fill_the_week_and_save_nothing(pages: Client, tenant: Tenant) -> None:
    shown = body(pages.post(HERE, {**WEEK, "timezone": "Asia/Tokyo", "preset": "always"}))
    assert shown.count('value="00:00–24:00"') == 7
    assert 'value="Asia/Tokyo"' in shown
    assert "Open 168 h a week" in shown
    assert find_opening_hours(tenant) is None


def test_a_country_offers_its_regions_and_shows_its_holidays(pages: Client, tenant: Tenant) -> None:
    assert "Berlin" not in text_of(body(pages.post(HERE, WEEK)))
    page = text_of(body(pages.post(HERE, {**WEEK, "country": "DE"})))
    assert "Berlin" in page
    assert "Next closed days" in page
    assert "(New Year's Day)" in page.replace("&#x27;", "'")
    assert find_opening_hours(tenant) is None
    # A region of another country is forgotten.
    answer = pages.post(HERE, {**WEEK, "country": "FR", "region": "BE", "save": "1"})
    assert answer.status_code == 302
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert (stored.country, stored.region) == ("FR", "")


def test_own_days_are_added_and_removed(pages: Client, tenant: Tenant) -> None:
    own = {"own-0-date": "2040-12-24", "own-0-name": " Christmas  Eve ", "own-0-effect": "closed"}
    more = {"own-1-date": "2040-12-25", "own-1-name": "", "own-1-effect": "worked", "own-2-date": "", "own-2-name": ""}
    shown = body(pages.post(HERE, {**WEEK, **own, **more, "preview": "1"}))
    assert "own-2-date" in shown, "an empty line to add another"
    assert pages.post(HERE, {**WEEK, **own, **more, "save": "1"}).status_code == 302
    stored = find_opening_hours(tenant)
    assert stored is not None
    assert (stored.closed_days, stored.worked_days) == (["2040-12-24 Christmas Eve"], ["2040-12-25"])
    shown = body(pages.post(HERE, {**WEEK, **own, **more, "drop": "0"}))
    assert "2040-12-24" not in shown
    assert "2040-12-25" in shown
    assert find_opening_hours(tenant) is not None


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"day-1": "17-9"}, "09:00 is before 17:00. For hours past midnight"),
        ({"day-1": "9-12, 11-17"}, "Two times overlap"),
        ({f"day-{day}": "" for day in range(7)}, "Enter the hours of at least one day."),
        ({"timezone": "Atlantis"}, "is not an IANA time zone"),
        ({"country": "XX"}, "Select a valid choice."),
        ({"own-0-name": "Summer party", "own-0-date": ""}, "Enter the date."),
        ({"own-0-date": "2040-02-30"}, "Enter a valid date."),
        ({"own-0-date": "2040-02-01", "own-1-date": "2040-02-01"}, "This day is already in the list."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    pages: Client, tenant: Tenant, entered: dict[str, str], sentence: str
) -> None:
    answer = pages.post(HERE, {**WEEK, **entered, "save": "1"})
    assert answer.status_code == 422
    assert sentence in text_of(body(answer))
    assert find_opening_hours(tenant) is None


def test_business_hours_are_removed(pages: Client, tenant: Tenant) -> None:
    pages.post(HERE, {**WEEK, "save": "1"})
    assert find_opening_hours(tenant) is not None
    assert "Business hours removed." in text_of(body(pages.post(HERE, {"remove": "1"}, follow=True)))
    assert find_opening_hours(tenant) is None


def test_managers_do_not_see_the_settings(client_of: ClientOf, manager: User) -> None:
    assert client_of(manager).get(HERE).status_code == 403
