"""Classifies a ticket by the text it came in with and the customer's newest message. Pure.

A ticket that came in calmly may turn urgent or angry in a reply, and a reply such as "thanks, it works" ends what the
first text asked for. So the urgency is the higher one of both, the sentiment that of the newest message if it shows
one, and a request stays open unless the newest message is positive and asks nothing. A tenant's rule that decides for
one of the texts wins.
"""

from typing import Final

from tickets.classification.classify import classify_ticket
from tickets.classification.tenant_rules import NO_RULES, Decisions, TenantRules
from tickets.classification.verdicts import Classification, Field, Sentiment, Urgency

MOST_KEYWORDS: Final = 20
_LATEST: Final[Field] = "latest_message"
_RANKS: Final[dict[Urgency, int]] = {"low": 0, "medium": 1, "high": 2}


def classify_with_latest(*, subject: str, message: str, latest: str, rules: TenantRules = NO_RULES) -> Classification:
    """Classify both texts together. `latest` is empty if the customer has written nothing since."""
    first = classify_ticket(subject=subject, message=message, rules=rules)
    if not latest:
        return first
    second = classify_ticket(subject="", message=latest, rules=rules)
    evidence = [each._replace(field=_LATEST) for each in second.evidence]
    return Classification(
        urgency=_urgency(first, second),
        sentiment=_sentiment(first, second),
        requires_action=second.requires_action or (first.requires_action and second.sentiment != "positive"),
        keywords=tuple(dict.fromkeys((*second.keywords, *first.keywords)))[:MOST_KEYWORDS],
        evidence=(*first.evidence, *evidence),
        decisions=Decisions(
            second.decisions.urgency or first.decisions.urgency,
            second.decisions.sentiment or first.decisions.sentiment,
        ),
    )


def _urgency(first: Classification, second: Classification) -> Urgency:
    if second.decisions.urgency:
        return second.urgency
    if first.decisions.urgency:
        return first.urgency
    return max(first.urgency, second.urgency, key=_RANKS.__getitem__)


def _sentiment(first: Classification, second: Classification) -> Sentiment:
    if second.decisions.sentiment or (not first.decisions.sentiment and second.sentiment != "neutral"):
        return second.sentiment
    return first.sentiment
