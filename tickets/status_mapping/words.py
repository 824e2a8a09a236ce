"""What is said of statuses that nobody has mapped. Pure."""

from collections.abc import Mapping

from tickets.statuses import NO_STATUS

MOST_NAMED = 5
LONGEST_NAME = 40


def unmapped_sentence(counts: Mapping[str, int]) -> str:
    """“2 statuses nobody mapped: “Waiting on Customer” 80 tickets, …”; empty where there is none."""
    if not counts:
        return ""
    what = "1 status nobody mapped" if len(counts) == 1 else f"{len(counts):,} statuses nobody mapped"
    return f"{what}: {named_statuses(counts)}. Their tickets count as open until you map them."


def named_statuses(counts: Mapping[str, int]) -> str:
    """The first few with their tickets, and how many more there are."""
    named = [f"{_name(status)} {_tickets(count)}" for status, count in list(counts.items())[:MOST_NAMED]]
    rest = len(counts) - len(named)
    return ", ".join(named) + (f" and {rest:,} more" if rest > 0 else "")


def _name(status: str) -> str:
    if status == NO_STATUS:
        return "no status"
    return f"“{status if len(status) <= LONGEST_NAME else status[: LONGEST_NAME - 1] + '…'}”"


def _tickets(count: int) -> str:
    return f"{count:,} ticket" + ("" if count == 1 else "s")
