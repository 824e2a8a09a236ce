"""How often the classification is right, as far as people have said: by week, for High, and by the words that misled."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import sqrt
from typing import Any, Final

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.classifier import TenantClassifier
from tickets.classification.corrections import Correction
from tickets.classification.deciding_words import deciding_words
from tickets.classification.tokenizer import READ_LIMIT
from tickets.records.collection_names import TICKETS
from tickets.records.facets import UNKNOWN
from tickets.rules.classifier import find_classifier
from tickets.store.facet_counts import FacetCountStore
from tickets.store.index_scans import CORRECTION_INDEX

WEEKS: Final = 12
NEWEST: Final = 300
"""Corrected tickets whose words are compared."""
MOST_WORDS: Final = 12
FEWEST: Final = 2
"""Tickets that a word must have misled to be named."""
VERDICTS: Final = ("urgency", "sentiment", "requires_action")
_NORMAL_95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true ratio lies with 95% confidence: Wilson's score interval."""
        n, z = self.whole, _NORMAL_95
        if not n:
            return 0.0, 1.0
        p = self.part / n
        centre, reach = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        whole = 1 + z * z / n
        return max(0.0, (centre - reach) / whole), min(1.0, (centre + reach) / whole)


@dataclass(frozen=True, slots=True)
class Week:
    """The tickets that came in during a week, how many of them people have checked, and which verdicts were wrong."""

    first_day: date
    tickets: int
    checked: int
    wrong: Mapping[str, int]

    def share(self, verdict: str) -> Share:
        """Of all tickets of the week, those whose verdict somebody corrected."""
        return Share(self.wrong[verdict], self.tickets)


@dataclass(frozen=True, slots=True)
class MisleadingWord:
    """A word that decided verdicts which people corrected, and such that they confirmed."""

    word: str
    category: str
    wrong: int
    right: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """`high_checked`: of what was High and somebody looked at, what is rightly so; `high_sampled`: the same of random
    samples. `missed`: of other sampled tickets, what people say is High."""

    weeks: tuple[Week, ...]
    high_checked: Share
    high_sampled: Share
    missed: Share
    words: tuple[MisleadingWord, ...]

    @property
    def has_any(self) -> bool:
        return any(each.checked for each in self.weeks) or bool(self.high_checked.whole or self.missed.whole)


def find_accuracy(tenant: Tenant, *, now: datetime) -> Accuracy:
    """Of the last twelve weeks, weeks beginning on Monday in the tenant's time zone; High and words of all time.

    Weeks before the first ticket are left out.
    """
    today = now.astimezone(tenant.zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=number) for number in range(WEEKS)]
    starts = [datetime.combine(each, time(), tenant.zone) for each in mondays]
    found = _count(tenant, since=starts[-1])
    by_week = {row["_id"].astimezone(tenant.zone).date(): row for row in found["weeks"]}
    counts = FacetCountStore(tenant)
    ends = [datetime.combine(each + timedelta(weeks=1), time(), tenant.zone) for each in mondays]
    weeks = [
        _week(first, counts.find_counts(start, end).total(), by_week.get(first, {}))
        for first, start, end in zip(mondays, starts, ends, strict=True)
    ]
    while len(weeks) > 1 and not weeks[-1].tickets:
        weeks.pop()
    high = {bool(row["_id"]): row for row in found["high"]}
    return Accuracy(
        weeks=tuple(weeks),
        high_checked=_share(high.values()),
        high_sampled=_share([high[True]] if True in high else ()),
        missed=_share(found["others"]),
        words=_misleading_words(tenant),
    )


def _week(first: date, tickets: int, row: Mapping[str, Any]) -> Week:
    return Week(first, tickets, row.get("checked", 0), {name: row.get(name, 0) for name in VERDICTS})


def _share(rows: Iterable[Mapping[str, Any]]) -> Share:
    listed = list(rows)
    return Share(sum(each["part"] for each in listed), sum(each["whole"] for each in listed))


def _count(tenant: Tenant, *, since: datetime) -> Document:
    corrected = {"tenant_id": tenant.slug, "is_deleted": False, "correction.at": {"$exists": True}}
    week = {"$dateTrunc": {"date": "$created_at", "unit": "week", "startOfWeek": "monday", "timezone": tenant.timezone}}
    urgency = "$correction.urgency"
    is_sampled = {"$ifNull": ["$correction.is_sampled", False]}
    is_high = {"$sum": {"$cond": [{"$eq": [urgency, "high"]}, 1, 0]}}
    has_urgency = {"correction.urgency": {"$exists": True}}
    facets = {
        "weeks": [
            {"$match": {"created_at": {"$gte": since}}},
            {"$group": {"_id": week, "checked": {"$sum": 1}, **{name: _sum_of_wrong(name) for name in VERDICTS}}},
        ],
        "high": [
            {"$match": {**has_urgency, "correction.before.urgency": "high"}},
            {"$group": {"_id": is_sampled, "part": is_high, "whole": {"$sum": 1}}},
        ],
        "others": [
            {"$match": {**has_urgency, "correction.is_sampled": True, "correction.before.urgency": {"$ne": "high"}}},
            {"$group": {"_id": None, "part": is_high, "whole": {"$sum": 1}}},
        ],
    }
    return (
        mongo.collection(TICKETS).aggregate([{"$match": corrected}, {"$facet": facets}], hint=CORRECTION_INDEX).next()
    )


def _sum_of_wrong(verdict: str) -> Document:
    """A verdict that was unknown was not wrong."""
    before = {"$ifNull": [f"$correction.before.{verdict}", UNKNOWN]}
    is_wrong = {"$not": [{"$in": [before, [UNKNOWN, f"$correction.{verdict}"]]}]}
    return {"$sum": {"$cond": [is_wrong, 1, 0]}}


def _misleading_words(tenant: Tenant) -> tuple[MisleadingWord, ...]:
    """Of the newest corrected tickets. What the words say of a text is nothing that MongoDB could count."""
    classifier = find_classifier(tenant)
    fields = {"subject": 1, "message": _read_part("message"), "latest_message": _read_part("latest_message")}
    fields |= {"language": 1, "correction": 1}
    match = {"tenant_id": tenant.slug, "is_deleted": False, "correction.at": {"$exists": True}}
    newest = mongo.collection(TICKETS).find(match, fields, hint=CORRECTION_INDEX).sort("correction.at", -1)
    wrong: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for ticket in newest.limit(NEWEST):
        correction = Correction.of(ticket)
        assert correction is not None
        said, before = correction.verdicts.known(), correction.before.known()
        for name, words in _words_then(classifier, ticket, before):
            category = "action" if name == "requires_action" else name
            counted = right if said[name] == before[name] else wrong
            counted.update((word, category) for word in words[category])
    misleading = [
        MisleadingWord(word, category, number, right[word, category])
        for (word, category), number in wrong.most_common()
        if number >= FEWEST and number > right[word, category]
    ]
    return tuple(misleading[:MOST_WORDS])


def _read_part(field: str) -> Document:
    """The part of a text that is classified; a message may be much longer."""
    return {"$substrCP": [{"$ifNull": [f"${field}", ""]}, 0, READ_LIMIT]}


def _words_then(
    classifier: TenantClassifier, ticket: Document, before: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """Each corrected verdict with the words that decided as they did before the correction, with what was learned or without.

    Verdicts that come out otherwise by now, as of a new rule, have none: today's words do not show what misled then.
    """
    left = dict(before)
    classifiers = (classifier, replace(classifier, learned=None)) if classifier.learned else (classifier,)
    for each in classifiers:
        if not left:
            return
        found = each.classify(
            subject=ticket["subject"],
            message=ticket["message"],
            latest=ticket["latest_message"],
            language=ticket.get("language"),
        )
        same = [name for name, verdict in left.items() if getattr(found, name) == verdict]
        words = deciding_words(found)
        for name in same:
            del left[name]
            yield name, words
