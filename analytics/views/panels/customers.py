"""The customers with the highest risk, each with its reasons and a link to the customer's page."""

from dataclasses import dataclass

from analytics.dashboard.context import DashboardContext
from analytics.dashboard.risky_customers import RiskyCustomer
from supportsaas.web.page_paths import path_of


@dataclass(frozen=True, slots=True)
class CustomerRow:
    customer: RiskyCustomer
    url: str


@dataclass(frozen=True, slots=True)
class CustomerPanel:
    """Highest risk first. `all_url`: the list of all customers in the same order."""

    rows: tuple[CustomerRow, ...]
    all_url: str


def customer_panel(context: DashboardContext, slug: str) -> CustomerPanel:
    rows = tuple(CustomerRow(each, context.links.customer(each.customer_id)) for each in context.risky)
    return CustomerPanel(rows, path_of("customer-list", slug))
