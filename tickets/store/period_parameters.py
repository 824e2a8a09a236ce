"""The period that query parameters choose."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tickets.records.period import Period
from tickets.records.periods import CUSTOM, DEFAULT, NAMES, ChosenPeriod, preset
from tickets.store.filters import FilterError, parse_moment

PARAMETERS: Final = ("period", "from", "to")
LONGEST = timedelta(days=3653)
LONGEST_WORDS = "10 years"


def parse_period(parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo, now: datetime) -> ChosenPeriod:
    """From `period` (a name of `tickets.records.periods`) and, for custom, `from` and `to` (dates or ISO 8601 times).

    Times without a zone are in `zone`; a bare `to` date includes that day. Without `period`, dates mean custom,
    and without dates it is `DEFAULT`. Raises `FilterError` with field and reason.
    """
    given = {name: _single(parameters, name) for name in PARAMETERS}
    name = given["period"] or (CUSTOM if given["from"] or given["to"] else DEFAULT)
    if name != CUSTOM:
        try:
            return ChosenPeriod(name, preset(name, zone=zone, now=now))
        except ValueError:
            raise FilterError("period", f"must be one of {', '.join(NAMES)}, not {name[:40]!r}") from None
    for field in ("from", "to"):
        if not given[field]:
            raise FilterError(field, "is missing: choose a date")
    start = parse_moment("from", given["from"], zone=zone)
    end = parse_moment("to", given["to"], zone=zone, end=True)
    if start >= end:
        raise FilterError("to", "must not be before From")
    if end - start > LONGEST:
        raise FilterError("to", f"must be at most {LONGEST_WORDS} after From")
    return ChosenPeriod(CUSTOM, Period(start, end))


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str:
    given = [value.strip() for value in parameters.get(name, []) if value.strip()]
    if len(given) > 1:
        raise FilterError(name, "can be given only once")
    return given[0] if given else ""
