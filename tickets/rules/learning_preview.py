"""What applying the learned weights would change in the newest stored tickets."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final

from tenants.models import Tenant
from tickets.classification.corrections import Correction, Verdicts
from tickets.rules.classifier import find_classifier
from tickets.rules.preview import MAX_CHARACTERS, MAX_EXAMPLES, NEWEST
from tickets.store.ticket_store import TicketStore

_NAMES: Final = {"urgency": "urgency", "sentiment": "sentiment", "requires_action": "needs action"}


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket that would change, and the terms that are the reason."""

    external_id: str
    subject: str
    before: Verdicts
    after: Verdicts
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearningPreview:
    """Of the newest `examined` tickets `changing` would change. `differences`: how, with the number of tickets."""

    examined: int
    changing: int
    differences: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]


def preview_learning(tenant: Tenant) -> LearningPreview:
    """Compare the stored verdicts with those of the newest weights."""
    classifier = find_classifier(tenant)
    classifier = replace(classifier, applied=classifier.learned)
    examined = changing = characters = 0
    differences: Counter[str] = Counter()
    examples: list[Example] = []
    for ticket in TicketStore(tenant).iterate_newest_texts(limit=NEWEST):
        if characters > MAX_CHARACTERS:
            break
        examined += 1
        characters += len(ticket["message"])
        found = classifier.classify(
            subject=ticket["subject"],
            message=ticket["message"],
            latest=ticket.get("latest_message") or "",
            language=ticket.get("language"),
            correction=Correction.of(ticket),
        )
        before = Verdicts.of(ticket)
        after = Verdicts(found.urgency, found.sentiment, found.requires_action)
        if before == after:
            continue
        changing += 1
        differences.update(_differences(before, after))
        if len(examples) < MAX_EXAMPLES:
            terms = dict.fromkeys(each.term for each in found.evidence if each.is_learned)
            examples.append(Example(ticket["external_id"], ticket["subject"], before, after, tuple(terms)[:4]))
    return LearningPreview(examined, changing, tuple(differences.most_common()), tuple(examples))


def _differences(before: Verdicts, after: Verdicts) -> list[str]:
    old, new = before.known(), after.known()
    return [
        f"{_NAMES[name]} {_said(old[name])} → {_said(new[name])}" for name in _NAMES if old.get(name) != new.get(name)
    ]


def _said(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
