"""What people call the clocks and where their ends are from. Pure."""

from collections.abc import Mapping
from typing import Final

from supportsaas.formatting import format_label
from tickets.clocks.stopwatch import STATUS, By

CLOCK_NAMES: Final[Mapping[str, str]] = {
    "first_reply": "First reply",
    "next_reply": "Next reply",
    "resolution": "Resolution",
    "waiting_us": "Waiting for us",
    "waiting_customer": "Waiting for the customer",
}
"""All clocks but those of statuses, in the order in which people read them."""

ORIGINS: Final[Mapping[By, str]] = {
    "helpdesk": "the helpdesk",
    "conversation": "the conversation",
    "events": "the helpdesk’s events",
    "history": "our own history",
}
"""Where the end of a known clock is from."""


def clock_name(clock: str) -> str:
    """“First reply”; of a status, “In status pending”."""
    if clock.startswith(STATUS):
        return f"In status {format_label(clock.removeprefix(STATUS)).lower()}"
    return CLOCK_NAMES[clock]


def origin_name(by: str) -> str:
    return next((name for each, name in ORIGINS.items() if each == by), by)
