"""Read-only logs in the Django admin."""

from typing import Any

from django.http import HttpRequest

from supportsaas.web.admin_search import Searchable


class ReadOnlyAdmin(Searchable):
    """Logs can be viewed, but not added, changed or deleted."""

    actions: Any = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
