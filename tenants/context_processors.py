"""Context of the page frame: the tenants to switch between, the current one, where switching leads, and the theme."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tenants.access import NamedTenant, find_named_tenants
from tenants.switching import kept_parameters, page_after_switch

THEMES = ("system", "light", "dark")


def _menu(request: HttpRequest) -> list[NamedTenant]:
    found: list[NamedTenant] | None = getattr(request, "my_tenants", None)
    return find_named_tenants(request.user) if found is None else found


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "system")
    match = request.resolver_match
    return {
        "theme": theme if theme in THEMES else "system",
        "access": getattr(request, "tenant_access", None),
        "my_tenants": SimpleLazyObject(lambda: _menu(request)),
        "switch_page": page_after_switch((match and match.url_name) or ""),
        "switch_kept": kept_parameters(dict(request.GET.lists())),
    }
