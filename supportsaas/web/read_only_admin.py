"""Read-only logs in the Django admin."""

from typing import Any

from django.contrib.admin import ShowFacets
from django.http import Http404, HttpRequest, HttpResponse

from supportsaas.web.admin_search import Searchable


class ReadOnlyAdmin(Searchable):
    """Logs can be viewed, but not added, changed or deleted. They have no history of their own.

    `period_field`: the time by which `PeriodFilter` filters, if it is among the filters.
    """

    actions: Any = None
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # numbers beside each filter would read the whole log
    change_form_template = "admin/read_only.html"
    period_field = ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404("Entries of a log never change.")
