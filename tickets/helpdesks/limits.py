"""How long a rate-limited request should wait, by any of the headers in use. Pure.

`Retry-After` is RFC 9110, 10.2.3; `RateLimit` and `RateLimit-Reset` are IETF httpapi drafts. The older X- headers vary:
GitHub and Intercom send seconds since 1970, others milliseconds, and Roundup the remaining seconds with fractions.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from supportsaas.reliability.backoff import Backoff
from supportsaas.reliability.retry import parse_retry_after

LONGEST_PAUSE_SECONDS = 300.0
"""Longer waits are cut to this."""
DEFAULT_PAUSE_SECONDS = 10.0
_MINIMUM_PAUSES = Backoff(0.25, cap=3.0)

_MOMENTS = (
    "Retry-After",
    "X-RateLimit-Retry-After",
    "X-Rate-Limit-Retry-After",
    "RateLimit-Reset",
    "X-RateLimit-Reset",
    "X-Rate-Limit-Reset",
)
_REMAINING = ("RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining")
_NUMBER = re.compile(r"(\d{1,20}(?:\.\d{0,20})?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)?", re.I)
_RATE_LIMIT = re.compile(r"\b(remaining|reset|r|t)\s*=\s*(\d{1,15}(?:\.\d{1,15})?)", re.I)
_SECONDS_FROM, _MILLISECONDS_FROM = 1e8, 1e11
"""A larger number is not a wait but a time since 1970: nobody asks for a wait of three years."""
_MOST_SKEW = timedelta(days=1)


def requested_pause(status: int, headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds to wait, from 0 to `LONGEST_PAUSE_SECONDS`, or None if the response is not about limits.

    429 always is; 403 if it says when to retry and no requests are left; 503 with Retry-After. `headers` must ignore
    case.
    """
    if status not in (403, 429, 503):
        return None
    now = _server_time(headers, now)
    named = [each for name in _MOMENTS if (each := _seconds(headers.get(name), now=now)) is not None]
    draft = {key.lower()[0:1]: float(value) for key, value in _draft_fields(headers)}
    named += [draft["t"]] if "t" in draft else []
    if status == 503:
        return _seconds(headers.get("Retry-After"), now=now)
    if status == 403 and not _is_used_up(headers, draft, is_named=bool(named)):
        return None
    positive = next((each for each in named if each > 0), None)
    pause = positive if positive is not None else 0.0 if named else DEFAULT_PAUSE_SECONDS
    return min(pause, LONGEST_PAUSE_SECONDS)


def minimum_pause(times: int) -> float:
    """The minimum seconds to wait after `times` rejections in a row, even if no wait was requested."""
    return _MINIMUM_PAUSES.seconds(times)


def _is_used_up(headers: Mapping[str, str], draft: Mapping[str, float], *, is_named: bool) -> bool:
    left = [number for name in _REMAINING if (number := _number(headers.get(name))) is not None]
    left += [draft["r"]] if "r" in draft else []
    if "Retry-After" in headers:
        return True
    return min(left) <= 0 if left else is_named


def _draft_fields(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Remaining requests (r) and seconds until reset (t), from `limit=60, remaining=0, reset=30` or `"default";r=0;t=30`."""
    letters = {"remaining": "r", "reset": "t", "r": "r", "t": "t"}
    found = _RATE_LIMIT.findall(headers.get("RateLimit", ""))
    return [(letters[name.lower()], number) for name, number in found]


def _seconds(value: str | None, *, now: datetime) -> float | None:
    """From a number of seconds (with or without unit), a time since 1970, an HTTP date or an ISO 8601 time."""
    if value is None:
        return None
    text = value.strip()
    if found := _NUMBER.fullmatch(text):
        number, unit = float(found[1]), (found[2] or "").lower()
        if unit.startswith(("ms", "milli")):
            seconds = number / 1000
        elif unit.startswith("m"):
            seconds = number * 60
        elif number >= _MILLISECONDS_FROM:
            seconds = number / 1000 - now.timestamp()
        elif number >= _SECONDS_FROM:
            seconds = number - now.timestamp()
        else:
            seconds = number
        return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)
    seconds_to_date = parse_retry_after(text, now=now, longest=LONGEST_PAUSE_SECONDS)
    return seconds_to_date if seconds_to_date is not None else _seconds_to(text, now=now)


def _seconds_to(text: str, *, now: datetime) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now) / timedelta(seconds=1), 0.0), LONGEST_PAUSE_SECONDS)


def _number(value: str | None) -> float | None:
    found = _NUMBER.fullmatch((value or "").strip())
    return float(found[1]) if found else None


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """The helpdesk's own clock, which its times refer to, unless it is clearly wrong."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, IndexError):
        return now
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return date if abs(date - now) <= _MOST_SKEW else now
