"""Calls of webhooks: a helpdesk says that a ticket has changed, and a worker syncs soon.

Nothing of what a call says is stored: it only starts a sync, which reads the changes from the helpdesk. So a forged,
repeated or lost call changes nothing but the time of a sync. Calls that come in a row lead to one sync.
"""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from bson import ObjectId
from bson.errors import InvalidId
from django.db.models import F, Q

from supportsaas import clock
from supportsaas.crypto import SecretUnreadable
from supportsaas.ops.periodic_tasks import periodic_task
from tickets import jobs
from tickets.helpdesks import presets
from tickets.helpdesks.hook_model import Hook
from tickets.helpdesks.options import rest_options
from tickets.helpdesks.signatures import is_signed
from tickets.jobs import JobActive, JobRequest

APART: Final = timedelta(seconds=20)
"""Between two syncs that calls start."""
APART_IF_WHOLE: Final = timedelta(minutes=15)
"""The same for a helpdesk that cannot be asked for changes, so that each sync reads everything."""
MOST_AT_ONCE: Final = 100
NOTED_APART: Final = timedelta(seconds=10)
"""A call that is rejected so soon after another is not noted."""

Received = Literal["accepted", "unknown", "unsigned"]


def receive_call(connection: str, token: str, *, headers: Mapping[str, str], body: bytes) -> Received:
    """Check a call and remember it. `headers` must ignore case."""
    hook = _find(connection)
    try:
        if hook is None or not hook.has_token(token):
            return "unknown"
        preset = presets.find(hook.source.kind)
        webhook = preset.webhook if preset else None
        now = clock.now()
        if webhook and not is_signed(webhook, secret=hook.secret, headers=headers, body=body, now=now):
            if hook.rejected_at is None or now - hook.rejected_at > NOTED_APART:
                hook.note(rejected_at=now)
            return "unsigned"
    except SecretUnreadable:
        return "unknown"
    hook.note(called_at=now)
    return "accepted"


@periodic_task("hooks", every_seconds=10)
def start_called_syncs(stop: threading.Event) -> int:
    """Start a sync for every connection that was called since its last one. Returns how many."""
    started = 0
    called = Q(started_at=None) | Q(called_at__gt=F("started_at"))
    due = Hook.objects.filter(called, called_at__isnull=False, source__enabled=True, source__tenant__is_active=True)
    for hook in due.select_related("source__tenant").order_by("called_at").iterator():
        if stop.is_set() or started >= MOST_AT_ONCE:
            break
        started += _start(hook)
    return started


def _start(hook: Hook) -> bool:
    now = clock.now()
    if hook.started_at is not None and now - hook.started_at < _apart(hook):
        return False
    try:
        jobs.enqueue(
            hook.source.tenant,
            JobRequest(trigger="hook", started_by=f"webhook of {hook.source.title}", connections=(hook.source.key,)),
        )
    except JobActive:
        return False  # it may have passed the ticket already, so the next one starts when it has ended
    hook.note(started_at=now)
    return True


def _apart(hook: Hook) -> timedelta:
    try:
        options = rest_options(hook.source.kind, hook.source.options)
    except ValueError:
        return APART_IF_WHOLE
    return APART if options.filters_by_change or options.newest_first else APART_IF_WHOLE


def _find(connection: str) -> Hook | None:
    try:
        key = ObjectId(connection)
    except InvalidId:
        return None
    found: Hook | None = Hook.objects.filter(source_id=key).select_related("source__tenant").first()
    return found
