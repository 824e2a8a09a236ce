"""Types of parameters that several calls share, as the API describes them. `TicketFilter` parses them."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from tickets.clocks.stopwatch import STATUS
from tickets.clocks.wording import CLOCK_NAMES
from tickets.store.filters import LONGEST_VALUE

_DAY = (
    "(?:19|[2-8][0-9])[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = "T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{3})?)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"

Moment = Annotated[
    str,
    Field(min_length=1),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DAY}(?:{_TIME})?$",
            "description": "A date or an ISO 8601 time, in the tenant's time zone unless it has its own.",
            "example": "2026-01-31",
        }
    ),
]
"""A date or time in the years 1900 to 8999. (29 February is accepted, though the pattern leaves it out.)"""

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")]
"""A text to filter by."""

ClockName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_VALUE,
        pattern=rf"^(?:{'|'.join(CLOCK_NAMES)}|{STATUS}[^\x00]+)$",
        description="`status:NAME` is the time in a status.",
        json_schema_extra={"example": "first_reply"},
    ),
]

Search = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_VALUE),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_VALUE,
            "pattern": "^[^\\x00*]*$",
            "description": "Words that must all occur in the subject, message, ticket ID or customer ID. `refun*` matches "
            'words that start with it, `"data breach"` the exact phrase. Case and accents are ignored. New tickets can '
            "be found within seconds.",
            "example": "refund",
        }
    ),
]
"""A search. (A * is accepted after two or more letters, though the pattern leaves it out.)"""
