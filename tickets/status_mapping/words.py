"""What is said of statuses that nobody has mapped. Pure."""

from collections.abc import Mapping

from tickets.statuses import NO_STATUS, join_spellings

MOST_NAMED = 5
LONGEST_NAME = 40


def unmapped_sentence(counts: Mapping[str, int]) -> str:
    """“2 statuses nobody mapped: “Waiting on Customer” 80 tickets, …”; empty where there is none."""
    number = len(join_spellings(counts))
    if not number:
        return ""
    what = "1 status nobody mapped" if number == 1 else f"{number:,} statuses nobody mapped"
    return f"{what}: {named_statuses(counts)}. Their tickets count as open until you map them."


def named_statuses(counts: Mapping[str, int]) -> str:
    """The first few with their tickets, and how many more there are."""
    found = join_spellings(counts)
    named = [f"{_name(each.name)} {_tickets(each.count)}" for each in found[:MOST_NAMED]]
    rest = len(found) - len(named)
    return ", ".join(named) + (f" and {rest:,} more" if rest > 0 else "")


def _name(status: str) -> str:
    if status == NO_STATUS:
        return "no status"
    return f"“{status if len(status) <= LONGEST_NAME else status[: LONGEST_NAME - 1] + '…'}”"


def _tickets(count: int) -> str:
    return f"{count:,} ticket" + ("" if count == 1 else "s")
