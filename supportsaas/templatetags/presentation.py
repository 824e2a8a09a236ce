"""How numbers, times and verdicts look on every page; the texts are those of `formatting`.

Times are relative, with the exact one on hover in the tenant's zone: the zone given, else
the one of the tenant the page belongs to (`access`), else UTC.
"""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from supportsaas import clock
from supportsaas.formatting import (
    NOTHING,
    format_age,
    format_day,
    format_duration,
    format_exact_time,
    format_label,
    format_minute,
    format_number,
    format_percent,
    format_relative,
    format_seconds,
    one_line,
)
from supportsaas.ops import logs

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """The id of this request, by which its lines in the log are found; empty outside of one."""
    return logs.context().get("request", "")


@register.simple_tag
def moment() -> str:
    """The present moment, for scripts that go by the server's clock."""
    return clock.iso_z(clock.now()) or ""


@register.filter
def iso(moment: datetime | None) -> str:
    """ISO 8601 in UTC with `Z`, as addresses and scripts read it."""
    return clock.iso_z(moment) or ""


register.filter("grouped", format_number)
register.filter("percent", format_percent)
register.filter("duration", format_duration)
register.filter("seconds", format_seconds)
register.filter("day", format_day)
register.filter("label", format_label)
register.filter("one_line", one_line)


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 minutes ago”."""
    return _time_element(
        moment, zone or _zone_of(context), format_relative(moment, clock.now()) if moment else "", tick="ago"
    )


@register.simple_tag(takes_context=True)
def age(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 min”, for narrow columns."""
    return _time_element(
        moment, zone or _zone_of(context), format_age(moment, clock.now()) if moment else "", tick="age"
    )


@register.simple_tag(takes_context=True)
def exact(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “31 Jan 2026, 09:00”, the zone and the seconds on hover; UTC is named, as nobody's own."""
    zone = zone or _zone_of(context)
    name = " UTC" if zone is UTC else ""
    return _time_element(moment, zone, f"{format_minute(moment.astimezone(zone))}{name}" if moment else "")


@register.simple_tag
def badge(kind: str, value: str) -> SafeString:
    """A verdict (kind urgency, sentiment, status or run) as a word with a shape in its colour."""
    return _badge(kind, value)


@lru_cache(maxsize=1024)  # a page has a hundred and fifty, of a dozen kinds
def _badge(kind: str, value: str) -> SafeString:
    # Helpdesks name their states as they like; the name must stay one class.
    name = re.sub(r"[^a-z0-9]+", "-", value.lower())
    return format_html('<span class="badge {}-{}">{}</span>', kind, name, format_label(value))


def _time_element(moment: datetime | None, zone: tzinfo, text: str, *, tick: str = "") -> str:
    """With `tick` the page's own script keeps the text up to date, as `format_relative` ("ago") or `format_age` ("age") would."""
    if moment is None:
        return NOTHING
    words = (clock.iso_z(moment) or "", format_exact_time(moment, zone), text)
    ticking = f' data-tick="{tick}"' if tick else ""
    return SafeString(
        '<time datetime="{}" title="{}"{}>{}</time>'.format(*map(escape, words[:2]), ticking, escape(text))
    )  # nosec B703


def _zone_of(context: Context) -> tzinfo:
    access: Any = context.get("access")
    zone: tzinfo = access.tenant.zone if access else UTC
    return zone
