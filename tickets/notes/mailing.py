"""The periodic task that mails a mention once to whom it is new, if that person is still a member and has an address.

A mail is sent a minute after the note, so that a note that is deleted at once mails nobody. It is taken off the note
before it is handed to the mail server: a missing mail is better than a duplicate, and the mention stays on its page.
"""

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.formatting import one_line
from supportsaas.ops.periodic_tasks import periodic_task
from tenants.access import find_access
from tenants.models import Tenant, User
from tickets.notes.store import COLLECTION

logger = logging.getLogger(__name__)

PAUSE: Final = timedelta(minutes=1)
NEWS_FOR: Final = timedelta(days=1)
"""Older mentions are not mailed, for example after mail was set up."""
MOST_AT_ONCE: Final = 100


@periodic_task("mentions", every_seconds=20)
def mail_mentions(stop: threading.Event, *, now: Callable[[], datetime] = clock.now) -> int:
    """Mail the mentions that are due; how many mails the server accepted."""
    if not settings.EMAIL_IS_SET:
        return 0
    written = {"$gt": now() - NEWS_FOR, "$lte": now() - PAUSE}
    due = mongo.collection(COLLECTION).find({"mail_to": {"$gt": ""}, "mention_at": written, "deleted_at": None})
    notes = due.limit(MOST_AT_ONCE).to_list()
    if not notes:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("Mentions could not be mailed and will be retried: %s", type(error).__name__)
        return 0
    try:
        return sum(
            _mail(note, user_id, connection) for note in notes for user_id in note["mail_to"] if not stop.is_set()
        )
    finally:
        connection.close()


def _mail(note: Document, user_id: str, connection: BaseEmailBackend) -> bool:
    key = {"_id": note["_id"], "tenant_id": note["tenant_id"], "mail_to": user_id, "deleted_at": None}
    if not mongo.collection(COLLECTION).update_one(key, {"$pull": {"mail_to": user_id}}).modified_count:
        return False  # another worker has it
    user = User.objects.filter(pk=user_id).first()
    access = find_access(user, note["tenant_id"]) if user else None
    if user is None or access is None or not user.email:
        return False
    try:
        return bool(connection.send_messages([_compose(note, user, access.tenant)]))
    except (OSError, smtplib.SMTPException) as error:
        logger.error("The mail about a mention was not accepted for certain: %s", type(error).__name__)
        return False


def _compose(note: Document, user: User, tenant: Tenant) -> EmailMultiAlternatives:
    context = {
        "author": note["author"],
        "tenant": tenant.name,
        "kind": note["about"]["kind"],
        "key": note["about"]["key"],
        "text": note["text"],
        "url": f"{settings.PUBLIC_URL}{reverse('mentions')}",
    }
    return EmailMultiAlternatives(
        subject=one_line(f"[{tenant.name}] {note['author']} mentioned you in a note", 180),
        body=render_to_string("notes/mention.txt", context),
        to=[user.email],
        headers={"Message-ID": f"<mention.{note['_id']}.{user.pk}@supportsaas>", "Auto-Submitted": "auto-generated"},
    )
