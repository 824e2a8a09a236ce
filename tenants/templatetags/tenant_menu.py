"""The tenants to switch between, written in one go: there may be hundreds, on every page."""

from collections.abc import Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString

from supportsaas.web.markup import written
from supportsaas.web.page_paths import GAP, path_with_gap
from tenants.access import NamedTenant, TenantAccess

register = template.Library()

_CURRENT = ' aria-current="true"'


@register.simple_tag
def tenant_options(tenants: Sequence[NamedTenant]) -> SafeString:
    """An `<option>` each, for the field that finds one."""
    return written(f'<option value="{escape(each.slug)}">{escape(each.name)}</option>' for each in tenants)


@register.simple_tag
def tenant_links(tenants: Sequence[NamedTenant], access: TenantAccess | None) -> SafeString:
    """An `<li>` each, that leads to its dashboard."""
    here = access.tenant.slug if access else None
    dashboard = path_with_gap("dashboard", GAP)
    return written(
        f'<li><a href="{escape(dashboard.filled(each.slug))}"{_CURRENT if each.slug == here else ""}>'
        f'<span class="truncate">{escape(each.name)}</span> <span class="muted">{escape(each.role)}</span></a></li>'
        for each in tenants
    )
