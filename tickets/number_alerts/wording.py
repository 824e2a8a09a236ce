"""What a try-out found, in words. Pure."""

from datetime import timedelta
from typing import Final

from supportsaas.formatting import format_count, format_number
from tickets.number_alerts.try_out import DAYS, TryOut

_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
TOO_OFTEN_A_WEEK: Final = 7
"""More than one a day: people stop reading them."""


def try_out_sentence(found: TryOut) -> str:
    """“It would have fired 6 times in the last 90 days (about one every two weeks), twice at night; longest 5 h.”"""
    days = max(round((found.until - found.since) / timedelta(days=1)), 1)
    period = f"in the last {format_count(days, 'day')}"
    if not found.count:
        return f"It would not have fired {period}.{_short_past(days)}"
    often = f" ({_frequency(found.per_week)})" if found.count > 1 and days >= 7 else ""
    night = f"{_times(found.at_night)} at night" if found.at_night else "never at night"
    text = f"It would have fired {_times(found.count)} {period}{often}, {night}; longest {_hours(found.longest)}."
    return f"{text}{_advice(found)}{_short_past(days)}"


def _advice(found: TryOut) -> str:
    if found.count > 1 and found.per_week > TOO_OFTEN_A_WEEK:
        return " That is more than people keep reading: choose a limit that is crossed less often."
    return ""


def _short_past(days: int) -> str:
    return " There are no earlier tickets." if days < DAYS else ""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{format_number(number)} times")


def _hours(length: timedelta) -> str:
    hours = max(round(length / timedelta(hours=1)), 1)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def _frequency(per_week: float) -> str:
    if per_week >= 10:
        return f"about {format_number(round(per_week / 7))} a day"
    if per_week >= 1.5:
        return f"about {_word(round(per_week))} a week"
    weeks = round(1 / per_week)
    return "about one a week" if weeks <= 1 else f"about one every {_word(weeks)} weeks"


def _word(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else format_number(number)
