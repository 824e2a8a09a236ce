"""The customers with the highest risk as dashboards, mails and the API show them: the numbers of the customers' own pages.

A risk is of a customer as a whole, as of now: it does not depend on a period or on what a dashboard is narrowed to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from supportsaas.formatting import format_difference
from tenants.models import Tenant, User
from tickets.customers.store import Customer, CustomerStore
from tickets.customers.watches import WatchStore
from tickets.customers.wording import short_reasons

SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskyCustomer:
    """`reasons`: the parts of the risk in words, the highest first. `change`: against a week ago."""

    customer_id: str
    name: str
    organisation: str
    risk: int
    change: int
    is_new: bool
    reasons: str
    open: int

    @property
    def title(self) -> str:
        return self.name or self.customer_id

    @property
    def change_text(self) -> str:
        return "new" if self.is_new else format_difference(self.change) if self.change else "no change"


def find_risky(tenant: Tenant) -> tuple[RiskyCustomer, ...]:
    """Those with the highest risk above 0, the highest first."""
    return _risky(CustomerStore(tenant).find_riskiest(SHOWN))


def find_watched_that_got_worse(tenant: Tenant, user: User) -> tuple[RiskyCustomer, ...]:
    """Of the customers that the person watches those whose risk has risen in a week, the highest rise first."""
    watched = CustomerStore(tenant).find_many(WatchStore(tenant, user).find_watched())
    worse = [each for each in watched.values() if each.change > 0]
    return _risky(sorted(worse, key=lambda each: (-each.change, each.customer_id))[:SHOWN])


def _risky(customers: Iterable[Customer]) -> tuple[RiskyCustomer, ...]:
    return tuple(
        RiskyCustomer(
            customer_id=each.customer_id,
            name=each.name,
            organisation=each.organisation,
            risk=each.risk,
            change=each.change,
            is_new=each.is_new,
            reasons=short_reasons(each.parts),
            open=each.open,
        )
        for each in customers
    )
