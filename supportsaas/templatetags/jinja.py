"""Jinja templates inside Django's."""

from typing import Any

from django import template
from django.template.context import Context

from supportsaas.web.jinja_templates import render_part

register = template.Library()


@register.simple_tag(takes_context=True)
def jinja(context: Context, name: str, **more: Any) -> str:
    """Include a `.jinja` template with all that is known here and `more`, as `include … with` does."""
    return render_part(name, context.flatten() | more)
