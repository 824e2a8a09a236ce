"""The words that decided each verdict of a ticket, for texts that explain it. Pure."""

from collections.abc import Mapping

from tickets.classification.verdicts import Classification


def deciding_words(found: Classification) -> Mapping[str, tuple[str, ...]]:
    """For urgency, sentiment and action: the distinct words that decided, those of a tenant's rule first.

    Negated words ("not urgent") and words that support another verdict are left out.
    """
    urgencies = {"high": {"high"}, "medium": {"high", "medium"}, "low": set[str]()}
    labels: dict[str, set[str]] = {
        "urgency": urgencies[found.urgency],
        "sentiment": {found.sentiment},
        "action": {"action"} if found.requires_action else set(),
    }
    by_rule = sorted(found.evidence, key=lambda each: not each.by_rule)
    return {
        category: tuple(
            dict.fromkeys(
                each.term
                for each in by_rule
                if each.category == category and not each.negated and (each.by_rule or each.label in wanted)
            )
        )
        for category, wanted in labels.items()
    }
