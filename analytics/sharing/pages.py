"""The pages that can be shared, by the name that they have in addresses. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPage:
    """`route`: the page's URL name. `has_numbers`: it is a page of numbers over a period."""

    title: str
    route: str
    has_numbers: bool = False


PAGES: Final = {
    "dashboard": SharedPage(title="Dashboard", route="dashboard", has_numbers=True),
    "work": SharedPage(title="Work", route="work", has_numbers=True),
    "response-times": SharedPage(title="Response times", route="response-times", has_numbers=True),
    "tickets": SharedPage(title="Tickets", route="ticket-list"),
    "customers": SharedPage(title="Customers", route="customer-list"),
    "customer": SharedPage(title="Customer", route="customer"),
}
