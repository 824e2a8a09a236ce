"""The periodic task that sends the pages that people have shared, each once."""

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
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.formatting import one_line
from supportsaas.ops.periodic_tasks import periodic_task
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
    if now() > stored["queued_at"] + GIVE_UP_AFTER:
        CLAIMS.note_dropped(claim, error="It could not be sent for a day.")
    elif sender is None or recipient is None or tenant is None or not recipient.email:
        CLAIMS.note_dropped(claim, error="The sender or the recipient is no longer a member.")
    else:
        return deliver(compose(claim, tenant, sender, recipient), CLAIMS, claim, now)
    return False


def _member(user_id: str, stored: mongo.Document) -> User | None:
    user = User.objects.filter(pk=user_id).first()
    return user if user and find_access(user, stored["tenant_id"]) else None


def compose(claim: Claim, tenant: Tenant, sender: User, recipient: User) -> EmailMultiAlternatives:
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
    mail = EmailMultiAlternatives(
        subject=one_line(f"[{tenant.name}] {stored['summary']['title']}, sent by {sender_name}", 180),
        body=render_to_string("sharing/mail.txt", context),
        to=[recipient.email],
        reply_to=[sender.email] if sender.email else None,
        headers={"Message-ID": f"<shared.{claim.key.replace(' ', '.')}@supportsaas>"},
    )
    mail.attach_alternative(render_to_string("sharing/mail.html", context), "text/html")
    return mail
