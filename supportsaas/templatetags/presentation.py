"""How numbers, times and verdicts look on every page.

Times are relative, with the exact one on hover in the tenant's zone: the zone given, else
the one of the tenant the page belongs to (`access`), else UTC.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from supportsaas import clock, logs

register = template.Library()

NOTHING = "–"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = (
    (365 * _DAY, "year", "y"),
    (30 * _DAY, "month", "mo"),
    (_DAY, "day", "d"),
    (_HOUR, "hour", "h"),
    (_MINUTE, "minute", "min"),
)
_JUST_NOW_SECONDS = 45


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


@register.filter
def grouped(number: float | None) -> str:
    """1234567 as “1,234,567”; None as a dash."""
    return NOTHING if number is None else f"{number:,}"


@register.filter
def percent(ratio: float | None) -> str:
    """A ratio (0.123) as “12.3%”; None as a dash."""
    return NOTHING if ratio is None else f"{ratio * 100:.1f}%"


@register.filter
def label(value: object) -> str:
    """A stored word for people: in_progress as “In progress”, True as “Yes”, nothing as a dash."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = str(value or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:] if text else NOTHING


@register.filter
def one_line(text: str, longest: int | None = None) -> str:
    """A stranger's text where it may not break out: printable, on one line, cut with an ellipsis."""
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return words if longest is None or len(words) <= longest else words[: longest - 1] + "…"


@register.filter
def duration(length: timedelta | float | None) -> str:
    """A timedelta or a number of seconds as “4 s”, “2 min 5 s” or “1 h 3 min”; None as a dash."""
    if length is None:
        return NOTHING
    seconds = max(round(length.total_seconds() if isinstance(length, timedelta) else length), 0)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 minutes ago”."""
    return _time_element(moment, zone or _zone_of(context), relative(moment, clock.now()) if moment else "", tick="ago")


@register.simple_tag(takes_context=True)
def age(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “4 min”, for narrow columns."""
    return _time_element(
        moment, zone or _zone_of(context), short_age(moment, clock.now()) if moment else "", tick="age"
    )


@register.simple_tag(takes_context=True)
def exact(context: Context, moment: datetime | None, zone: tzinfo | None = None) -> str:
    """`<time>` reading “31 Jan 2026, 09:00”, the zone and the seconds on hover; UTC is named, as nobody's own."""
    zone = zone or _zone_of(context)
    name = " UTC" if zone is UTC else ""
    return _time_element(moment, zone, f"{moment.astimezone(zone):%-d %b %Y, %H:%M}{name}" if moment else "")


@register.simple_tag
def badge(kind: str, value: str) -> SafeString:
    """A verdict (kind urgency, sentiment, status or run) as a word with a shape in its colour."""
    return _badge(kind, value)


@lru_cache(maxsize=1024)  # a page has a hundred and fifty, of a dozen kinds
def _badge(kind: str, value: str) -> SafeString:
    # Helpdesks name their states as they like; the name must stay one class.
    name = re.sub(r"[^a-z0-9]+", "-", value.lower())
    return format_html('<span class="badge {}-{}">{}</span>', kind, name, label(value))


def relative(moment: datetime, now: datetime) -> str:
    """“just now”, “4 minutes ago”, “in 2 hours”."""
    seconds = (now - moment).total_seconds()
    found = _largest_unit(abs(seconds))
    if found is None:
        return "just now"
    count, name, _ = found
    text = f"{count} {name}{'' if count == 1 else 's'}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def short_age(moment: datetime, now: datetime) -> str:
    """“now”, “4 min”, “3 h”, “12 d”, “5 mo”, “2 y”; “in 4 min” where it lies ahead."""
    seconds = (now - moment).total_seconds()
    found = _largest_unit(abs(seconds))
    if found is None:
        return "now"
    text = f"{found[0]}{THIN_SPACE}{found[2]}"
    return text if seconds > 0 else f"in {text}"


def exact_time(moment: datetime, zone: tzinfo) -> str:
    """“31 Jan 2026, 09:00:00 CET”: the day and time in `zone`."""
    local = moment.astimezone(zone)
    name = local.tzname() or ""
    # Zones without a name of their own are called +03; alone that reads like part of the time.
    return f"{local:%-d %b %Y, %H:%M:%S} {'UTC' if name[:1] in ('+', '-') else ''}{name}"


def _largest_unit(seconds: float) -> tuple[int, str, str] | None:
    if seconds < _JUST_NOW_SECONDS:
        return None
    for length, name, short in _UNITS:
        if seconds >= length:
            return int(seconds // length), name, short
    return 1, "minute", "min"


def _time_element(moment: datetime | None, zone: tzinfo, text: str, *, tick: str = "") -> str:
    """With `tick` the page's own script keeps the text up to date, as `relative` ("ago") or `short_age` ("age") would."""
    if moment is None:
        return NOTHING
    words = (clock.iso_z(moment) or "", exact_time(moment, zone), text)
    ticking = f' data-tick="{tick}"' if tick else ""
    return SafeString(
        '<time datetime="{}" title="{}"{}>{}</time>'.format(*map(escape, words[:2]), ticking, escape(text))
    )  # nosec B703


def _zone_of(context: Context) -> tzinfo:
    access: Any = context.get("access")
    zone: tzinfo = access.tenant.zone if access else UTC
    return zone
