"""Public holidays by country and region."""

import subprocess
import sys
from datetime import date

import pytest

from tests.processes import ROOT
from tickets.service_levels.public_holidays import find_countries, find_regions, holidays_of_year


def test_countries_and_regions_have_names() -> None:
    countries = dict(find_countries())
    assert countries["DE"] == "Germany"
    assert countries["US"] == "United States"
    assert countries["IM"] == "Isle of Man"
    assert len(countries) > 200
    assert dict(find_regions("DE"))["BE"] == "Berlin"
    assert find_regions("XX") == find_regions("") == ()


@pytest.mark.parametrize(
    ("country", "region", "day", "name"),
    [
        ("DE", "", date(2026, 12, 25), "Christmas Day"),
        ("DE", "BE", date(2026, 3, 8), "Women's Day"),
        ("DE", "BY", date(2026, 1, 6), "Epiphany"),
        ("US", "", date(2026, 7, 3), "Independence Day (observed)"),
        ("US", "", date(2021, 12, 31), "New Year's Day (observed)"),
    ],
)
def test_a_holiday(country: str, region: str, day: date, name: str) -> None:
    assert holidays_of_year(country, region, day.year)[day] == name


def test_what_is_no_holiday() -> None:
    assert date(2026, 3, 8) not in holidays_of_year("DE", "", 2026)
    assert not holidays_of_year("", "", 2026)
    assert not holidays_of_year("XX", "", 2026)
    assert not holidays_of_year("DE", "", 1800)
    assert holidays_of_year("DE", "no such region", 2026) == holidays_of_year("DE", "", 2026)


def test_the_library_is_loaded_only_for_a_country() -> None:
    code = (
        "import sys, django; django.setup(); import tickets.models, tickets.ingestion.run\n"
        "from tickets.service_levels.model import Calendar; from datetime import date\n"
        "closed = Calendar('', '', ('2026-12-24 Ours',), ()); assert closed.closes_on(date(2026, 12, 24))\n"
        "assert not closed.closes_on(date(2026, 12, 25)); assert 'holidays' not in sys.modules\n"
        "assert Calendar('DE', '', (), ()).closes_on(date(2026, 12, 25)); assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
