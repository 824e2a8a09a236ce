"""What the logs in the Django admin have in common that name a tenant by its id."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas.web.admin_filters import TypedFilter
from supportsaas.web.read_only_admin import ReadOnlyAdmin
from tenants.models import Tenant

MOST_TENANTS: Final = 100
"""Suggested while typing; a search may name this many at once."""

STATE_CLASSES: Final = {
    "completed": "good", "delivered": "good", "created": "good", "running": "busy", "queued": "busy", "pending": "busy",
    "partial": "warn", "cancelled": "warn", "dropped": "warn", "failed": "bad", "dead": "bad", "deleted": "bad",
}  # fmt: skip
STATE_WORDS: Final = {"dead": "failed", "pending": "waiting", "partial": "completed with problems"}


class TenantFilter(TypedFilter):
    """Tenants by a part of their id or name, with suggestions."""

    title = "tenant"
    inputs = (("tenant", "ID or part of the name", "search"),)

    @cached_property
    def suggestions(self) -> list[tuple[str, str]]:
        return list(Tenant.objects.order_by("slug").values_list("slug", "name")[:MOST_TENANTS])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.typed["tenant"]
        if not wanted:
            return queryset
        # The id itself also finds the log of a tenant that was deleted.
        return queryset.filter(**{f"{self.model_admin.tenant_field}__in": [wanted, *find_slugs(wanted)]})


class TenantLogAdmin(ReadOnlyAdmin):
    """A log whose entries name their tenant's id in `tenant_field`. A search also finds tenants by name."""

    tenant_field = "tenant_id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        slugs = find_slugs(search_term.strip()[:200]) if search_term.strip() else []
        if slugs:
            found = found | queryset.filter(**{f"{self.tenant_field}__in": slugs})
        return found, may_repeat

    @admin.display(description="tenant")
    def tenant_link(self, entry: Any) -> str:
        slug = getattr(entry, self.tenant_field)
        return link(f"{reverse('admin:tenants_tenant_changelist')}?slug={slug}", slug) if slug else "–"

    @admin.display(description="status")
    def state(self, entry: Any) -> str:
        return state_mark(entry.status)


def find_slugs(text: str) -> list[str]:
    matching = Tenant.objects.filter(Q(name__icontains=text) | Q(slug__icontains=text))
    return list(matching.values_list("slug", flat=True)[:MOST_TENANTS])


def state_mark(value: str) -> str:
    """A state as a word with a color."""
    words = STATE_WORDS.get(value, value)
    return render_to_string("admin/_state.html", {"class": STATE_CLASSES.get(value, "plain"), "words": words})


def link(address: str, text: str) -> str:
    return links([(address, text)])


def links(found: Iterable[tuple[str, str]], *, between: str = ", ") -> str:
    """Each an address with its text."""
    return render_to_string("admin/_links.html", {"links": list(found), "between": between})
