"""Sentences about unmapped statuses. Pure."""

from collections.abc import Mapping

from supportsaas.formatting import format_count, format_number
from tickets.records.statuses import NO_STATUS, join_spellings

MOST_NAMED = 5
LONGEST_NAME = 40


def unmapped_sentence(counts: Mapping[str, int]) -> str:
    """“2 unmapped statuses: “Waiting on Customer” (80 tickets), …”; empty if there are none."""
    number = len(join_spellings(counts))
    if not number:
        return ""
    if number == 1:
        return f"1 unmapped status: {named_statuses(counts)}. It counts as open until you map it."
    return (
        f"{format_number(number)} unmapped statuses: {named_statuses(counts)}. They count as open until you map them."
    )


def named_statuses(counts: Mapping[str, int]) -> str:
    """The first few with their numbers of tickets, and how many more there are."""
    found = join_spellings(counts)
    named = [f"{_name(each.name)} ({format_count(each.count, 'ticket')})" for each in found[:MOST_NAMED]]
    rest = len(found) - len(named)
    return ", ".join(named) + (f" and {format_number(rest)} more" if rest > 0 else "")


def _name(status: str) -> str:
    if status == NO_STATUS:
        return "no status"
    return f"“{status if len(status) <= LONGEST_NAME else status[: LONGEST_NAME - 1] + '…'}”"
