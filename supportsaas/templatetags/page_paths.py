"""Where the links lead that every page has."""

from django import template

from supportsaas.web import page_paths

register = template.Library()


@register.simple_tag
def path(name: str, *parts: str) -> str:
    """`url`, for pages with few different addresses: these are remembered."""
    return page_paths.path_of(name, *parts)
