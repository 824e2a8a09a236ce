"""The periodic task that sends the pages that people have shared, or scheduled, each once."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from analytics.mailing.claims import Claim
from analytics.mailing.delivering import deliver
from analytics.sharing.mails import CLAIMS, COLLECTION, GIVE_UP_AFTER
from analytics.sharing.schedules import Schedule, find_schedule, note_error, note_sent, unsubscribe_token
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import one_line
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.web.page_paths import path_of
from tenants.access import find_access
from tenants.models import Tenant, User

logger = logging.getLogger(__name__)

_AT_ONCE = 200


@periodic_task("shared-mails", every_seconds=15)
def send_shared_mails(stop: threading.Event, *, now: Callable[[], datetime] = clock.now) -> int:
    """Send what waits; how many were sent."""
    if not settings.EMAIL_IS_SET:
        return 0
    waiting = mongo.collection(COLLECTION).find({"status": {"$in": ["waiting", "claimed"]}}, {"_id": 1})
    sent = 0
    for each in waiting.sort("queued_at", 1).limit(_AT_ONCE):
        if stop.is_set():
            break
        try:
            sent += _send_one(each["_id"], now)
        except mongo.UNAVAILABLE:
            raise
        except Exception:
            logger.exception("A shared page could not be sent and will be retried.")
    return sent


def _send_one(key: str, now: Callable[[], datetime]) -> bool:
    claim = CLAIMS.take(key, now=now())
    if claim is None:
        return False
    stored = claim.document
    sender, recipient = _member(stored["sender_id"], stored), _member(stored["user_id"], stored)
    tenant = Tenant.objects.filter(slug=stored["tenant_id"]).first()
    schedule = find_schedule(stored["schedule_id"]) if "schedule_id" in stored else None
    if now() > stored["queued_at"] + GIVE_UP_AFTER:
        CLAIMS.note_dropped(claim, error="It could not be sent for a day.")
    elif "schedule_id" in stored and not (schedule and schedule.sends_to(stored["user_id"])):
        CLAIMS.note_dropped(claim, error="Its schedule was paused or deleted, or the recipient has unsubscribed.")
    elif sender is None or recipient is None or tenant is None or not recipient.email:
        CLAIMS.note_dropped(claim, error="The sender or the recipient is no longer a member.")
    else:
        is_sent = deliver(compose(claim, tenant, sender, recipient, schedule), CLAIMS, claim, now)
        if schedule is not None:
            _note_result(schedule, claim, is_sent=is_sent, now=now())
        return is_sent
    return False


def _note_result(schedule: Schedule, claim: Claim, *, is_sent: bool, now: datetime) -> None:
    """A mail that was lost on the way has an error; another worker's has none yet."""
    if is_sent:
        note_sent(schedule.id, claim.document["said"], now=now)
        return
    mail = mongo.collection(COLLECTION).find_one({"_id": claim.key}, {"error": 1})
    if mail and mail.get("error"):
        note_error(schedule.id, mail["error"])


def _member(user_id: str, stored: mongo.Document) -> User | None:
    user = User.objects.filter(pk=user_id).first()
    return user if user and find_access(user, stored["tenant_id"]) else None


def compose(
    claim: Claim, tenant: Tenant, sender: User, recipient: User, schedule: Schedule | None
) -> EmailMultiAlternatives:
    stored = claim.document
    sender_name = sender.get_full_name() or sender.username
    context = {
        "tenant": tenant,
        "sender": sender_name,
        "note": stored["note"],
        "title": stored["summary"]["title"],
        "about": stored["summary"]["about"],
        "lines": stored["summary"]["lines"],
        "url": f"{settings.PUBLIC_URL}{stored['path']}",
    }
    subject = f"[{tenant.name}] {stored['summary']['title']}"
    headers = {"Message-ID": f"<shared.{claim.key.replace(' ', '.')}@supportsaas>"}
    if schedule is not None:
        token = unsubscribe_token(schedule.id, str(recipient.pk))
        stop = f"{settings.PUBLIC_URL}{path_of('schedule-unsubscribe', token)}"
        context |= {"schedule": schedule, "unsubscribe": stop}
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        subject = f"{subject}: {schedule.about}"
    else:
        subject = f"{subject}, sent by {sender_name}"
    mail = EmailMultiAlternatives(
        subject=one_line(subject, 180),
        body=render_to_string("sharing/mail.txt", context),
        to=[recipient.email],
        reply_to=[sender.email] if sender.email else None,
        headers=headers,
    )
    mail.attach_alternative(render_to_string("sharing/mail.html", context), "text/html")
    return mail
