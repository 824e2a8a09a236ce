"""Formatting of numbers, times and stored values for people: in pages, e-mails, commands and logs. Pure.

Templates use these functions as filters (`presentation`). static/js/times.js repeats `format_relative`, `format_age` and `format_due`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

NOTHING = "–"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = (
    (365 * _DAY, "year", "y"),
    (30 * _DAY, "month", "mo"),
    (_DAY, "day", "d"),
    (_HOUR, "hour", "h"),
    (_MINUTE, "minute", "min"),
)
_JUST_NOW_SECONDS = 45
_THOUSAND = 1000


# -- Numbers -----------------------------------------------------------------------------------


def format_number(number: float | None) -> str:
    """1234567 as “1,234,567”; None as a dash."""
    return NOTHING if number is None else f"{number:,}"


def format_decimal(number: float, decimals: int = 2) -> str:
    """1234.5 as “1,234.5”, 3.0 as “3”: with as many decimals at most."""
    return f"{number:,.{decimals}f}".rstrip("0").rstrip(".")


def format_difference(number: float) -> str:
    """1234 as “+1,234”."""
    return f"{number:+,}"


def format_weight(weight: float) -> str:
    """“+0.8”: how far a learned word moves a verdict."""
    return f"{weight:+.1f}"


def format_count(number: int, noun: str, plural: str = "") -> str:
    """“1 ticket”, “1,234 tickets”."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def format_short_number(number: int) -> str:
    """At most four characters: “999”, “1.2k”, “45k”."""
    if number < _THOUSAND:
        return str(number)
    for unit in ("k", "M", "G"):
        in_unit = number / _THOUSAND
        if in_unit < 999.5:
            return f"{in_unit:.1f}{unit}" if in_unit < 9.95 else f"{in_unit:.0f}{unit}"
        number = round(in_unit)
    return f"{number}G"


def format_percent(ratio: float | None, *, decimals: int = 1) -> str:
    """A ratio (0.123) as “12.3%”; None as a dash."""
    return NOTHING if ratio is None else f"{ratio * 100:,.{decimals}f}%"


def format_percent_change(ratio: float) -> str:
    """A change by a ratio (0.123) as “+12%”. A small change shows a decimal, so it is never “+0%”."""
    percent = ratio * 100
    return f"{percent:+.0f}%" if abs(percent) >= 1 else f"{percent:+.1f}%"


def format_multiple(ratio: float) -> str:
    """3.21 as “×3.2”, 14.2 as “×14”."""
    return f"×{ratio:.1f}" if ratio < 9.95 else f"×{ratio:,.0f}"


# -- Durations ---------------------------------------------------------------------------------


def format_seconds(seconds: float) -> str:
    """2.34 as “2.3 s”, 2 as “2 s”."""
    return f"{seconds:,.1f}".removesuffix(".0") + " s"


def format_duration(length: timedelta | float | None) -> str:
    """A timedelta or a number of seconds as “4 s”, “2 min 5 s” or “1 h 3 min”; None as a dash."""
    if length is None:
        return NOTHING
    seconds = max(round(length.total_seconds() if isinstance(length, timedelta) else length), 0)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    return f"{seconds // _HOUR:,} h {seconds % _HOUR // _MINUTE} min"


def format_span(seconds: float) -> str:
    """In the two largest units: “40 s”, “25 min”, “2 h 10 min”, “3 d 4 h”."""
    whole = max(int(seconds), 0)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < 2 * _DAY:
        return _two_units(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")
    return _two_units(whole // _DAY, "d", whole % _DAY // _HOUR, "h")


def _two_units(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large:,} {large_unit} {small} {small_unit}" if small else f"{large:,} {large_unit}"


def format_rough_duration(seconds: float | None) -> str:
    """In the largest unit that fits: “40 s”, “25 min”, “6 h”, “1.5 h”, “2.3 days”; None as a dash."""
    if seconds is None:
        return NOTHING
    if seconds < 89.5:
        return f"{seconds:.0f} s"
    if seconds < 89.5 * _MINUTE:
        return f"{_two_figures(seconds / _MINUTE)} min"
    if seconds < 47.5 * _HOUR:
        return f"{_two_figures(seconds / _HOUR)} h"
    return f"{_two_figures(seconds / _DAY)} days"


def _two_figures(number: float) -> str:
    """At least two digits unless the decimal is zero: “1.5”, “6”, “17”."""
    return f"{number:.1f}".removesuffix(".0") if number < 9.95 else f"{number:,.0f}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# -- Times -------------------------------------------------------------------------------------


def format_day(day: date) -> str:
    """“31 Jan 2026”. For a datetime, the day in its own zone."""
    return f"{day:%-d %b %Y}"


def format_minute(moment: datetime) -> str:
    """“31 Jan 2026, 09:00”, in the datetime's own zone."""
    return f"{moment:%-d %b %Y, %H:%M}"


def format_exact_time(moment: datetime, zone: tzinfo = UTC) -> str:
    """“31 Jan 2026, 09:00:00 CET”, in `zone`."""
    local = moment.astimezone(zone)
    name = local.tzname() or ""
    # Zones without a name are called +03, which alone would read like part of the time.
    # Several times as fast as %-d %b …; a list has fifty.
    day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    time = f"{local.hour:02}:{local.minute:02}:{local.second:02}"
    return f"{day}, {time} {'UTC' if name[:1] in ('+', '-') else ''}{name}"


def format_customer(ticket: Mapping[str, Any]) -> str:
    """Who wrote a ticket, for lists: the name, or the id where no name is known. Empty without a customer."""
    return ticket.get("customer_name") or ticket.get("customer_id") or ""


def format_relative(moment: datetime, now: datetime) -> str:
    """“just now”, “4 minutes ago”, “in 2 hours”."""
    seconds = (now - moment).total_seconds()
    found = _largest_unit(abs(seconds))
    if found is None:
        return "just now"
    count, name, _ = found
    text = format_count(count, name)
    return f"{text} ago" if seconds > 0 else f"in {text}"


def format_age(moment: datetime, now: datetime) -> str:
    """“now”, “4 min”, “3 h”, “12 d”, “5 mo”, “2 y”; or “in 4 min” for the future."""
    seconds = (now - moment).total_seconds()
    found = _largest_unit(abs(seconds))
    if found is None:
        return "now"
    count, _, short = found
    text = f"{format_number(count)} {short}"
    return text if seconds > 0 else f"in {text}"


def format_due(moment: datetime, now: datetime) -> str:
    """“in 4 min”, “now”, “3 h late”."""
    text = format_age(moment, now)
    return f"{text} late" if moment < now and text != "now" else text


def _largest_unit(seconds: float) -> tuple[int, str, str] | None:
    if seconds < _JUST_NOW_SECONDS:
        return None
    for length, name, short in _UNITS:
        if seconds >= length:
            return int(seconds // length), name, short
    return 1, "minute", "min"


# -- Text --------------------------------------------------------------------------------------


def format_label(value: object) -> str:
    """A stored value for people: in_progress as “In progress”, True as “Yes”, nothing as a dash."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = str(value or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:] if text else NOTHING


def one_line(text: str, longest: int | None = None) -> str:
    """Untrusted text on one line: only printable characters, cut with an ellipsis."""
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return words if longest is None or len(words) <= longest else words[: longest - 1] + "…"
