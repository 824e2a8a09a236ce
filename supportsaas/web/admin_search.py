"""Searching in the Django admin: parts of words, without case, and never more than a few of them.

What is typed is escaped by the database engine, so it is text and no regular expression; an address that asks for
one (`?name__regex=…`, which Django's admin takes) is refused.
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
        """All of the first words have to occur, each in one of the `search_fields`."""
        words = " ".join(search_term[:LONGEST].split()[:MOST_WORDS])
        return super().get_search_results(request, queryset, words)
