"""Kinds of parameters that several calls take, as the API describes them. `filters` reads them."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

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
            "description": "A date or an ISO 8601 time; without a zone it is in the tenant's.",
            "example": "2026-01-31",
        }
    ),
]
"""A date or a time of the years 1900 to 8999. (The pattern leaves out 29 February, which is taken.)"""

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE, pattern=r"^[^\x00]*$")]
"""Text to narrow by."""

Search = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_VALUE),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_VALUE,
            "pattern": "^[^\\x00*]*$",
            "description": "Words of subject, message, ticket or customer id; all must occur. `refun*` finds words "
            'that begin so, `"data breach"` the words next to each other. Case and accents do not matter. New '
            "tickets are found some seconds after they came in.",
            "example": "refund",
        }
    ),
]
"""What is searched for. (The pattern leaves out the *, which is taken behind two letters or more.)"""
