"""What managers change about learning: switch it on or off, veto words, reset it, and apply it to stored tickets.

Each change is logged, in the transaction that makes it.
"""

from typing import Any, Final

from supportsaas import clock
from supportsaas.db.model_transaction import in_transaction, open_session
from supportsaas.web.rejected import Rejected
from tenants.audit import audit_log
from tenants.models import Tenant
from tickets.classification.learning.features import terms_of, ticket_words
from tickets.learning.store import LearningStore
from tickets.rules.reclassification import request_reclassification

MOST_VETOED: Final = 200
SWITCHES: Final = ("applies_itself", "uses_priority", "uses_rating")


def switch_learning(tenant: Tenant, *, is_on: bool) -> None:
    """Off, new and changed tickets are classified without learned weights. Switching twice does nothing more."""

    def work() -> None:
        store, session = LearningStore(tenant), open_session()
        state = store.find_state(session=session)
        if state.settings.is_on == is_on:
            return
        store.change_settings({"is_on": is_on}, session=session)
        if not is_on and state.current:
            store.add_version("switched off", now=clock.now(), session=session)
        _log(tenant, "switched on" if is_on else "switched off", {"on": {"old": not is_on, "new": is_on}})

    in_transaction(work)


def change_options(tenant: Tenant, options: dict[str, bool]) -> None:
    """Set any of `SWITCHES`."""

    def work() -> None:
        store, session = LearningStore(tenant), open_session()
        settings = store.find_state(session=session).settings
        changed = {
            name: value for name, value in options.items() if name in SWITCHES and getattr(settings, name) != value
        }
        if changed:
            store.change_settings(changed, session=session)
            _log(tenant, "changed", {name: {"old": not value, "new": value} for name, value in changed.items()})

    in_transaction(work)


def veto_word(tenant: Tenant, word: str, *, is_vetoed: bool) -> None:
    """Never learn a word or pair, or allow it again. Raises `Rejected`."""
    terms = sorted(terms_of(ticket_words(word)), key=len)
    if not terms or len(ticket_words(word)) > 2:
        raise Rejected("Enter one word or two adjacent words.", field="word")
    term = terms[-1] if len(ticket_words(word)) == 1 else " ".join(ticket_words(word))

    def work() -> None:
        store, session = LearningStore(tenant), open_session()
        vetoed = store.find_state(session=session).settings.vetoed
        if (term in vetoed) == is_vetoed:
            return
        if is_vetoed and len(vetoed) >= MOST_VETOED:
            raise Rejected(f"The limit of {MOST_VETOED} vetoed words is reached.", field="word")
        store.veto(term, is_vetoed=is_vetoed, session=session)
        # Not the word itself: it may be a customer's name, and entries are kept for ever.
        after = len(vetoed) + (1 if is_vetoed else -1)
        _log(tenant, "changed", {"number of vetoed words": {"old": len(vetoed), "new": after}})

    in_transaction(work)


def reset_learning(tenant: Tenant) -> None:
    """Forget what was learned, and the vetoes. Corrections of today and earlier stay as they are, but teach no more."""

    def work() -> None:
        store, session, now = LearningStore(tenant), open_session(), clock.now()
        store.change_settings({"ignored_before": now, "vetoed": []}, session=session)
        if store.find_state(session=session).current:
            store.add_version("reset", now=now, session=session)
        _log(tenant, "reset", {})

    in_transaction(work)


def apply_learned(tenant: Tenant, number: int) -> None:
    """Have stored tickets classified by the current version. Raises `Rejected` if that is no longer `number`."""

    def work() -> None:
        store, session = LearningStore(tenant), open_session()
        before = store.find_state(session=session).applied
        if not store.set_applied(number, session=session):
            raise Rejected("There is a newer version now. Look at what it would change, then apply it.")
        if before != number:
            _log(tenant, "applied", {"version of stored tickets": {"old": before, "new": number}})
        request_reclassification(tenant)

    in_transaction(work)


def _log(tenant: Tenant, action: str, changes: dict[str, Any]) -> None:
    actor, via, address = audit_log.who()
    audit_log.append_entry(
        tenant_slug=tenant.slug,
        actor=actor,
        via=via,
        address=address,
        action=action,
        kind="learning",
        object_id=tenant.slug,
        name="Learning",
        changes=changes,
    )
