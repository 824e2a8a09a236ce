"""Periods in words: their names, and their days. Pure."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from supportsaas.formatting import format_day, format_minute
from tickets.records.period import Period
from tickets.records.periods import ChosenPeriod

PERIOD_NAMES: Final = {
    "today": "Today",
    "yesterday": "Yesterday",
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "365d": "Last 12 months",
}
"""The presets. Other periods are called by their days."""


def period_name(chosen: ChosenPeriod, zone: ZoneInfo) -> str:
    """“Last week”; “17–23 Nov 2026” if it is no preset."""
    return PERIOD_NAMES.get(chosen.name) or period_text(chosen.period, zone)


def period_text(period: Period, zone: ZoneInfo) -> str:
    """“17–23 Nov 2026” for whole days, otherwise with the times of day."""
    start, last = period.start.astimezone(zone), (period.end - timedelta(milliseconds=1)).astimezone(zone)
    end = period.end.astimezone(zone)
    if (start.hour, start.minute, end.hour, end.minute) != (0, 0, 0, 0):
        from_day = "%-d %b" if start.year == end.year else "%-d %b %Y"
        until = f"{end:%H:%M}" if start.date() == end.date() else format_minute(end)
        return f"{start:{from_day}, %H:%M} – {until}"
    return days_text(start, last)


def days_text(first: datetime, last: datetime) -> str:
    """“17–23 Nov 2026”."""
    if first.date() == last.date():
        return format_day(first)
    if first.year != last.year:
        return f"{format_day(first)} – {format_day(last)}"
    if first.month != last.month:
        return f"{first:%-d %b} – {format_day(last)}"
    return f"{first.day}–{format_day(last)}"
