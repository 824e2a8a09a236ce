"""Puts a vocabulary together from the texts and modules of a language's package."""

import re
from importlib import import_module
from typing import Any, Final

from tickets.classification.vocabularies.group import split_terms
from tickets.classification.vocabularies.vocabulary import Vocabulary

_PARTS: Final = ("urgency.URGENCY", "negative.NEGATIVE", "positive.POSITIVE", "action.ACTION", "constructions.PATTERNS")


def assemble_vocabulary(
    package: str,
    *,
    language: str,
    negators: str,
    no_negation: str,
    fillers: str,
    clause_words: str,
    asks_in_general: str,
    late_negators: str = "",
    negated_form: str = "{}",
    accents: tuple[tuple[str, str], ...] = (),
    digraphs: tuple[tuple[str, str], ...] = (),
) -> Vocabulary:
    """The vocabulary of `package`, which has a module for each of `_PARTS`. The other values are those of `Vocabulary`.

    Negators are separated by commas, fillers and clause words by spaces. `negators` are those that are not late.
    `asks_in_general` is a regular expression whose dot matches line breaks too.
    """
    urgency, negative, positive, action, patterns = (_part(package, each) for each in _PARTS)
    late = split_terms(late_negators)
    return Vocabulary(
        language=language,
        urgency=urgency,
        sentiment=negative + positive,
        action=action,
        negators=(*late, *split_terms(negators)),
        no_negation=split_terms(no_negation),
        fillers=frozenset(fillers.split()),
        clause_words=frozenset(clause_words.split()),
        patterns=patterns,
        asks_in_general=re.compile(asks_in_general, re.DOTALL),
        late_negators=frozenset(late),
        negated_form=negated_form,
        accents=accents,
        digraphs=digraphs,
    )


def _part(package: str, name: str) -> Any:
    module, _, value = name.partition(".")
    return getattr(import_module(f"{package}.{module}"), value)
