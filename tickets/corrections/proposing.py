"""Proposes a rule that would have made a correction unnecessary. Pure but for the form's address."""

from collections.abc import Mapping
from typing import Any, Final

from tickets.classification.corrections import Correction
from tickets.classification.deciding_words import deciding_words
from tickets.classification.tenant_rules import MAX_WORDS
from tickets.classification.tokenizer import split_words
from tickets.classification.verdicts import Classification

MOST_WORDS: Final = 3
"""Deciding words of a verdict that are proposed."""


def propose_rule(ticket: Mapping[str, Any], correction: Correction, found: Classification) -> dict[str, str]:
    """The values of the rule's form; empty if there is none to propose.

    `found`: how the ticket would be classified without the correction. The proposed phrases are the words that decided
    wrongly or, if there are none, the subject.
    """
    if correction.is_confirmation:
        return {}
    wrong = {
        name: value
        for name, value in correction.verdicts.known().items()
        if name != "requires_action" and value != getattr(correction.before, name)
    }
    words = deciding_words(found)
    phrases = dict.fromkeys(each for name in wrong for each in words[name][:MOST_WORDS] if split_words(each))
    subject = " ".join(split_words(ticket["subject"])[:MAX_WORDS])
    proposed = ", ".join(phrases) or subject
    return {**wrong, "phrases": proposed, "note": f"From ticket {ticket['external_id']}"} if wrong and proposed else {}
