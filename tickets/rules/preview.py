"""What a change of the rules would do to the newest tickets, before it is saved."""

from collections import Counter
from dataclasses import dataclass

from tenants.models import Tenant
from tickets.classification.corrections import Correction
from tickets.classification.latest import classify_with_latest
from tickets.classification.tenant_rules import TenantRules
from tickets.classification.verdicts import Classification
from tickets.learning.store import LearningStore
from tickets.rules.editing import all_rules
from tickets.rules.model import ClassificationRule, as_rules
from tickets.store.ticket_store import TicketStore

NEWEST = 1_000
MAX_CHARACTERS = 5_000_000
"""Read for a preview. If messages are very long, it covers fewer tickets and says how many."""
MAX_EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket that would change."""

    external_id: str
    subject: str
    before: Classification
    after: Classification


@dataclass(frozen=True, slots=True)
class RulePreview:
    """Of the newest `examined` tickets, `matching` contain the rule's phrases and `changing` would change.

    `differences` are the changes in words, each with the number of its tickets.
    """

    examined: int
    matching: int
    changing: int
    differences: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


def preview_rule(tenant: Tenant, changed: ClassificationRule) -> RulePreview:
    """Compare the stored rules with the same rules after `changed` is saved."""
    stored = all_rules(tenant)
    proposed = [changed if each.pk == changed.pk else each for each in stored]
    if changed.pk is None or changed not in proposed:
        proposed.append(changed)
    former = [each for each in stored if each.pk == changed.pk]
    return _compare(
        tenant,
        before=as_rules([each for each in stored if each.enabled]),
        after=as_rules([each for each in proposed if each.enabled]),
        affected=as_rules([*former, changed]),
        rule=as_rules([changed]),
    )


def _compare(
    tenant: Tenant, *, before: TenantRules, after: TenantRules, affected: TenantRules, rule: TenantRules
) -> RulePreview:
    """Classify the tickets that match the rule as it was or will be. No other ticket can change."""
    examined = matching = changing = characters = 0
    differences: Counter[str] = Counter()
    examples: list[Example] = []
    learned, _ = LearningStore(tenant).find_in_use()
    for ticket in TicketStore(tenant).iterate_newest_texts(limit=NEWEST):
        if characters > MAX_CHARACTERS:
            break
        examined += 1
        characters += len(ticket["message"])
        texts = {"subject": ticket["subject"], "message": ticket["message"]}
        latest = ticket.get("latest_message") or ""
        matching += rule.matches(**texts) or rule.matches(subject="", message=latest)
        if not affected.matches(**texts) and not affected.matches(subject="", message=latest):
            continue
        language, correction = ticket.get("language"), Correction.of(ticket)
        classified = (
            classify_with_latest(**texts, latest=latest, rules=each, learned=learned, language=language)
            for each in (before, after)
        )
        old, new = (correction.apply(each) if correction else each for each in classified)
        if (old.urgency, old.sentiment) == (new.urgency, new.sentiment):
            continue
        changing += 1
        differences.update(_differences(old, new))
        if len(examples) < MAX_EXAMPLES:
            examples.append(Example(ticket["external_id"], ticket["subject"], old, new))
    return RulePreview(examined, matching, changing, tuple(differences.most_common()), tuple(examples))


def _differences(old: Classification, new: Classification) -> list[str]:
    verdicts = (("urgency", old.urgency, new.urgency), ("sentiment", old.sentiment, new.sentiment))
    return [f"{name} {before} → {after}" for name, before, after in verdicts if before != after]
