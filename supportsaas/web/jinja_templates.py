"""Jinja templates (`*.jinja`): the parts of pages with hundreds of rows and marks, and the smallest parts of all pages.

They are compiled to Python and take a fifth of the time of Django's templates; docs/architecture.md has the numbers.
Everything in them is escaped. This is the only module that marks a text as safe HTML, and the text is what such a
template wrote. A test looks for others.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils.safestring import SafeString, mark_safe
from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup

from supportsaas import clock
from supportsaas.formatting import (
    format_age,
    format_count,
    format_exact_time,
    format_label,
    format_number,
    format_percent,
)
from supportsaas.web import page_paths


class Macro(Protocol):
    def __call__(self, *args: object, **named: object) -> Markup: ...


def environment(*, loader: BaseLoader, auto_reload: bool, **_defaults: Any) -> Environment:
    """What the settings name. A name that a template misspells is an error, not nothing."""
    made = Environment(
        autoescape=True,
        auto_reload=auto_reload,
        loader=loader,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "age": format_age,
        "class_name": class_name,
        "exact_time": format_exact_time,
        "grouped": format_number,
        "iso": clock.iso_z,
        "label": format_label,
        "percent": format_percent,
    }
    made.globals |= {
        "badge": badge,
        "count": format_count,
        "now": clock.now,
        "path": page_paths.path_of,
        "path_to_each": path_to_each,
    }
    return made


def render_part(name: str, context: Mapping[Any, Any]) -> SafeString:
    """A part of a page, for a Django template around it."""
    written = _environment().get_template(name).render(context)
    return mark_safe(written)  # noqa: S308  # nosec B308 B703  # escaped where it was written


def macro(template: str, name: str) -> Macro:
    """A macro of a template, for a tag of Django's templates."""
    found: Macro = getattr(_environment().get_template(template).module, name)
    return found


@lru_cache(maxsize=1024)  # a list has a hundred and fifty, of a dozen kinds
def badge(kind: str, value: str) -> Markup:
    """The macro of that name, remembered."""
    return macro("frame/marks.jinja", "badge")(kind, value)


def path_to_each(name: str, *parts: str) -> page_paths.GappedPath:
    """The paths to many pages that differ in their last part."""
    return page_paths.path_with_gap(name, *parts, page_paths.GAP)


def class_name(value: str) -> str:
    """A value as part of one CSS class: helpdesks name their statuses as they like."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower())


def _environment() -> Environment:
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)
    env: Environment = engine.env
    return env
