"""The periodic task that queues the mails of schedules that are due, each time once.

The schedule's next time is moved in the same transaction that queues the mails. So whoever repeats it, another worker at the
same time or one after a crash, finds nothing due. Times that were missed while no worker ran make one mail.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs

from django.conf import settings
from pymongo.client_session import ClientSession

from analytics.selection import Selection
from analytics.sharing.mails import COLLECTION as MAILS
from analytics.sharing.mails import Summary, find_recipients, mail_document
from analytics.sharing.numbers import say_numbers
from analytics.sharing.schedules import COLLECTION, Schedule, from_document, note_error
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.web.page_paths import path_of
from tenants.access import find_access
from tenants.models import Role, Tenant, User
from tickets.store.filters import FilterError

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 100


@periodic_task("mail-schedules", every_seconds=30)
def queue_due_schedules(stop: threading.Event, *, now: Callable[[], datetime] = clock.now) -> int:
    """How many mails were queued."""
    if not settings.EMAIL_IS_SET:
        return 0
    due = mongo.collection(COLLECTION).find({"is_paused": False, "next_at": {"$lte": now()}}).sort("next_at", 1)
    queued = 0
    for each in list(due.limit(_AT_ONCE)):
        if stop.is_set():
            break
        try:
            queued += _queue(from_document(each), now())
        except mongo.UNAVAILABLE:
            raise
        except Exception:
            logger.exception("A schedule failed and will be retried.")
            note_error(each["_id"], "Its numbers could not be counted. It will be tried again.")
    return queued


def _queue(schedule: Schedule, now: datetime) -> int:
    tenant = Tenant.objects.filter(slug=schedule.tenant_id).first()
    if tenant is None:
        return 0
    values: Document = {"next_at": schedule.rhythm.next_after(now, tenant.zone), "error": ""}
    if not tenant.is_active:
        return _move(schedule, values, [])
    maker = User.objects.filter(pk=schedule.maker_id).first()
    access = find_access(maker, tenant.slug) if maker else None
    if access is None or maker is None or not access.allows(Role.MANAGER):
        error = f"{schedule.maker} is no longer a manager. Resume it to send it in your name."
        return _move(schedule, {**values, "is_paused": True, "error": error}, [])
    recipients = [each for each in find_recipients(tenant) if str(each.pk) in schedule.to]
    if not recipients:
        return _move(schedule, {**values, "error": "No recipient has access any more."}, [])
    try:
        selection = Selection.parse(parse_qs(schedule.query), zone=tenant.zone, now=now)
    except FilterError as error:
        return _move(schedule, {**values, "is_paused": True, "error": f"Its filter is not valid: {error}."}, [])
    with_insights = not selection.narrowing  # they are about all tickets
    numbers = say_numbers(tenant, selection, title="Dashboard", with_insights=with_insights, now=now)
    said = hashlib.sha256("\n".join(numbers.undated).encode()).hexdigest()
    if schedule.skips_same and said == schedule.said:
        return _move(schedule, values, [])
    mails = _mails(schedule, tenant, maker, recipients, numbers.summary, said, now)
    return _move(schedule, values, mails)


def _mails(
    schedule: Schedule,
    tenant: Tenant,
    maker: User,
    recipients: Sequence[User],
    summary: Summary,
    said: str,
    now: datetime,
) -> list[Document]:
    path = f"{path_of('dashboard', tenant.slug)}?{schedule.query}"
    of_schedule = {"schedule_id": schedule.id, "said": said}
    return [
        {
            **mail_document(
                f"{schedule.id} {schedule.next_at:%Y%m%dT%H%M} {each.pk}", tenant, maker, each, "", summary, path, now
            ),
            **of_schedule,
        }
        for each in recipients
    ]


def _move(schedule: Schedule, values: Document, mails: list[Document]) -> int:
    """How many mails were queued: none if the time was moved, or the schedule paused or deleted, by somebody else."""

    def work(session: ClientSession) -> int:
        still_due = {"_id": schedule.id, "next_at": schedule.next_at, "is_paused": False}
        moved = mongo.collection(COLLECTION).update_one(still_due, {"$set": values}, session=session)
        if not moved.matched_count or not mails:
            return 0
        return len(mongo.collection(MAILS).insert_many(mails, session=session).inserted_ids)

    return mongo.in_transaction(work)
