"""Follows incidents: one is started by a finding, grows with later ones, and ends when it is quiet. Pure.

The worker and the replay of the past take the same steps, so a replay finds what the worker would have found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tickets.incidents.finding import Finding, UnusualPhrase
from tickets.incidents.seen import SeenTicket

STEP: Final = timedelta(minutes=5)
QUIET: Final = timedelta(hours=2)
"""An incident ends so long after its last ticket."""

RESUMES: Final = timedelta(hours=12)
"""If it comes back within this time, it is the same incident."""

RESUMED_BY: Final = 3
"""New customers that bring an ended incident back."""

MUTED: Final = timedelta(days=30)
"""The phrases of a dismissed incident raise no other for so long."""

MOST_TICKETS: Final = 2_000
MOST_PHRASES: Final = 40
MATCHING: Final = 0.5
"""An incident is the same if it has this share of the finding's tickets, or of its phrases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An incident. `peak`: when its most unusual phrase was most unusual. Times are aware and UTC.

    - `tickets`, `customers`: the ids of its tickets, and how many different customers wrote them.
    - `phrases`: what was unusual, the most unusual of its first finding first. `names`: how customers write it, as far as
      somebody has looked.
    - `first_at`, `last_at`: when its first and its last ticket was created.
    - `ended_at`: when its last ticket was created, once it was quiet; None while it is going on.
    """

    number: int
    phrases: tuple[str, ...]
    peak: UnusualPhrase
    tickets: tuple[str, ...]
    customers: frozenset[str]
    first_at: datetime
    last_at: datetime
    found_at: datetime
    ended_at: datetime | None = None
    dismissed_at: datetime | None = None
    names: tuple[str, ...] = ()

    @property
    def is_ongoing(self) -> bool:
        return self.ended_at is None and self.dismissed_at is None


def is_followed(incident: Followed, now: datetime) -> bool:
    """Whether the incident matters to what is found now."""
    if incident.dismissed_at is not None:
        return now - incident.dismissed_at < MUTED
    return incident.ended_at is None or now - incident.ended_at < RESUMES


def take_step(
    known: Sequence[Followed], findings: Iterable[Finding], *, now: datetime, next_number: int
) -> list[Followed]:
    """The incidents that are new or changed by what was found."""
    present = {each.number: each for each in known if is_followed(each, now)}
    before = dict(present)
    for finding in findings:
        owner = _owner(present.values(), finding)
        if owner is None:
            present[next_number] = _started(finding, number=next_number, now=now)
            next_number += 1
        elif owner.dismissed_at is None:
            present[owner.number] = _grown(owner, finding)
    after = [_ended(each, now) for each in present.values()]
    return [each for each in after if before.get(each.number) != each]


def _owner(incidents: Iterable[Followed], finding: Finding) -> Followed | None:
    """The incident that the finding belongs to: a dismissed one before others, and one that is going on before ended ones."""
    matching = [each for each in incidents if _is_same(each, finding)]
    return min(
        matching, key=lambda each: (each.dismissed_at is None, each.ended_at is not None, each.number), default=None
    )


def _is_same(incident: Followed, finding: Finding) -> bool:
    phrases = {each.phrase for each in finding.phrases}
    if len(phrases.intersection(incident.phrases)) >= MATCHING * len(phrases):
        return True
    ids = {each.external_id for each in finding.tickets}
    return len(ids.intersection(incident.tickets)) >= MATCHING * len(ids)


def _started(finding: Finding, *, number: int, now: datetime) -> Followed:
    return Followed(
        number=number,
        phrases=tuple(each.phrase for each in finding.phrases[:MOST_PHRASES]),
        peak=finding.phrases[0],
        tickets=tuple(each.external_id for each in finding.tickets[:MOST_TICKETS]),
        customers=frozenset(each.customer_id for each in finding.tickets),
        first_at=finding.tickets[0].created_at,
        last_at=finding.tickets[-1].created_at,
        found_at=now,
    )


def _grown(incident: Followed, finding: Finding) -> Followed:
    known = set(incident.tickets)
    added = [each for each in finding.tickets if each.external_id not in known]
    if incident.ended_at is not None and not _brings_back(incident, added):
        return incident
    phrases = dict.fromkeys((*incident.phrases, *(each.phrase for each in finding.phrases)))
    peak = finding.phrases[0]
    return replace(
        incident,
        phrases=tuple(phrases)[:MOST_PHRASES],
        peak=peak if peak.assessment.excess > incident.peak.assessment.excess else incident.peak,
        tickets=(*incident.tickets, *(each.external_id for each in added))[:MOST_TICKETS],
        customers=incident.customers | {each.customer_id for each in added},
        first_at=min((incident.first_at, *(each.created_at for each in added))),
        last_at=max((incident.last_at, *(each.created_at for each in added))),
        ended_at=None,
    )


def _brings_back(incident: Followed, added: Sequence[SeenTicket]) -> bool:
    later = {each.customer_id for each in added if each.created_at > incident.last_at}
    return len(later - incident.customers) >= RESUMED_BY


def _ended(incident: Followed, now: datetime) -> Followed:
    if incident.ended_at is None and now - incident.last_at >= QUIET:
        return replace(incident, ended_at=incident.last_at)
    return incident
