"""Changing a tenant's list of rules, also where two people do so at once.

Forms, the admin and commands change rules here and nowhere else: every change marks the tenant's stored tickets for
reclassification in its own transaction (`reclassification.follow_rules`). So when two people change rules at the
same time, MongoDB has one of the two transactions run again, and that one sees what the other did.
"""

from functools import partial
from typing import Literal

from supportsaas.db.model_transaction import in_transaction
from supportsaas.rejected import Rejected
from tenants.models import Tenant
from tickets.classification.tenant_rules import MOST_RULES
from tickets.rules.model import FULL, ClassificationRule
from tickets.rules.reclassification import follow_rules

Direction = Literal["first", "up", "down"]


def all_rules(tenant: Tenant) -> list[ClassificationRule]:
    """The tenant's rules in their order, those that are off too."""
    return list(ClassificationRule.objects.filter(tenant=tenant).select_related("tenant"))


def save_rule(rule: ClassificationRule, *, seen_revision: int | None = None) -> None:
    """Save a new rule at the end of the list, or a known one as it is now.

    A new rule that says just what a stored one says is not added again: a form that is sent twice adds one.

    Raises `Rejected` where the list is full, or the stored rule is not any more what was seen.
    """
    is_new, key = rule._state.adding, rule.pk

    def work() -> None:
        rule._state.adding, rule.pk = is_new, key  # as before an attempt that was refused
        present = {each.pk: each for each in all_rules(rule.tenant)}
        if is_new:
            if any(each.says_the_same_as(rule) for each in present.values()):
                return
            rule.position = None
            if len(present) >= MOST_RULES:
                raise Rejected(FULL)
        else:
            stored = present.get(key)
            if stored is None:
                raise Rejected("Somebody has deleted this rule meanwhile. Nothing was saved.")
            if seen_revision is not None and stored.revision != seen_revision:
                raise Rejected(
                    "Somebody has changed this rule since you opened it, so yours was not saved. "
                    "Open it anew to see what it is now, and change it again."
                )
            rule.position, rule.revision = stored.position, stored.revision
        _store(rule)

    in_transaction(work)


def store_rule(rule: ClassificationRule) -> None:
    """Save the rule as it is, whatever else the list holds: for the admin, whose form has checked it."""
    in_transaction(partial(_store, rule))


def switch_rule(rule: ClassificationRule, *, enabled: bool) -> None:
    """On or off; harmless where it is so already."""

    def work() -> None:
        stored = ClassificationRule.objects.filter(tenant=rule.tenant, pk=rule.pk).first()
        if stored is not None and stored.enabled != enabled:
            stored.enabled = enabled
            _store(stored)

    in_transaction(work)


def move_rule(rule: ClassificationRule, direction: Direction) -> None:
    """Up or down by one place, or to the top, from where it stands at this moment."""

    def work() -> None:
        present = all_rules(rule.tenant)
        place = next((place for place, each in enumerate(present) if each.pk == rule.pk), None)
        if place is None:
            return
        moved = present[place]
        if direction == "first":
            _place(moved, (present[0].position or 0) - 1 if place else moved.position)
        else:
            other = place - 1 if direction == "up" else place + 1
            if 0 <= other < len(present):
                neighbour = present[other]
                here, there = moved.position, neighbour.position
                _place(moved, there)
                _place(neighbour, here)
        follow_rules(rule.tenant)

    in_transaction(work)


def delete_rule(rule: ClassificationRule) -> None:
    """Harmless if it is deleted already."""

    def work() -> None:
        for stored in ClassificationRule.objects.filter(tenant=rule.tenant, pk=rule.pk):
            stored.delete()
            follow_rules(rule.tenant)

    in_transaction(work)


def _store(rule: ClassificationRule) -> None:
    rule.save()
    follow_rules(rule.tenant)


def _place(rule: ClassificationRule, position: int | None) -> None:
    if rule.position != position:
        rule.position = position
        rule.save(update_fields=["position"])
