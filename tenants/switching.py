"""Switching to another tenant: which page of it opens, and what of the address stays. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

FALLBACK: Final = "dashboard"

PAGES: Final = frozenset({
    "dashboard", "work", "response-times", "counting", "topics", "ticket-list", "customer-list", "due", "incidents",
    "ingestion", "quarantine", "statuses", "alerts", "number-alerts", "rules", "learning", "accuracy", "disagreements",
})  # fmt: skip
"""The pages, by URL name, that every member of every tenant may open."""

_PAGES_ABOVE: Final = {
    "ticket": "ticket-list",
    "saved-views": "ticket-list",
    "customer": "customer-list",
    "incident": "incidents",
    "targets": "due",
}
"""Pages that not every tenant or member has, and the page of another tenant that comes closest."""

KEPT: Final = ("period", "from", "to", "created_from", "created_to")
"""The parameters that mean the same for each tenant. Others, such as a customer, are a tenant's own."""

KEPT_IF_KNOWN: Final = ("source", "connection", "team", "priority")
"""The filter of numbers: several tenants may have the same values. Those that the other tenant does not have are left out by
its page, which learns from `SWITCHED` that it has to look."""

SWITCHED: Final = "switched"


def page_after_switch(url_name: str) -> str:
    """The URL name of the page of another tenant that is like this one."""
    page = _PAGES_ABOVE.get(url_name, url_name)
    return page if page in PAGES else FALLBACK


def kept_parameters(parameters: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """The parameters of this page's address that stay, in order."""
    kept, to_check = (
        [(name, value) for name in names for value in parameters.get(name, ()) if value]
        for names in (KEPT, KEPT_IF_KNOWN)
    )
    return (*kept, *to_check, (SWITCHED, "1")) if to_check else tuple(kept)
