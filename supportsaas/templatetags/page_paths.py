"""Cached URLs for links and files on every page."""

from django import template

from supportsaas.web import page_paths

register = template.Library()


@register.simple_tag
def path(name: str, *parts: str) -> str:
    """Like `url`, but cached. For pages with few different URLs."""
    return page_paths.path_of(name, *parts)


@register.simple_tag
def file(name: str) -> str:
    """Like `static`, but cached: a page has a handful of files, always the same."""
    return page_paths.path_of_file(name)
