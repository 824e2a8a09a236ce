"""What a change of the rules would do to the newest tickets, before anybody saves it."""

from collections import Counter
from dataclasses import dataclass

from tenants.models import Tenant
from tickets.classification.classify import Classification, classify_ticket
from tickets.classification.tenant_rules import TenantRules
from tickets.rules.editing import all_rules
from tickets.rules.model import ClassificationRule, as_rules
from tickets.store.ticket_store import TicketStore

NEWEST = 1_000
MOST_CHARACTERS = 5_000_000
"""Read for a preview: where messages are very long it looks at fewer tickets, and says at how many."""
EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket that would change."""

    external_id: str
    subject: str
    before: Classification
    after: Classification


@dataclass(frozen=True, slots=True)
class RulePreview:
    """Of the newest `looked_at` tickets, `matching` say the rule's words, and `changing` would be judged otherwise.

    `turns` are the ways in which they would, in words, each with its number.
    """

    looked_at: int
    matching: int
    changing: int
    turns: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


def preview_rule(tenant: Tenant, changed: ClassificationRule) -> RulePreview:
    """The rule as it would be saved, in its place among the others, against the rules as they are."""
    stored = all_rules(tenant)
    proposed = [changed if each.pk == changed.pk else each for each in stored]
    if changed.pk is None or changed not in proposed:
        proposed.append(changed)
    before, after = (as_rules([each for each in rules if each.enabled]) for rules in (stored, proposed))
    old = [each for each in stored if each.pk == changed.pk]
    return _compare(tenant, before, after, concerned=as_rules([*old, changed]), wording=as_rules([changed]))


def _compare(
    tenant: Tenant, before: TenantRules, after: TenantRules, *, concerned: TenantRules, wording: TenantRules
) -> RulePreview:
    """Only a ticket with the words of the rule, as it was or will be, can change: the others are not judged."""
    looked_at = matching = changing = characters = 0
    turns: Counter[str] = Counter()
    examples: list[Example] = []
    for ticket in TicketStore(tenant).iterate_newest_texts(limit=NEWEST):
        if characters > MOST_CHARACTERS:
            break
        looked_at += 1
        characters += len(ticket["message"])
        texts = {"subject": ticket["subject"], "message": ticket["message"]}
        matching += wording.speaks_of(**texts)
        if not concerned.speaks_of(**texts):
            continue
        old, new = (classify_ticket(**texts, rules=rules) for rules in (before, after))
        if (old.urgency, old.sentiment) == (new.urgency, new.sentiment):
            continue
        changing += 1
        turns.update(_turns(old, new))
        if len(examples) < EXAMPLES:
            examples.append(Example(ticket["external_id"], ticket["subject"], old, new))
    return RulePreview(looked_at, matching, changing, tuple(turns.most_common()), tuple(examples))


def _turns(old: Classification, new: Classification) -> list[str]:
    named = (("urgency", old.urgency, new.urgency), ("sentiment", old.sentiment, new.sentiment))
    return [f"{name} {before} → {after}" for name, before, after in named if before != after]
