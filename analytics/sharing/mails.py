"""Pages that people of a tenant send each other by e-mail: one document a recipient, until a worker has sent it.

What a mail says is removed once it has left, and the rest after two days. The audit log keeps who sent which page to whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from analytics.mailing.claims import Claims
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.rejected import Rejected
from tenants.audit.audit_log import append_entry, who
from tenants.members import find_members
from tenants.models import Tenant, User

COLLECTION: Final = "shared_mails"
CLAIMS: Final = Claims(collection=COLLECTION, removed_after=("summary", "note", "path"))

LONGEST_NOTE: Final = 500
MOST_RECIPIENTS: Final = 50
MAILINGS_AN_HOUR: Final = 20
"""A person's, in all tenants."""
GIVE_UP_AFTER: Final = timedelta(days=1)
_KEPT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a page shows, in words: `about` is the period and the filter, `lines` are its numbers as sentences."""

    title: str
    about: str
    lines: tuple[str, ...]


def find_recipients(tenant: Tenant) -> list[User]:
    """The members who can get e-mail, by name."""
    users = (each.user for each in find_members(tenant))
    return sorted((each for each in users if each.is_active and each.email), key=lambda each: each.username.casefold())


def queue_mails(
    tenant: Tenant,
    sender: User,
    *,
    to: Sequence[str],
    note: str,
    summary: Summary,
    path: str,
    form: str,
    now: datetime,
) -> list[User]:
    """Let a worker send a page to members with these ids. `form` names the submission: the same one again sends nothing.

    Returns the recipients. Raises `Rejected`.
    """
    if not settings.EMAIL_IS_SET:
        raise Rejected("E-mail is not set up, so nothing was sent.", field="to")
    note = note.replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        raise Rejected(f"The note may have {LONGEST_NOTE} characters. This one has {len(note)}.", field="note")
    wanted = set(to)
    recipients = [each for each in find_recipients(tenant) if str(each.pk) in wanted]
    if not recipients:
        raise Rejected("Choose at least one person.", field="to")
    if len(recipients) > MOST_RECIPIENTS:
        raise Rejected(f"Choose at most {MOST_RECIPIENTS} people.", field="to")
    mails = mongo.collection(COLLECTION)
    keys = {f"{tenant.slug} {sender.pk} {form} {each.pk}": each for each in recipients}
    if mails.find_one({"_id": {"$in": list(keys)}}, {"_id": 1}) is not None:
        return recipients
    if (
        wait := RequestQuota(f"share {sender.pk}", limit=MAILINGS_AN_HOUR, seconds=3600).take().retry_after
    ) is not None:
        raise Rejected(
            f"You have sent {MAILINGS_AN_HOUR} e-mails in an hour. Nothing was sent. Try again in {int(wait // 60) + 1} min.",
            field="to",
        )
    _log(tenant, sender, recipients, summary, form)
    mails.insert_many(
        [mail_document(key, tenant, sender, each, note, summary, path, now) for key, each in keys.items()]
    )
    return recipients


def mail_document(
    key: str, tenant: Tenant, sender: User, recipient: User, note: str, summary: Summary, path: str, now: datetime
) -> Document:
    return {
        "_id": key,
        "tenant_id": tenant.slug,
        "sender_id": str(sender.pk),
        "user_id": str(recipient.pk),
        "summary": {"title": summary.title, "about": summary.about, "lines": list(summary.lines)},
        "note": note,
        "path": path,
        "queued_at": now,
        "status": "waiting",
        "next_at": now,
        "attempts": 0,
        "expires_at": now + _KEPT,
    }


def _log(tenant: Tenant, sender: User, recipients: Sequence[User], summary: Summary, form: str) -> None:
    """Without the note and the page's address, which may name customers: the log is never erased."""
    actor, via, address = who()
    append_entry(
        tenant_slug=tenant.slug,
        actor=actor,
        via=via,
        address=address,
        action="sent",
        kind="page by e-mail",
        object_id=form[:64],
        name=summary.title.split(":")[0],
        changes={"to": {"old": "", "new": ", ".join(each.username for each in recipients)[:2000]}},
    )
