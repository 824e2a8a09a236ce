"""Editing a tenant's list of rules, safe for two people at once.

Forms, the admin and commands change rules only through this module: every change requests the reclassification of the
tenant's stored tickets in its own transaction. So of two concurrent changes MongoDB repeats one, which then sees the
other.
"""

from functools import partial

from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.ordered_rows import Direction, move_row
from supportsaas.web.rejected import Rejected
from tenants.models import Tenant
from tickets.classification.tenant_rules import MAX_RULES
from tickets.rules.model import FULL, ClassificationRule
from tickets.rules.reclassification import request_reclassification


def all_rules(tenant: Tenant) -> list[ClassificationRule]:
    """The tenant's rules in their order, including those that are off."""
    return list(ClassificationRule.objects.filter(tenant=tenant).select_related("tenant"))


def save_rule(rule: ClassificationRule, *, seen_revision: int | None = None) -> None:
    """Save a new rule at the end of the list, or a changed one in its place.

    A new rule that equals a stored one is not added, so a form that is sent twice adds one rule. Raises `Rejected` if
    the list is full, or if the stored rule is no longer at `seen_revision`.
    """
    is_new, key = rule._state.adding, rule.pk

    def work() -> None:
        rule._state.adding, rule.pk = is_new, key  # as they were before a transaction that is repeated
        present = {each.pk: each for each in all_rules(rule.tenant)}
        if is_new:
            _add(rule, list(present.values()))
        else:
            _change(rule, present.get(key), seen_revision)

    in_transaction(work)


def _add(rule: ClassificationRule, present: list[ClassificationRule]) -> None:
    if any(each.equals(rule) for each in present):
        return
    if len(present) >= MAX_RULES:
        raise Rejected(FULL)
    rule.position = None
    _store(rule)


def _change(rule: ClassificationRule, stored: ClassificationRule | None, seen_revision: int | None) -> None:
    if stored is None:
        raise Rejected("Someone else has deleted this rule, so your changes were not saved.")
    if seen_revision is not None and stored.revision != seen_revision:
        raise Rejected(
            "Someone else has changed this rule since you opened it, so your changes were not saved. "
            "Reload the page to see the current rule, then change it again."
        )
    rule.position, rule.revision = stored.position, stored.revision
    _store(rule)


def store_rule(rule: ClassificationRule) -> None:
    """Save the rule without looking at the others: for the admin, whose form has validated it."""
    in_transaction(partial(_store, rule))


def switch_rule(rule: ClassificationRule, *, enabled: bool) -> None:
    """Switch the rule on or off. Switching twice does nothing more."""

    def work() -> None:
        stored = ClassificationRule.objects.filter(tenant=rule.tenant, pk=rule.pk).first()
        if stored is not None and stored.enabled != enabled:
            stored.enabled = enabled
            _store(stored)

    in_transaction(work)


def move_rule(rule: ClassificationRule, direction: Direction) -> None:
    """Move the rule up or down by one, or to the top."""

    def work() -> None:
        move_row(rule.tenant, rule.pk, direction, find_rows=lambda: all_rules(rule.tenant))
        request_reclassification(rule.tenant)

    in_transaction(work)


def delete_rule(rule: ClassificationRule) -> None:
    """Delete the rule. Deleting twice does nothing more."""

    def work() -> None:
        for stored in ClassificationRule.objects.filter(tenant=rule.tenant, pk=rule.pk):
            stored.delete()
            request_reclassification(rule.tenant)

    in_transaction(work)


def _store(rule: ClassificationRule) -> None:
    rule.save()
    request_reclassification(rule.tenant)
