"""Jinja templates (`*.jinja`), for parts of pages with hundreds of rows or marks, and for small parts of all pages.

They are compiled to Python and take a fifth of the time of Django templates (docs/architecture.md has the numbers).
Their output is always escaped. Only this module marks text as safe HTML, and only the output of such a template. A test
finds any other place.
"""

import re
from collections.abc import Mapping
from datetime import datetime
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
    format_minute,
    format_number,
    format_percent,
    format_relative,
)
from supportsaas.web import page_paths


class Macro(Protocol):
    def __call__(self, *args: object, **named: object) -> Markup: ...


def _now() -> datetime:
    """The clock is asked at every call: an environment is made once, and tests set the clock."""
    return clock.now()


def environment(*, loader: BaseLoader, auto_reload: bool, **_defaults: Any) -> Environment:
    """The Jinja environment named in the settings. Undefined names in a template are errors."""
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
        "minute": lambda moment, zone: format_minute(moment.astimezone(zone)),
        "percent": format_percent,
        "relative": format_relative,
    }
    made.globals |= {
        "badge": badge,
        "count": format_count,
        "now": _now,
        "path": page_paths.path_of,
        "path_to_each": path_to_each,
    }
    return made


def render_part(name: str, context: Mapping[Any, Any]) -> SafeString:
    """Render a part of a page for a surrounding Django template."""
    rendered = _environment().get_template(name).render(context)
    return mark_safe(rendered)  # noqa: S308  # nosec B308 B703  # escaped by Jinja


def macro(template: str, name: str) -> Macro:
    """A macro of a template, for use in a Django template tag."""
    found: Macro = getattr(_environment().get_template(template).module, name)
    return found


@lru_cache(maxsize=1024)  # a list has some 150, of a dozen kinds
def badge(kind: str, value: str) -> Markup:
    """The cached result of the macro `badge`."""
    return macro("frame/marks.jinja", "badge")(kind, value)


def path_to_each(name: str, *parts: str) -> page_paths.GappedPath:
    """The paths of many pages that differ in their last part."""
    return page_paths.path_with_gap(name, *parts, page_paths.GAP)


def class_name(value: str) -> str:
    """A value as part of a single CSS class. Helpdesks may use any status name."""
    return re.sub(r"[^a-z0-9]+", "-", value.lower())


def _environment() -> Environment:
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)
    env: Environment = engine.env
    return env
