"""TicketFilter: the filters of a ticket list, strictly parsed from parameters and turned into one MongoDB match.

The pages, the API and the links of every chart use it, so a number and the list it opens cannot disagree.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal, TypeVar, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from supportsaas import clock
from supportsaas.clock import iso_z, to_milliseconds
from tickets.classification.search_query import QueryError, parse_query
from tickets.clocks.stopwatch import STATUS
from tickets.clocks.wording import CLOCK_NAMES
from tickets.records.dimensions import FILTERED_FIELDS
from tickets.records.facets import SENTIMENTS, URGENCIES
from tickets.records.period import Period
from tickets.records.periods import PRESETS, preset
from tickets.records.statuses import STATES, State, StatusesIn

LONGEST_VALUE = 200
MAX_VALUES = 50
COUNT_ALL = "count=all"
"""For links from a number: by default, large lists of a keyword, search or customer are only counted up to a limit."""

Due = Literal["breached", "soon"]
DUE: Final[tuple[Due, ...]] = get_args(Due)
"""Open tickets that are past due, or due within the next hours."""

Side = Literal["us", "customer"]
SIDES: Final[tuple[Side, ...]] = get_args(Side)

PERIODS: Final = ("created", "stopped", "resolved", "reopened")
"""What a list can be limited in time by: `created_from` and `created_to`, and so on."""

CLOCK_FILTERS: Final = (
    "due", "waiting_for", "clock", "met", "target",
    *(f"{name}_{end}" for name in PERIODS[1:] for end in ("from", "to")),
)  # fmt: skip
"""The filters about a ticket's clocks and about when it was closed and reopened."""

_FACETS: Final = ("status", "urgency", "sentiment", "source")
_FIELDS_OF_VALUES: Final = {**{name: name for name in _FACETS}, **FILTERED_FIELDS}
_NOT: Final = "_not"

EXCLUDED: Final[Mapping[str, str]] = {f"{name}{_NOT}": name for name in (*_FIELDS_OF_VALUES, "customer_id")}
"""The filters that leave values out, each with the filter whose values it leaves out. They also let through the tickets
that have no value."""

_EXCLUDED_FIELDS: Final = {
    **{name: FILTERED_FIELDS[of] for name, of in EXCLUDED.items() if of in FILTERED_FIELDS},
    f"customer_id{_NOT}": "customer_id",
}
_OF_PERIOD: Final = ("created_from", "created_to")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class FilterError(ValueError):
    """A parameter is not valid; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """All filters of a list; empty means any. Periods are half-open.

    - `state` is what the status means (`tickets.records.statuses`), whatever the helpdesk calls it.
    - `period` is the name of the one from `created_from` to `created_to` (`tickets.records.periods`), which are then what it
      is now: written down, it stays relative.
    - `status_not` and the like: tickets that have none of these values, which may be given beside `status`.
    - `incident` is the number of one.
    - `clock`: tickets of which this clock stopped, in the period `stopped_from` to `stopped_to`, and with `met` within
      its target or not. The three limit the same stopped clock; without `clock`, it is any.
    - `target`: the id of one. Limits what is due, and the stopped clock, to what it applied to; without either, to
      tickets that it applies or applied to.
    - `resolved_from`, `resolved_to`: closed tickets that were last closed in the period.
    - `reopened_from`, `reopened_to`: tickets that were reopened in the period.
    """

    state: tuple[State, ...] = ()
    status: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    connection: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    rating: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    status_not: tuple[str, ...] = ()
    urgency_not: tuple[str, ...] = ()
    sentiment_not: tuple[str, ...] = ()
    source_not: tuple[str, ...] = ()
    connection_not: tuple[str, ...] = ()
    team_not: tuple[str, ...] = ()
    priority_not: tuple[str, ...] = ()
    assignee_not: tuple[str, ...] = ()
    type_not: tuple[str, ...] = ()
    tag_not: tuple[str, ...] = ()
    organisation_not: tuple[str, ...] = ()
    language_not: tuple[str, ...] = ()
    rating_not: tuple[str, ...] = ()
    topic_not: tuple[str, ...] = ()
    customer_id_not: tuple[str, ...] = ()
    requires_action: bool | None = None
    customer_id: str | None = None
    keyword: str | None = None
    incident: str | None = None
    q: str | None = None
    period: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    due: tuple[Due, ...] = ()
    waiting_for: tuple[Side, ...] = ()
    clock: str | None = None
    met: bool | None = None
    target: str | None = None
    stopped_from: datetime | None = None
    stopped_to: datetime | None = None
    resolved_from: datetime | None = None
    resolved_to: datetime | None = None
    reopened_from: datetime | None = None
    reopened_to: datetime | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, Sequence[str]], *, zone: ZoneInfo) -> "TicketFilter":
        """From query parameters (each a list of values). Empty values are ignored.

        Dates, and times without a time zone, are in `zone`; the date that ends a period includes that day. Raises `FilterError`.
        """
        values = {name: [v for v in given if v != ""] for name, given in parameters.items()}
        for name, given in values.items():
            if len(given) > MAX_VALUES or any(len(v) > LONGEST_VALUE for v in given):
                raise FilterError(name, f"at most {MAX_VALUES} values of {LONGEST_VALUE} characters")
            if any("\0" in v for v in given):
                raise FilterError(name, "must not contain a null character")
        several: dict[str, Any] = {
            name: tuple(dict.fromkeys(values.get(name, []))) for name in (*FILTERED_FIELDS, *EXCLUDED)
        }
        several["urgency_not"] = _choices(values, "urgency_not", URGENCIES)
        several["sentiment_not"] = _choices(values, "sentiment_not", SENTIMENTS)
        periods: dict[str, Any] = {
            end: moment for name in PERIODS for end, moment in _period(values, name, zone).items()
        }
        if (named := _named_period(values, periods)) is not None:
            found = _period_of(named, zone)
            periods |= {"period": named, "created_from": found.start, "created_to": found.end}
        return cls(
            state=_choices(values, "state", STATES),
            status=tuple(dict.fromkeys(values.get("status", []))),
            urgency=_choices(values, "urgency", URGENCIES),
            sentiment=_choices(values, "sentiment", SENTIMENTS),
            source=tuple(dict.fromkeys(values.get("source", []))),
            **several,
            requires_action=_yes_no(values, "requires_action"),
            customer_id=_single(values, "customer_id"),
            keyword=_single(values, "keyword"),
            incident=_number(values, "incident"),
            q=_query(values),
            due=_choices(values, "due", DUE),
            waiting_for=_choices(values, "waiting_for", SIDES),
            clock=_clock(values),
            met=_yes_no(values, "met"),
            target=_single(values, "target"),
            **periods,
        )

    def match(self) -> dict[str, Any]:
        """The MongoDB match, without the tenant, `incident`, `q` and `CLOCK_FILTERS`, which the store adds.

        MongoDB never reads a user's value as an operator.
        """
        match: dict[str, Any] = {}
        for name, field in _FIELDS_OF_VALUES.items():
            values = getattr(self, name)
            left_out = getattr(self, f"{name}{_NOT}")
            if left_out:
                match[field] = {**({"$in": list(values)} if values else {}), "$nin": list(left_out)}
            elif values:
                match[field] = values[0] if len(values) == 1 else {"$in": list(values)}
        if self.state:
            match["status"] = self._status_condition()
        if self.requires_action is not None:
            match["requires_action"] = self.requires_action
        if self.customer_id_not:
            match["customer_id"] = {"$nin": list(self.customer_id_not)}
        if self.customer_id is not None:
            match["customer_id"] = {**match.get("customer_id", {}), "$eq": self.customer_id}
        if self.keyword is not None:
            match["topics"] = self.keyword
        period = {
            operator: moment
            for operator, moment in (("$gte", self.created_from), ("$lt", self.created_to))
            if moment is not None
        }
        if period:
            match["created_at"] = period
        return match

    @property
    def field_values(self) -> dict[str, tuple[str, ...]]:
        """The filters on optional fields that are set, and the values they allow."""
        return {name: values for name in FILTERED_FIELDS if (values := getattr(self, name))}

    def field_exclusions(self) -> list[dict[str, Any]]:
        """What is left out of optional fields and customers, as one match each."""
        return [
            {field: {"$nin": list(values)}}
            for name, field in _EXCLUDED_FIELDS.items()
            if (values := getattr(self, name))
        ]

    def without_field_exclusions(self) -> "TicketFilter":
        nothing: dict[str, Any] = dict.fromkeys(_EXCLUDED_FIELDS, ())
        return replace(self, **nothing)

    def without_facets(self) -> "TicketFilter":
        """Without conditions on status, verdicts and source."""
        nothing: dict[str, Any] = {each: () for name in _FACETS for each in (name, f"{name}{_NOT}")}
        return replace(self, **nothing, state=(), requires_action=None)

    @property
    def has_clocks(self) -> bool:
        """Whether one of `CLOCK_FILTERS` is set."""
        return self != self.without_clocks()

    def without_clocks(self) -> "TicketFilter":
        nothing: dict[str, Any] = {**dict.fromkeys(CLOCK_FILTERS), "due": (), "waiting_for": ()}
        return replace(self, **nothing)

    def _status_condition(self) -> Any:
        wanted, left_out = StatusesIn(self.state), set(self.status_not)
        if self.status:
            return {"$in": [each for each in self.status if each in wanted and each not in left_out]}
        condition = wanted.condition
        if "$in" in condition:
            return {"$in": [each for each in condition["$in"] if each not in left_out]}
        return {"$nin": [*condition["$nin"], *sorted(left_out)]}

    def parameters(self) -> list[tuple[str, str]]:
        """The filter as query parameters that `parse` accepts."""
        pairs: list[tuple[str, str]] = []
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None or value == () or (self.period and each.name in _OF_PERIOD):
                continue
            if isinstance(value, tuple):
                pairs += [(each.name, item) for item in value]
            elif isinstance(value, bool):
                pairs.append((each.name, "yes" if value else "no"))
            elif isinstance(value, datetime):
                pairs.append((each.name, iso_z(value) or ""))
            else:
                pairs.append((each.name, value))
        return pairs

    def query(self, **changes: Any) -> str:
        """The filter as a query string, with some fields replaced."""
        return urlencode(replace(self, **changes).parameters())

    def within(self, start: datetime | None, end: datetime | None) -> "TicketFilter":
        """The filter for tickets created in another period."""
        return replace(self, period=None, created_from=start, created_to=end)

    def without(self, name: str, value: str | None = None) -> "TicketFilter":
        """The filter without one condition, or without one of its values."""
        present = getattr(self, name)
        left: Any = None
        if isinstance(present, tuple):
            left = tuple(each for each in present if value is not None and each != value)
        also: dict[str, Any] = dict.fromkeys(("met", "stopped_from", "stopped_to")) if name == "clock" else {}
        if name == "period":
            also |= dict.fromkeys(_OF_PERIOD)
        if not left and (name, self.clock, self.due) in (("clock", self.clock, ()), ("due", None, self.due)):
            also["target"] = None
        return replace(self, **{name: left, **also})


_Choice = TypeVar("_Choice", bound=str)


def _choices(values: Mapping[str, list[str]], name: str, known: tuple[_Choice, ...]) -> tuple[_Choice, ...]:
    found: list[_Choice] = []
    for value in dict.fromkeys(values.get(name, [])):
        if value not in known:
            raise FilterError(name, f"must be one of {', '.join(known)}, not {value[:40]!r}")
        found.append(known[known.index(value)])
    return tuple(found)


def _single(values: Mapping[str, list[str]], name: str) -> str | None:
    given = values.get(name, [])
    if len(given) > 1:
        raise FilterError(name, "must be given only once")
    return given[0].strip() or None if given else None


def _number(values: Mapping[str, list[str]], name: str) -> str | None:
    text = _single(values, name)
    if text is not None and not _NUMBER.fullmatch(text):
        raise FilterError(name, f"must be a number, not {text[:40]!r}")
    return text


def _query(values: Mapping[str, list[str]]) -> str | None:
    text = _single(values, "q")
    if text is not None:
        try:
            parse_query(text)
        except QueryError as error:
            raise FilterError("q", str(error)) from None
    return text


def _yes_no(values: Mapping[str, list[str]], name: str) -> bool | None:
    value = _single(values, name)
    if value is None:
        return None
    if value.lower() not in _YES_NO:
        raise FilterError(name, f"must be yes or no, not {value[:40]!r}")
    return _YES_NO[value.lower()]


def _clock(values: Mapping[str, list[str]]) -> str | None:
    name = _single(values, "clock")
    if name is None or name in CLOCK_NAMES or name.removeprefix(STATUS) not in ("", name):
        return name
    raise FilterError("clock", f"must be one of {', '.join(CLOCK_NAMES)} or {STATUS}NAME, not {name[:40]!r}")


def _period(values: Mapping[str, list[str]], name: str, zone: ZoneInfo) -> dict[str, datetime | None]:
    start, end = f"{name}_from", f"{name}_to"
    first, last = _moment(values, start, zone, end=False), _moment(values, end, zone, end=True)
    if first and last and first >= last:
        raise FilterError(start, "must be before the end of the period")
    return {start: first, end: last}


def _named_period(values: Mapping[str, list[str]], periods: Mapping[str, datetime | None]) -> str | None:
    name = _single(values, "period")
    if name is None:
        return None
    if any(periods[end] for end in _OF_PERIOD):
        raise FilterError("period", "cannot be combined with dates: give either")
    return name


def _period_of(name: str, zone: ZoneInfo) -> Period:
    try:
        return preset(name, zone=zone, now=clock.now())
    except ValueError:
        raise FilterError("period", f"must be one of {', '.join(PRESETS)}, not {name[:40]!r}") from None


def _moment(values: Mapping[str, list[str]], name: str, zone: ZoneInfo, *, end: bool) -> datetime | None:
    value = _single(values, name)
    return None if value is None else parse_moment(name, value, zone=zone, end=end)


def parse_moment(name: str, value: str, *, zone: ZoneInfo, end: bool = False) -> datetime:
    """A moment in UTC from ISO 8601. A date means the start of its day in `zone`, or the end with `end`.

    Raises `FilterError` naming the field.
    """
    try:
        if len(value) == 10:
            day = date.fromisoformat(value) + timedelta(days=1 if end else 0)
            moment = datetime.combine(day, time.min, tzinfo=zone)
        else:
            # A plus in a query string is decoded as a space.
            moment = datetime.fromisoformat(
                value.replace(" ", "+") if re.search(r" \d\d:?\d\d$", value) and "T" in value else value
            )
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment = to_milliseconds(moment)
        if not 1900 <= moment.year <= 9000:
            raise OverflowError
    except ValueError:
        raise FilterError(name, f"must be a date (2026-01-31) or an ISO 8601 time, not {value[:40]!r}") from None
    except OverflowError:
        raise FilterError(name, f"must be between the years 1900 and 9000, not {value[:40]!r}") from None
    return moment.astimezone(UTC)
