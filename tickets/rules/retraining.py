"""Retraining: what people correct is learned within a minute, in the background, for new and changed tickets.

A training is due when there are other corrections than the last one saw, or other settings. Which corrections there are
is read from an index, so undoing one, or erasing its ticket, makes a training due as well. One worker at a time trains a
tenant. What was learned is stored with what it saw in one transaction, so after a crash the next round trains again. It
is discarded if meanwhile somebody changed the settings, or erased a text that may have taught.
"""

import logging
import threading
import uuid
from datetime import timedelta
from typing import Final

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.model_transaction import in_transaction, open_session, serialize_on
from supportsaas.db.mongo import Document
from supportsaas.ops.per_tenant_work import for_each_tenant
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.lock import Lock
from tenants.models import Tenant
from tickets.learning.examples import collect_examples, count_corrections, count_labels
from tickets.learning.request import LEAST_CORRECTIONS
from tickets.learning.store import STATES, LearningStore, Seen, State
from tickets.learning.training import train
from tickets.rules.reclassification import request_reclassification

logger = logging.getLogger(__name__)

PAUSE: Final = timedelta(seconds=30)
"""Between two trainings of a tenant, so that a series of corrections does not start one for each."""


@periodic_task("learning", every_seconds=10.0)
def train_due_tenants(stop: threading.Event) -> int:
    """Train every tenant for which it is due. Returns of how many."""
    seen = count_corrections()
    states = {each["_id"]: each for each in mongo.collection(STATES).find()}
    owner_id = str(uuid.uuid4())
    tenants = {each.slug: each for each in Tenant.objects.filter(slug__in=sorted(seen.keys() | states.keys()))}

    def work(slug: str) -> int:
        return _train_if_due(tenants[slug], seen.get(slug, Seen()), owner_id=owner_id, stop=stop)

    return for_each_tenant("learning", tenants, work, stop=stop)


def _train_if_due(tenant: Tenant, seen: Seen, *, owner_id: str, stop: threading.Event) -> int:
    if not _is_due(tenant, LearningStore(tenant).find_state(), seen):
        return 0
    with Lock(f"learning {tenant.slug}").kept(owner_id) as held:
        if held is None:
            return 0
        state = LearningStore(tenant).find_state()  # another worker may just have done it
        if not _is_due(tenant, state, seen):
            return 0
        return _train(tenant, state, seen, stop=stop)


def _is_due(tenant: Tenant, state: State, seen: Seen) -> bool:
    if not state.settings.is_on:
        return False
    is_other = state.seen != seen or state.edits != state.trained_edits
    return is_other and LearningStore(tenant).may_train(now=clock.now(), pause=PAUSE)


def _train(tenant: Tenant, state: State, seen: Seen, *, stop: threading.Event) -> int:
    store = LearningStore(tenant)
    has_enough = any(count >= LEAST_CORRECTIONS for count in count_labels(tenant, state.settings).values())
    if not has_enough and not state.current:
        store.mark_seen(seen, edits=state.edits)
        return 0
    found = train(collect_examples(tenant, state.settings), stop=stop) if has_enough else {}
    if found is None:
        return 0
    return in_transaction(lambda: _save(tenant, found, state, seen))


def _save(tenant: Tenant, found: Document, state: State, seen: Seen) -> int:
    """Store what was learned, unless the tenant, its settings, or a text that taught is no longer there."""
    store, session = LearningStore(tenant), open_session()
    present = store.find_state(session=session)
    if (present.current, present.edits) != (state.current, state.edits) or not serialize_on(tenant):
        return 0
    number = store.add_version(
        "trained",
        now=clock.now(),
        weights={kind: each["weights"] for kind, each in found.items() if "weights" in each},
        measured={kind: each["measured"] for kind, each in found.items()},
        seen=seen,
        edits=state.edits,
        session=session,
    )
    if state.settings.applies_itself:
        store.set_applied(number, session=session)
        request_reclassification(tenant)
    return 1


def find_training_need(tenant: Tenant) -> Document:
    """For the page: how many corrections of each verdict teach, and whether a training is due."""
    state = LearningStore(tenant).find_state()
    return {
        "counts": count_labels(tenant, state.settings),
        "is_due": state.settings.is_on
        and (state.edits != state.trained_edits or state.seen != count_corrections().get(tenant.slug, Seen())),
    }
