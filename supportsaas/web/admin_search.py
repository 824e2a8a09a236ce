"""Search in the Django admin: parts of words, case-insensitive, a few words at most.

The database engine escapes the search text, so it cannot be a regular expression. A URL that asks for one
(`?name__regex=…`, which Django's admin supports) is rejected.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

LONGEST = 200
MOST_WORDS = 8


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class Searchable(_ModelAdmin):
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        is_pattern = lookup.rpartition("__")[2] in ("regex", "iregex")
        return not is_pattern and super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find objects with all of the first words, each in one of the `search_fields`."""
        words = " ".join(search_term[:LONGEST].split()[:MOST_WORDS])
        return super().get_search_results(request, queryset, words)
