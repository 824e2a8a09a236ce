"""One address, two answers: the whole page, or the part of it that HTMX asks for."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from supportsaas.db.parallel import start
from supportsaas.web.htmx_request import HtmxHttpRequest
from tenants.access import TenantAccess, TenantRequest
from tickets.ingestion.sync_status import find_sync_status
from tickets.rollups.versions import find_numbers_version


def is_fragment_request(request: HtmxHttpRequest) -> bool:
    """Whether HTMX wants a part. Going back in the history asks through HTMX too, but for the whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def vary_on_htmx(response: HttpResponse) -> HttpResponse:
    """Have caches keep the answers for pages and for fragments apart."""
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def begin_frame(request: TenantRequest, access: TenantAccess) -> dict[str, Any]:
    """What the frame around the page shows, to be read while the view reads the page itself: part of its context."""
    if is_fragment_request(request):
        return {}
    return {
        "freshness": SimpleLazyObject(start(partial(find_sync_status, access.tenant))),
        "numbers_version": SimpleLazyObject(start(partial(find_numbers_version, [access.tenant.slug]))),
    }


def render_page_or_fragment(
    request: HtmxHttpRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    template = fragment if is_fragment_request(request) else page
    return vary_on_htmx(render(request, template, context, status=status))
