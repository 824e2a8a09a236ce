"""The words that decided each verdict of a ticket, for texts that explain it. Pure."""

from collections.abc import Mapping

from tickets.classification.verdicts import Classification


def deciding_words(found: Classification) -> Mapping[str, tuple[str, ...]]:
    """For urgency, sentiment and action: the distinct words that decided, those of a tenant's rule first.

    Negated words ("not urgent") and words that support another verdict are left out; nothing decides a low urgency or
    that no action is needed.
    """
    wanted = {
        "urgency": "" if found.urgency in ("low", "unknown") else found.urgency,
        "sentiment": found.sentiment,
        "action": "yes" if found.requires_action else "",
    }
    by_rule = sorted(found.evidence, key=lambda each: not each.by_rule)
    return {
        category: tuple(
            dict.fromkeys(
                each.term
                for each in by_rule
                if each.category == category
                and not each.negated
                and (each.by_rule or (verdict and each.weight and each.supports(verdict)))
            )
        )
        for category, verdict in wanted.items()
    }
