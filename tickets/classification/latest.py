"""Classifies a ticket by the text it came in with and the customer's newest message. Pure.

A ticket that came in calmly may turn urgent or angry in a reply, and a reply such as "thanks, it works" ends what the
first text asked for, and speaks against its urgency as praise inside it would. So the urgency is the higher one of both,
the sentiment that of the newest message if it shows one, and a request stays open unless the newest message is positive
and asks nothing. If the newest message cannot be read, a neutral first text does not make the ticket neutral: its
sentiment is unknown. A tenant's rule that decides for one of the texts wins.
"""

from typing import Final

from tickets.classification.classify import classify_ticket
from tickets.classification.language import find_language
from tickets.classification.language_names import read_as
from tickets.classification.learning.weights import LearnedWeights
from tickets.classification.tenant_rules import NO_RULES, Decisions, TenantRules
from tickets.classification.verdicts import Classification, DecidedBy, Field, Urgency

MOST_KEYWORDS: Final = 20
_LATEST: Final[Field] = "latest_message"
_RANKS: Final[dict[Urgency, int]] = {"unknown": -1, "low": 0, "medium": 1, "high": 2}


def classify_with_latest(
    *,
    subject: str,
    message: str,
    latest: str,
    rules: TenantRules = NO_RULES,
    learned: LearnedWeights | None = None,
    language: str | None = None,
) -> Classification:
    """Classify both texts together. `latest` is empty if the customer has written nothing since.

    Each text is read in the language that it shows, and otherwise in `language`, the helpdesk's word for it: many
    helpdesks give the language of the customer's browser, whatever the customer writes in.
    """
    first_language = find_language(subject, message) or read_as(language or "")
    first = classify_ticket(subject=subject, message=message, rules=rules, learned=learned, language=first_language)
    if not latest:
        return first
    second_language = find_language("", latest) or first_language
    second = classify_ticket(subject="", message=latest, rules=rules, learned=learned, language=second_language)
    evidence = [each._replace(field=_LATEST) for each in second.evidence]
    if _is_grateful(second) and first.urgency in ("medium", "high"):
        thanked = classify_ticket(
            subject=subject, message=message, rules=rules, learned=learned, language=first_language, is_thanked=True
        )
        if thanked.urgency != first.urgency:
            first = thanked
            praise = [each for each in evidence if each.label == "positive"]
            evidence += [each._replace(category="urgency", label="low", weight=-each.weight) for each in praise]
    urgency, sentiment = _urgency(first, second), _sentiment(first, second)
    action = _action(first, second)
    return Classification(
        urgency=urgency.urgency,
        sentiment="neutral" if _is_thanked_in_danger(urgency, sentiment, first) else sentiment.sentiment,
        requires_action=action.requires_action,
        keywords=tuple(dict.fromkeys((*second.keywords, *first.keywords)))[:MOST_KEYWORDS],
        evidence=(*first.evidence, *evidence),
        decisions=Decisions(
            second.decisions.urgency or first.decisions.urgency,
            second.decisions.sentiment or first.decisions.sentiment,
        ),
        decided_by=DecidedBy(
            urgency.decided_by.urgency, sentiment.decided_by.sentiment, action.decided_by.requires_action
        ),
        language=first_language,
    )


def _is_grateful(second: Classification) -> bool:
    """Whether the newest message is praise that asks for nothing and hurries nobody."""
    by_words = second.sentiment == "positive" and not second.decisions.sentiment
    return by_words and second.requires_action is False and second.urgency == "low"


def _action(first: Classification, second: Classification) -> Classification:
    """The one of both whose need for action counts."""
    if second.requires_action is None:
        return first
    stays_open = first.requires_action is not False and second.sentiment != "positive"
    return first if stays_open and not second.requires_action else second


def _urgency(first: Classification, second: Classification) -> Classification:
    """The one of both whose urgency counts."""
    if second.decisions.urgency:
        return second
    if first.decisions.urgency:
        return first
    return max(first, second, key=lambda each: _RANKS[each.urgency])


def _sentiment(first: Classification, second: Classification) -> Classification:
    """The one of both whose sentiment counts."""
    if second.decisions.sentiment or first.sentiment == "unknown":
        return second
    if second.sentiment == "unknown" and first.sentiment == "neutral" and not first.decisions.sentiment:
        return second  # a calm first text does not say how the newest one is
    shows_one = second.sentiment not in ("neutral", "unknown")
    return second if shows_one and not first.decisions.sentiment else first


def _is_thanked_in_danger(urgency: Classification, sentiment: Classification, first: Classification) -> bool:
    """Whether thanks for an answer stand beside a danger or a legal matter of the first text that is still high."""
    if sentiment.sentiment != "positive" or sentiment.decided_by.sentiment != "words" or urgency.urgency != "high":
        return False
    return any(each.matter and not each.negated for each in first.evidence)
