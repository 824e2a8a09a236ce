"""Editing a tenant's list of targets: pages, the admin and the command do it only here.

Every change has the clocks of the stored tickets worked out again, in its own transaction.
"""

from functools import partial

from supportsaas.db.model_transaction import in_transaction, serialize_on
from supportsaas.db.ordered_rows import Direction, move_row
from supportsaas.web.rejected import Rejected
from tickets.recount.walk import request_recount
from tickets.service_levels.targets import FULL, MOST_TARGETS, ServiceTarget, find_targets


def save_target(target: ServiceTarget, *, seen_revision: int | None = None) -> None:
    """Save a new, valid target at the end of the list, or a changed one in its place.

    A new target that equals a stored one is not added, so a form that is sent twice adds one. Raises `Rejected` if the
    list is full, or if the stored target is no longer at `seen_revision`.
    """
    is_new, key = target._state.adding, target.pk

    def work() -> None:
        target._state.adding, target.pk = is_new, key  # as they were before a transaction that is repeated
        serialize_on(target.tenant)
        present = {each.pk: each for each in find_targets(target.tenant)}
        if is_new:
            _add(target, list(present.values()))
        else:
            _change(target, present.get(key), seen_revision)

    in_transaction(work)


def _add(target: ServiceTarget, present: list[ServiceTarget]) -> None:
    if any(each.equals(target) for each in present):
        return
    if len(present) >= MOST_TARGETS:
        raise Rejected(FULL)
    target.position = None
    _store(target)


def _change(target: ServiceTarget, stored: ServiceTarget | None, seen_revision: int | None) -> None:
    if stored is None:
        raise Rejected("Someone else has deleted this target, so your changes were not saved.")
    if seen_revision is not None and stored.revision != seen_revision:
        raise Rejected(
            "Someone else has changed this target since you opened it, so your changes were not saved. "
            "Reload the page to see the current target, then change it again."
        )
    target.position, target.revision = stored.position, stored.revision
    _store(target)


def switch_target(target: ServiceTarget, *, enabled: bool) -> None:
    """Switch the target on or off. Switching twice does nothing more."""

    def work() -> None:
        stored = _find(target)
        if stored is not None and stored.enabled != enabled:
            stored.enabled = enabled
            _store(stored)

    in_transaction(work)


def move_target(target: ServiceTarget, direction: Direction) -> None:
    """Move the target up or down by one, or to the top."""

    def work() -> None:
        move_row(target.tenant, target.pk, direction, find_rows=partial(find_targets, target.tenant))
        request_recount(target.tenant)

    in_transaction(work)


def delete_target(target: ServiceTarget) -> None:
    """Delete the target. Deleting twice does nothing more."""

    def work() -> None:
        stored = _find(target)
        if stored is not None:
            stored.delete()
            request_recount(target.tenant)

    in_transaction(work)


def _find(target: ServiceTarget) -> ServiceTarget | None:
    return next((each for each in find_targets(target.tenant) if each.pk == target.pk), None)


def _store(target: ServiceTarget) -> None:
    target.save()
    request_recount(target.tenant)
