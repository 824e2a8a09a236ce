"""The optional fields of the demo's tickets, as a helpdesk fills them in while it works on a ticket."""

import random
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from tickets.demo.composing import FIRST_CUSTOMER, Composition
from tickets.demo.texts.common import ORGANISATIONS
from tickets.demo.texts.template import Mood

_TOPICS: Final = {
    "refund": re.compile(r"refund|chargeback|money back|Rückerstattung|remboursement|reembolso", re.IGNORECASE),
    "invoice": re.compile(r"invoice|bill|charged|payment|Rechnung|factur[ea]", re.IGNORECASE),
    "account": re.compile(r"password|log ?in|account|GDPR|DSGVO|RGPD|breach|Konto", re.IGNORECASE),
    "delivery": re.compile(r"parcel|deliver|courier|baggage|luggage|order", re.IGNORECASE),
}
_TEAMS: Final = {"refund": "Billing", "invoice": "Billing", "account": "Accounts", "delivery": "Logistics"}
_OTHER_TEAM: Final = "Service desk"
_AGENTS: Final = {
    "Billing": ("Ella Marsh", "Kofi Boateng"),
    "Accounts": ("Greta Holm",),
    "Logistics": ("Samir Haddad", "Nora Quinn"),
    _OTHER_TEAM: ("Owen Price", "Priya Raman", "Luca Ferri"),
}
_PRIORITIES: Final[dict[Mood, tuple[str, ...]]] = {
    "urgent": ("urgent", "urgent", "high"),
    "annoyed": ("high", "normal", "normal"),
    "neutral": ("normal", "normal", "low"),
    "grateful": ("low",),
}
_HOURS_TO_DUE: Final = {"urgent": 8, "high": 24, "normal": 72, "low": 120}
_TYPES: Final[dict[Mood, str]] = {
    "urgent": "Incident", "annoyed": "Problem", "neutral": "Question", "grateful": "Feedback",
}  # fmt: skip


def details_over_time(
    moves: Iterable[tuple[datetime, str]], written: Composition, rng: random.Random
) -> list[dict[str, object]]:
    """What the helpdesk knows at each of these times, with the status since then; the first one is the creation."""
    fixed, agent, rating = _from_the_start(written, rng), "", ""
    states: list[dict[str, object]] = []
    first_reply_at = resolved_at = None
    former = ""
    for moment, status in moves:
        if not states and (hours := _HOURS_TO_DUE.get(str(fixed.get("priority")))):
            fixed["due_at"] = _timestamp(moment + timedelta(hours=hours))
        if status != former:
            if status == "in_progress":
                agent = agent or rng.choice(_AGENTS[str(fixed.get("team", _OTHER_TEAM))])
                first_reply_at = first_reply_at or moment
            if status == "closed" and rng.random() < 0.3:
                rating = "bad" if written.intent.mood in ("urgent", "annoyed") and rng.random() < 0.6 else "good"
            resolved_at = (resolved_at or moment) if status in ("resolved", "closed") else None
        former = status
        states.append(
            {
                **fixed,
                **({"assignee": agent} if agent else {}),
                **({"first_reply_at": _timestamp(first_reply_at)} if first_reply_at else {}),
                **({"resolved_at": _timestamp(resolved_at)} if resolved_at else {}),
                **({"rating": rating} if rating else {}),
            }
        )
    return states


def _from_the_start(written: Composition, rng: random.Random) -> dict[str, object]:
    text = f"{written.subject} {written.message}"
    tags = [name for name, pattern in _TOPICS.items() if pattern.search(text)]
    number = int(written.customer_id.removeprefix("cust_")) - FIRST_CUSTOMER
    team = next((_TEAMS[tag] for tag in tags), _OTHER_TEAM)
    found: dict[str, object] = {
        "type": _TYPES[written.intent.mood],
        "tags": tags,
        "customer_name": written.customer_name,
        "language": written.language,
    }
    if rng.random() < 0.95:  # a few are never assigned to a team
        found["team"] = team
    if rng.random() < 0.9:
        found["priority"] = rng.choice(_PRIORITIES[written.intent.mood])
    if number % 3 == 0:
        found["organisation"] = ORGANISATIONS[number // 3 % len(ORGANISATIONS)]
    return found


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
