"""ViewQuery: the filter, columns and order of a view, stored as the query string of its list.

It is parsed as strictly as one in an address. A filter that a later version no longer has is an error that names it. It
never widens the list. Relative dates stay relative.
"""

from dataclasses import fields
from urllib.parse import parse_qs

from tenants.models import Tenant
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.list_columns import PARAMETER, SORT, Layout, list_query

LONGEST_NAME = 60
LONGEST_QUERY = 2_000

_NAMES = {*(each.name for each in fields(TicketFilter)), PARAMETER, SORT}


class ViewQuery:
    """What is common to the views of a team and of a person."""

    query: str
    tenant: Tenant

    def wanted(self) -> TicketFilter:
        """The filter. Raises `FilterError` if it is not valid, or no longer."""
        given = self._parameters()
        for name in given:
            if name not in _NAMES:
                raise FilterError(name[:40], "is no longer a filter of the list")
        return TicketFilter.parse(given, zone=self.tenant.zone)

    def layout(self) -> Layout:
        """The columns and the order. Raises `FilterError` if there is no such column, or no longer."""
        return Layout.parse(self._parameters())

    def list_query(self) -> str:
        """The query string of its list. Raises `FilterError` if the view is not valid."""
        return list_query(self.wanted().query(), self.layout())

    def _parameters(self) -> dict[str, list[str]]:
        return parse_qs(self.query, keep_blank_values=True)
