"""What is kept about a customer, worked out from their tickets. Pure.

The document of a customer has everything that a row of the list shows, and what it is sorted and searched by. It is as
of a moment: `refresh_on` says on which day it would be another one although no ticket changes.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tickets.customers.leaving_words import find_leaving_word
from tickets.customers.risk import FORGOTTEN_AFTER, TREND_OVER, Contact, Part, Risk, assess
from tickets.records.period import day_start
from tickets.records.periods import preset
from tickets.records.statuses import is_open

Document = dict[str, Any]
Ticket = Mapping[str, Any]

VERSION: Final = 2
"""Of the documents and of the formula of the risk. With another one, workers work out all customers again."""

PERIODS: Final = ("7d", "30d", "90d")
"""The periods whose numbers are kept. They end with today."""
WEEKS: Final = 12

MOST_CONTACTS: Final = 1_000
"""The newest tickets that a risk is worked out from."""

COUNTED_FIELDS: Final = ("created_at", "urgency", "sentiment", "status")
"""The fields that numbers are counted from; an index has them."""
CONTACT_FIELDS: Final = (*COUNTED_FIELDS, "updated_at", "turns", "keywords", "customer_name", "organisation")

_MOST_WORDS, _LONGEST_WORD, _LONGEST_SORT_KEY = 30, 40, 60
_BREAKS: Final = re.compile(r"[\W_]+")
_NUMBERS: Final = ("total", "high", "negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a profile is worked out, in the tenant's zone, and how long the tenant usually takes for urgent tickets."""

    now: datetime
    zone: ZoneInfo
    usual_urgent: timedelta | None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def week_starts(self) -> list[datetime]:
        """The beginnings of the last weeks, of the present one last, and of the next one."""
        monday = self.today - timedelta(days=self.today.weekday())
        return [day_start(monday + timedelta(weeks=n), self.zone) for n in range(1 - WEEKS, 2)]


def profile_of(
    tenant_id: str, customer_id: str, tickets: Sequence[Ticket], moment: Moment, *, older: Iterable[Ticket] = ()
) -> Document:
    """The document of a customer. `tickets`: the newest first, at most `MOST_CONTACTS`; `older`: all others, counted only."""
    older = list(older)
    oldest_urgent = min((each["created_at"] for each in older if _is_open_urgent(each)), default=None)
    risk = assess(
        [_contact(each) for each in tickets],
        now=moment.now,
        usual_urgent=moment.usual_urgent,
        oldest_urgent=oldest_urgent,
    )
    name, organisation = _newest(tickets, "customer_name"), _newest(tickets, "organisation")
    return {
        "_id": key_of(tenant_id, customer_id),
        "tenant_id": tenant_id,
        "customer_id": customer_id,
        "name": name,
        "organisation": organisation,
        "sort_name": fold(name or customer_id)[:_LONGEST_SORT_KEY],
        "words": words_of(customer_id, name, organisation),
        "newest_at": tickets[0]["created_at"],
        **_counted([*tickets, *older], moment),
        "risk": risk.score,
        "change": risk.change,
        "is_new": risk.is_new,
        "parts": [asdict(each) for each in risk.parts],
        "as_of": moment.now,
        "refresh_on": _refresh_on(tickets, risk, moment),
        "version": VERSION,
    }


def key_of(tenant_id: str, customer_id: str) -> str:
    return f"{tenant_id}|{customer_id}"


def parts_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(name=each["name"], points=each["points"], facts=each["facts"]) for each in stored)


def fold(text: str) -> str:
    """Lower case without accents, so that “Müller” is found as “muller” and sorted beside it."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def split_terms(text: str) -> list[str]:
    """The words of a text as `words_of` stores them."""
    return [each[:_LONGEST_WORD] for each in _BREAKS.split(fold(text)) if each]


def words_of(*texts: str) -> list[str]:
    """The distinct words by whose beginnings a customer is found."""
    return list(dict.fromkeys(word for text in texts for word in split_terms(text)))[:_MOST_WORDS]


def _newest(tickets: Iterable[Ticket], field: str) -> str:
    """The value of the ticket that changed last, of those that have one."""
    known = [each for each in tickets if each.get(field)]
    return str(max(known, key=lambda each: (each["updated_at"], each["created_at"]))[field]) if known else ""


def _contact(ticket: Ticket) -> Contact:
    status_is_open = is_open(ticket["status"])
    turns = ticket.get("turns")
    if turns is None:  # stored by an earlier version
        turns = [] if status_is_open else [ticket["created_at"]]
    return Contact(
        created_at=ticket["created_at"],
        is_high=ticket["urgency"] == "high",
        sentiment=ticket["sentiment"],
        is_open=status_is_open,
        turns=tuple(turns),
        leaving_word=find_leaving_word(ticket.get("keywords") or ()),
    )


def _is_open_urgent(ticket: Ticket) -> bool:
    return ticket["urgency"] == "high" and is_open(ticket["status"])


def _counted(tickets: Sequence[Ticket], moment: Moment) -> Document:
    periods = {name: preset(name, zone=moment.zone, now=moment.now) for name in PERIODS}
    within = {
        name: [each for each in tickets if period.start <= each["created_at"] < period.end]
        for name, period in periods.items()
    }
    starts = moment.week_starts()
    weeks = [[0, 0] for _ in range(WEEKS)]
    for each in tickets:
        if starts[0] <= each["created_at"] < starts[-1]:
            place = sum(start <= each["created_at"] for start in starts) - 1
            weeks[place][0] += 1
            weeks[place][1] += each["urgency"] == "high"
    return {
        **_numbers(tickets),
        "open": sum(is_open(each["status"]) for each in tickets),
        "periods": {name: _numbers(found) for name, found in within.items()},
        "weeks": weeks,
        "weeks_from": starts[0],
    }


def _numbers(tickets: Sequence[Ticket]) -> dict[str, int]:
    counts = (
        len(tickets),
        sum(each["urgency"] == "high" for each in tickets),
        sum(each["sentiment"] == "negative" for each in tickets),
    )
    return dict(zip(_NUMBERS, counts, strict=True))


def _refresh_on(tickets: Sequence[Ticket], risk: Risk, moment: Moment) -> int | None:
    """The day on which the document has to be worked out again; None if only a change of a ticket can change it."""
    since = moment.now - FORGOTTEN_AFTER - TREND_OVER - timedelta(days=1)
    moves = any(map(_is_open_urgent, tickets)) or any(
        each["created_at"] > since or max(each.get("turns") or [since]) > since for each in tickets
    )
    return moment.today.toordinal() + 1 if moves or risk.score or risk.change else None
