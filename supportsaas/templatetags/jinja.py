"""Jinja templates inside Django's."""

from typing import Any

from django import template
from django.template.context import Context

from supportsaas.web.jinja_templates import render_once, render_part

register = template.Library()


@register.simple_tag(takes_context=True)
def jinja(context: Context, name: str, **more: Any) -> str:
    """Include a `.jinja` template with all that is known here and `more`, as `include … with` does."""
    return render_part(name, context.flatten() | more)


@register.simple_tag
def jinja_same(name: str, **values: Any) -> str:
    """Include a `.jinja` template that shows nothing but these values. It is rendered once for the same values."""
    shown = {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}
    return render_once(name, tuple(shown.items()), lambda: shown)
