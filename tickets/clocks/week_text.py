"""Weekly opening hours as people write them: “Mon–Fri 09:00–17:00; Sat 10:00–14:00”. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from tickets.clocks.business_hours import MIDNIGHT, OpenInterval, Week

DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_NAMES: Final = tuple(name[:3] for name in DAY_NAMES)
MOST_INTERVALS: Final = 6
"""Of one day."""

CLOSED: Final = "closed"
_DASHES = re.compile(r"\s*[-\u2012-\u2015]\s*")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?")
_PART = re.compile(r"(?P<days>[^0-9]+?)\s+(?P<hours>[0-9].*|closed)", re.IGNORECASE)


class HoursError(ValueError):
    """Not opening hours; the message is a sentence for the person who wrote them."""


def parse_hours(text: str) -> tuple[OpenInterval, ...]:
    """The hours of one day, “09:00–12:00, 13:00–17:00”, in order; empty text or “closed” is none. Raises `HoursError`."""
    if text.strip().casefold() in ("", CLOSED):
        return ()
    intervals = sorted(_parse_interval(part.strip()) for part in text.split(",") if part.strip())
    for (_, end), (start, _) in pairwise(intervals):
        if start < end:
            raise HoursError(
                f"Two times overlap: one starts at {format_time(start)}, before the other ends at {format_time(end)}."
            )
    if len(intervals) > MOST_INTERVALS:
        raise HoursError(f"Enter at most {MOST_INTERVALS} times a day.")
    return tuple(intervals)


def format_hours(intervals: Sequence[OpenInterval]) -> str:
    return ", ".join(f"{format_time(start)}\u2013{format_time(end)}" for start, end in intervals)


def format_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_week(text: str) -> Week:
    """Days that are not named are closed. Raises `HoursError`."""
    week: dict[int, tuple[OpenInterval, ...]] = {}
    for days, hours in _parse_parts(text):
        intervals = parse_hours(hours)
        for day in days:
            if day in week:
                raise HoursError(f"{DAY_NAMES[day]} is named twice.")
            week[day] = intervals
    return tuple(week.get(day, ()) for day in range(7))


def parse_nights(text: str) -> Week:
    """As `parse_week`, but hours may last past midnight, “Mon-Fri 22:00-07:00”, and overlap. Raises `HoursError`."""
    found: list[list[OpenInterval]] = [[] for _ in range(7)]
    for days, hours in _parse_parts(text):
        for start, end in (_parse_times(part.strip()) for part in hours.split(",") if part.strip()):
            for day in days:
                if start < end:
                    found[day].append((start, end))
                    continue
                found[day].append((start, MIDNIGHT))
                if end:
                    found[(day + 1) % 7].append((0, end))
    return tuple(_united(each) for each in found)


def _united(intervals: list[OpenInterval]) -> tuple[OpenInterval, ...]:
    """In order, and without overlap."""
    united: list[OpenInterval] = []
    for start, end in sorted(intervals):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(united)


def _parse_parts(text: str) -> Iterator[tuple[list[int], str]]:
    """Of each part between semicolons the days, and their hours as they are written."""
    for part in filter(None, map(str.strip, text.split(";"))):
        found = _PART.fullmatch(part)
        if found is None:
            raise HoursError(f"Write days and times as in “Mon-Fri 09:00-17:00; Sat 10:00-14:00”, not “{part[:40]}”.")
        yield _parse_days(found["days"]), found["hours"]


def format_week(week: Week) -> str:
    """Consecutive days with the same hours are written together; closed days are left out."""
    parts: list[tuple[int, int, str]] = []
    for day, intervals in enumerate(week):
        hours = format_hours(intervals)
        if parts and parts[-1][1] == day - 1 and parts[-1][2] == hours:
            parts[-1] = (parts[-1][0], day, hours)
        elif hours:
            parts.append((day, day, hours))
    return "; ".join(f"{_format_days(first, last)} {hours}" for first, last, hours in parts)


def minutes_a_week(week: Week) -> int:
    return sum(end - start for day in week for start, end in day)


def _parse_times(text: str) -> OpenInterval:
    times = _DASHES.split(text)
    if len(times) != 2 or not all(times):
        raise HoursError(f"Write times as in 09:00–17:00, not “{text[:40]}”.")
    start, end = (_parse_time(each) for each in times)
    if end == start:
        raise HoursError(f"{format_hours([(start, end)])} is empty.")
    return start, end


def _parse_interval(text: str) -> OpenInterval:
    start, end = _parse_times(text)
    if end < start:
        raise HoursError(
            f"{format_time(end)} is before {format_time(start)}. For hours past midnight, end at 24:00 and start the next "
            "day at 00:00."
        )
    return start, end


def _parse_time(text: str) -> int:
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2] or 0) if found else MIDNIGHT + 1
    if found is None or int(found[2] or 0) > 59 or minutes > MIDNIGHT:
        raise HoursError(f"“{text[:40]}” is not a time from 00:00 to 24:00.")
    return minutes


def _parse_days(text: str) -> list[int]:
    days: list[int] = []
    for part in filter(None, map(str.strip, text.split(","))):
        first, last = (_parse_day(each) for each in (_DASHES.split(part) * 2)[:2])
        days += range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    return days


def _parse_day(text: str) -> int:
    for number, name in enumerate(DAY_NAMES):
        if len(text) >= 2 and name.casefold().startswith(text.casefold().rstrip(".")):
            return number
    raise HoursError(f"“{text[:40]}” is not a day of the week. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")


def _format_days(first: int, last: int) -> str:
    return SHORT_NAMES[first] if first == last else f"{SHORT_NAMES[first]}\u2013{SHORT_NAMES[last]}"
