"""Dates as helpdesks write them, read without guessing. Pure.

It reads ISO 8601, dates with a named month, RFC 5322, asctime and JavaScript's own form. It rejects whatever could be
two moments, with a reason that says what to do: day and month both in digits, a two-digit year, a zone by a name such
as EST or IST, and a bare number. A source's settings resolve these as a `DateForm`.

A local time that exists twice, when clocks go back, is the first of the two; one that clocks skip is read with the
offset before the change, as PEP 495 specifies.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final

from dateutil.parser import isoparse

EPOCH: Final = "epoch"
EPOCH_MS: Final = "epoch_ms"
"""Date formats of a number: seconds, or milliseconds, since 1970 in UTC."""

DATE_FIELDS: Final = ("created_at", "updated_at", "resolved_at", "first_reply_at", "due_at")

_LONGEST = 100
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_NEVER_YEAR = 9999

# What databases, spreadsheets and programs write for no date.
_UNSET = frozenset(
    ("", "-", "--", "\u2013", "\u2014", "?", "0", "n/a", "na", "n.a.", "nil", "none", "null", "nan", "nat", "never", "false", "undefined",
     "unset", "not set", "invalid date", "infinity", "-infinity", "\\n")
)  # fmt: skip
_ZERO_DATE = re.compile(
    r"0000[-/.]?(?:00|01)[-/.]?(?:00|01)(?![0-9])|00[-/.]00[-/.]0000(?![0-9])|00010101|00000000|-0001-"
)

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"), 1)
    for name in (names, names[:3])
} | {"sept": 9}  # fmt: skip
_MONTH = rf"(?P<month_name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,12}))?)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE = (
    r"(?:\s*(?P<utc>z|utc|gmt|ut)\b)?"
    r"(?:\s?(?P<sign>[+\u2212-])(?P<zone_hour>[0-9]{1,2})(?::?(?P<zone_minute>[0-9]{2}))?)?"
    r"(?:\s+(?P<zone_name>[a-z][a-z_]*(?:/[a-z_/]+)?))?(?:\s*[(\[](?P<comment>[^()\[\]]{1,60})[)\]])?"
)
_OFFSET = re.compile(
    r"(?:utc|gmt)?(?P<sign>[+\u2212-])(?P<zone_hour>[0-9]{1,2})(?::?(?P<zone_minute>[0-9]{2}))?",
    re.IGNORECASE | re.ASCII,
)
_BEFORE_TIME = r"(?:\s*(?:,|\bat\b)?\s*|t|:)"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"(?P<year>[0-9]{{4}})(?P<sep>[-/.])(?P<month>[0-9]{{1,2}})(?P=sep){_DAY}(?:{_BEFORE_TIME}{_TIME}{_ZONE})?",
        rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s/-]*{_MONTH}[\s,/-]+{_YEAR}(?:{_BEFORE_TIME}{_TIME}{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\s*{_DAY}\s*,?\s+{_YEAR}(?:{_BEFORE_TIME}{_TIME}{_ZONE})?",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_TIME}{_ZONE}\s+{_YEAR}",
        rf"{_YEAR}[\s/-]{_MONTH}[\s/-]{_DAY}(?:{_BEFORE_TIME}{_TIME}{_ZONE})?",
        rf"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})"
        rf"(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})(?:\.[0-9]{{1,9}})?{_ZONE}",
    )
)
_PLAIN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ISO_DAY = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})(?:[Tt ]|\Z)")
_DOT_NET = re.compile(r"/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)/")
"""Milliseconds since 1970, as .NET writes dates in JSON; the offset is only informative."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_TWO_FIGURES_FIRST = re.compile(
    r"(?:[a-z]{2,9}\.?,?\s+)?[0-9]{1,2}\s*[./\s-]\s*[0-9]{1,2}\s*[./\s-]\s*(?:[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|[0-9]{4}\s+[0-9]{1,2}\s+[0-9]{1,2}(?![0-9])",
    re.IGNORECASE | re.ASCII,
)


_TOO_LATE_IN_SECONDS = 1e11
"""As seconds it would be after the year 5000, so it counts milliseconds."""
_IS_A_NUMBER = "is a number; set date_format to epoch (it counts seconds since 1970) or epoch_ms (milliseconds)"

_SHORT_YEAR = re.compile(rf"{_WEEKDAY}{_DAY}[\s/-]*{_MONTH}[\s,/-]+[0-9]{{2}}(?![0-9])", re.IGNORECASE | re.ASCII)


class NotADate(ValueError):
    """A value that is not a date, or could be two; the message is a reason that follows the field's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForm:
    """How a source writes its dates.

    `zone`: for times without one. `date_format`: as for strptime, for dates that are ambiguous otherwise; or `epoch`
    for seconds since 1970 (and milliseconds, if seconds would be after the year 5000), or `epoch_ms`. Values of
    another form are read as if there were no format.
    """

    zone: tzinfo = UTC
    date_format: str = ""

    def localize(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields with their dates in UTC as ISO 8601; an invalid date stays as it is, so that it is rejected as it came."""
        read = dict(fields)
        for name in DATE_FIELDS:
            value = read.get(name)
            if value is None or (isinstance(value, str) and _PLAIN_MOMENT.fullmatch(value)):
                continue
            try:
                moment = self.read(value)
            except NotADate:
                continue
            read[name] = None if moment is None else moment.isoformat()
        return read

    def read_if_possible(self, value: Any) -> datetime | None:
        """The same as `read`; None as well if it is not a date."""
        try:
            return self.read(value)
        except NotADate:
            return None

    def read(self, value: Any) -> datetime | None:
        """The moment in UTC, in milliseconds; None if the helpdesk says there is not a date. Raises `NotADate`."""
        if self.date_format in ("", EPOCH, EPOCH_MS) and (plain := _read_plain(value)) is not None:
            return plain
        if value is None or value is False or (isinstance(value, str) and _says_unset(value)):
            return None
        if self.date_format in (EPOCH, EPOCH_MS):
            seconds = _epoch_number(value)
            if seconds is not None:
                return self._since_1970(seconds)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if value == 0:
                return None
            raise NotADate(f"{_IS_A_NUMBER}: {value!r:.60}")
        if not isinstance(value, str):
            raise NotADate("is not a date as text")
        text = value.strip()
        moment = self._by_format(text) or _read_text(text)
        return _in_utc(moment, zone=self.zone, text=text)

    def _since_1970(self, number: float) -> datetime | None:
        if number <= 0:
            return None
        is_in_milliseconds = self.date_format == EPOCH_MS or number >= _TOO_LATE_IN_SECONDS
        try:
            moment = datetime.fromtimestamp(number / 1000 if is_in_milliseconds else number, UTC)
        except (OverflowError, ValueError, OSError):
            moment = _LATEST
        if not _EARLIEST <= moment < _LATEST:
            raise NotADate(
                f"is not a date as {self.date_format} (epoch counts seconds, epoch_ms milliseconds): {number:.0f}"
            )
        return _in_milliseconds(moment)

    def _by_format(self, text: str) -> datetime | None:
        if not self.date_format or self.date_format in (EPOCH, EPOCH_MS):
            return None
        try:
            return datetime.strptime(text, self.date_format)  # noqa: DTZ007  the zone comes next
        except (ValueError, re.error):
            return None


ISO_ONLY: Final = DateForm()
"""For sources without date settings: times without a zone are UTC."""


def names_no_zone(value: Any) -> bool:
    """Whether the value is a date and time without a zone."""
    if not isinstance(value, str) or ":" not in value or _says_unset(value):
        return False
    try:
        return _read_text(value.strip()).tzinfo is None
    except NotADate:
        return False


def _read_plain(value: Any) -> datetime | None:
    """A moment in the form that nearly all helpdesks use, in a third of the time; None for any other form."""
    if not isinstance(value, str) or _PLAIN_MOMENT.fullmatch(value) is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def _says_unset(text: str) -> bool:
    text = text.strip().lower()
    return text in _UNSET or _ZERO_DATE.match(text) is not None


def _epoch_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e20 else math.inf
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def _read_text(text: str) -> datetime:
    """The moment that a text names, aware if it has a zone. Raises `NotADate`."""
    if len(text) > _LONGEST:
        raise NotADate(f"is not a date: {text[:60]!r}")
    if _ISO_DAY.match(text):
        try:
            moment: datetime = isoparse(text)
            return moment
        except ValueError:
            pass
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return _assemble(found.groupdict(), text)
    if found := _DOT_NET.fullmatch(text):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))
    if _NUMBER.fullmatch(text):
        raise NotADate(f"{_IS_A_NUMBER}: {text[:60]!r}")
    if _TWO_FIGURES_FIRST.match(text):
        raise NotADate(f"may start with the day or the month; set a date_format: {text[:60]!r}")
    if _SHORT_YEAR.match(text):
        raise NotADate(f"has a two-digit year; set a matching date_format: {text[:60]!r}")
    raise NotADate(f"is not a date: {text[:60]!r}")


def _assemble(parts: Mapping[str, str | None], text: str) -> datetime:
    zone = _zone_of(parts, text)
    month = parts.get("month") or _MONTHS[(parts.get("month_name") or "").lower()]
    hour, half = int(parts.get("hour") or 0), (parts.get("half") or "").lower()
    fraction = f"{parts.get('fraction') or '0':0<6}"[:6]
    if half and not 1 <= hour <= 12:
        raise NotADate(f"is not a date: {text[:60]!r}")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(
            int(parts["year"] or 0),
            int(month),
            int(parts["day"] or 0),
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int(fraction),
            tzinfo=zone,
        )
    except ValueError:
        raise NotADate(f"is not a date: {text[:60]!r}") from None


def _zone_of(parts: Mapping[str, str | None], text: str) -> tzinfo | None:
    """The zone, by a name of UTC or by an offset from it; a name beside an offset is ignored."""
    sign = parts.get("sign")
    if sign is not None:
        if (parts.get("utc") or "").lower() == "z":
            raise NotADate(f"names two zones: {text[:60]!r}")
        minutes = int(parts["zone_hour"] or 0) * 60 + int(parts["zone_minute"] or 0)
        if minutes >= 24 * 60 or int(parts["zone_minute"] or 0) > 59:
            raise NotADate(f"is not a date: {text[:60]!r}")
        return timezone(timedelta(minutes=minutes if sign == "+" else -minutes))
    comment = _OFFSET.fullmatch(parts.get("comment") or "")
    if comment and not parts.get("zone_name"):  # (UTC+01:00)
        return _zone_of(comment.groupdict(), text)
    name = parts.get("zone_name") or ("" if parts.get("utc") else parts.get("comment"))
    if name:
        if name.upper() in ("UTC", "GMT", "UT", "Z"):
            return UTC
        raise NotADate(
            f"names the zone {name}, which is ambiguous; have it sent as an offset such as +01:00: {text[:60]!r}"
        )
    return UTC if parts.get("utc") else None


def _in_utc(moment: datetime, *, zone: tzinfo, text: str) -> datetime | None:
    if moment.year < _EARLIEST.year or moment.year >= _NEVER_YEAR:
        return None  # 0001-01-01, 1900-01-01, 1970-01-01 and 9999-12-31 are placeholders for a date that is not set
    try:
        moment = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except (OverflowError, ValueError):
        raise NotADate(f"is not a date: {text[:60]!r}") from None
    return _in_range(_in_milliseconds(moment), text=text)


def _in_range(moment: datetime, *, text: str) -> datetime | None:
    if moment < _EARLIEST:
        return None
    if moment > _LATEST:
        raise NotADate(f"is too far in the future: {text[:60]!r}")
    return moment


def _in_milliseconds(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond % 1000)
