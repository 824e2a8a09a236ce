"""Numbers, times and badges on pages. The texts come from `formatting`.

Relative times show the exact time on hover: in the given zone, else in the zone of the page's tenant (`access`), else
in UTC.
"""

from datetime import UTC, datetime, tzinfo
from typing import Any

from django import template
from django.template.context import Context

from supportsaas import clock
from supportsaas.formatting import (
    NOTHING,
    format_age,
    format_customer,
    format_day,
    format_decimal,
    format_duration,
    format_exact_time,
    format_label,
    format_minute,
    format_number,
    format_percent,
    format_relative,
    format_seconds,
    format_weight,
    one_line,
)
from supportsaas.ops import logs
from supportsaas.web.jinja_templates import badge, macro

register = template.Library()


@register.simple_tag
def request_id() -> str:
    """The id of this request, for finding it in the log. Empty outside of a request."""
    return logs.context().get("request", "")


@register.simple_tag
def moment() -> str:
    """The current time, for scripts that use the server's clock."""
    return clock.iso_z(clock.now()) or ""


@register.filter
def iso(moment: datetime | None) -> str:
    """ISO 8601 in UTC with `Z`, for URLs and scripts."""
    return clock.iso_z(moment) or ""


register.filter("grouped", format_number)
register.filter("decimal", format_decimal)
register.filter("percent", format_percent)
register.filter("weight", format_weight)
register.filter("duration", format_duration)
register.filter("seconds", format_seconds)
register.filter("day", format_day)
register.filter("customer", format_customer)
register.filter("exact_time", format_exact_time)
register.filter("label", format_label)
register.filter("one_line", one_line)


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 minutes ago”."""
    return _time(context, moment, zone, format_relative(moment, clock.now()), "ago") if moment else NOTHING


@register.simple_tag(takes_context=True)
def age(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 min”, for narrow columns."""
    return _time(context, moment, zone, format_age(moment, clock.now()), "age") if moment else NOTHING


@register.simple_tag(takes_context=True)
def exact(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “31 Jan 2026, 09:00”, with zone and seconds on hover. UTC is always shown."""
    if moment is None:
        return NOTHING
    zone = zone or _zone_of(context)
    name = " UTC" if zone is UTC else ""
    return _time(context, moment, zone, f"{format_minute(moment.astimezone(zone))}{name}")


register.simple_tag(badge)


def _time(context: Context, moment: datetime, zone: tzinfo | None, text: str, tick: str = "") -> str:
    return macro("frame/marks.jinja", "time")(moment, zone or _zone_of(context), text, tick)


def _zone_of(context: Context) -> tzinfo:
    access: Any = context.get("access")
    zone: tzinfo = access.tenant.zone if access else UTC
    return zone
