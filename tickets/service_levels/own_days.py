"""Days of a tenant that differ from its week and its country's holidays, stored as “2026-12-24 Christmas Eve”. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

MOST_DAYS: Final = 200
LONGEST_NAME: Final = 100
_DAY = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[= ]\s*(?P<name>.*))?", re.DOTALL)


class OwnDayError(ValueError):
    """Not such a day; the message is a sentence for the person who wrote it."""


def parse_own_day(text: str) -> tuple[date, str]:
    """The day and its name, which may be empty. Raises `OwnDayError`."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise OwnDayError(f"Write a day as in 2026-12-24=Christmas Eve, not “{text[:40]}”.")
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        raise OwnDayError(f"{found['day']} is not a date.") from None
    name = " ".join((found["name"] or "").split())
    if len(name) > LONGEST_NAME:
        raise OwnDayError(f"A name has at most {LONGEST_NAME} characters.")
    return day, name


def parse_own_days(texts: Iterable[str]) -> dict[date, str]:
    """Names by day. Raises `OwnDayError`."""
    return dict(parse_own_day(each) for each in texts)


def format_own_days(days: Mapping[date, str]) -> list[str]:
    """As they are stored, by date."""
    return [f"{day.isoformat()} {name}".strip() for day, name in sorted(days.items())]
