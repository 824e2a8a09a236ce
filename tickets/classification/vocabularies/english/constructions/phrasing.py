"""The classes of English words that constructions are made of. Pure.

`complaint` and `praise` make the patterns of one construction; `vocabularies/construction.py` explains how they are
written. On the scale of sentiment a sum of 0.5 decides.
"""

from typing import Final

from tickets.classification.vocabularies.construction import Construction, Pattern, Phrasing
from tickets.classification.vocabularies.group import Group, Matter

_UNITS = "hours|hour|hrs|hr|days|day|weeks|week|wks|wk|months|month|years|year|yrs"

_ENGLISH: Final = Phrasing(
    {
        "unit": _UNITS,
        "days": "days|weeks|week|wks|months|month|years|year",
        "minutes": r"(?:[2-9]\d|1\d\d|twenty|thirty|forty|fifty|sixty|ninety) ?(?:minutes|minute|mins|min)",
        "count": (
            "an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|several|many|"
            r"multiple|countless|\d{1,3}\+?"
        ),
        "many": (
            "three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|several|many|multiple|"
            r"countless|numerous|[3-9]|\d{2,3}"
        ),
        "moment": (
            r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|last \w+|january|february|march|"
            r"april|may|june|july|august|september|october|november|december|\d{1,2} ?[ap]m|this morning|easter"
        ),
        "company": (
            r"you|u|ya|they|he|she|@\w+|your \w+|your \w+ \w+|the \w+|support|(?:customer )?service|staff|driver|"
            "courier|airline|bank|gym|guys|people"
        ),
        "just": (
            "have|has|had|guys|people|all|also|then|just|only|even|still|simply|now|again|actually|really|literally|"
            "either|managed to|decided to|keep|kept|once|already|always|constantly|suddenly|'ve|clearly|both"
        ),
        "me": "me|us|him|her|them",
        "my": "my|our|his|her|their|the|a|an|all|me|us|your|this|that|every|half",
        "person": (
            "anyone|anybody|any one|someone|somebody|a human|human|a person|a real person|a live person|a real human|"
            "(?:a |an |your )?(?:live )?(?:agent|rep|representative|operator)|you|u|you guys|through|customer service"
        ),
    }
)


def complaint(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction of an unhappy customer."""
    return _ENGLISH.construct(name, "negative", -weight, *patterns)


def bare_fact(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction that calm customers use, too: a hint, which counts for less in requests and in long texts."""
    return _ENGLISH.patterns(Construction(name, Group("negative", -weight, (), "never", hint=True)), *patterns)


def praise(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction of a happy customer."""
    return _ENGLISH.construct(name, "positive", weight, *patterns)


def always_high(name: str, matter: Matter, *patterns: str) -> tuple[Pattern, ...]:
    """A construction that is urgent whatever else the text says."""
    return _ENGLISH.patterns(Construction(name, Group("high", 1.0, (), "never", always=True, matter=matter)), *patterns)


def urgent(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction of somebody in a hurry."""
    return _ENGLISH.construct(name, "high", weight, *patterns)


def fulfilled(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction of somebody who has what was asked for."""
    return _ENGLISH.fulfilled(name, weight, *patterns)


def calming(name: str, weight: float, *patterns: str) -> tuple[Pattern, ...]:
    """A construction of somebody whose matter is settled."""
    return _ENGLISH.construct(name, "low", -weight, *patterns)
