"""What of a page's address goes along to the other pages of a tenant: its period, and its filter. Pure.

Nothing else remembers them: the links of the navigation carry them. Pages of numbers, such as the dashboard, have
`period`, `from` and `to`, and values of one field. A list of tickets has more filters, which stay there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from tenants.switching import SWITCHED
from tickets.records.dimensions import NARROWING_FIELDS
from tickets.records.periods import CUSTOM

DATES: Final = {"from": "created_from", "to": "created_to"}
"""The dates of a period as pages of numbers call them, and as lists of tickets do."""

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Carried:
    """Query strings with their question mark, or empty: for pages of numbers, and for lists of tickets."""

    numbers: str = ""
    tickets: str = ""

    @classmethod
    def of(cls, parameters: Parameters) -> "Carried":
        """From the query parameters of any page. What is not valid is left to the page that gets it.

        So is what another tenant does not have, after a switch.
        """
        values = values_of_one_field(parameters)
        if values and _first(parameters, SWITCHED):
            values.append((SWITCHED, "1"))
        name = _first(parameters, "period")
        if name and name != CUSTOM:
            period = [("period", name)]
            return cls(_query([*period, *values]), _query([*period, *values]))
        dates = {each: _first(parameters, each) or _first(parameters, of_list) for each, of_list in DATES.items()}
        numbers = [("period", CUSTOM), *dates.items()] if all(dates.values()) else []
        tickets = [(DATES[each], moment) for each, moment in dates.items() if moment]
        return cls(_query([*numbers, *values]), _query([*tickets, *values]))


def values_of_one_field(parameters: Parameters) -> list[tuple[str, str]]:
    """The values that numbers are narrowed to. A list may be filtered by several fields: then those of the first."""
    for field in NARROWING_FIELDS:
        values = [each for each in parameters.get(field, ()) if each]
        if values:
            return [(field, each) for each in values]
    return []


def _first(parameters: Parameters, name: str) -> str:
    return next((each for each in parameters.get(name, ()) if each), "")


def _query(parameters: Sequence[tuple[str, str]]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
