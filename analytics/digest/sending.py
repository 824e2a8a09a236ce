"""The periodic task that sends each subscriber one digest a week, on Monday morning, and those asked for in between."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings

from analytics.digest.mail import compose
from analytics.digest.subscriptions import find_subscriptions, subscribed_tenants, unsubscribe
from analytics.digest.week import DigestWeek, common_week, week_before
from analytics.mailing.claims import Claim, Claims
from analytics.mailing.delivering import deliver
from supportsaas import clock
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.ops.periodic_tasks import periodic_task
from supportsaas.reliability.quota import RequestQuota
from supportsaas.web.rejected import Rejected
from tenants.access import find_all_access
from tenants.models import Tenant, User

logger = logging.getLogger(__name__)

COLLECTION: Final = "digests"
CLAIMS: Final = Claims(collection=COLLECTION)
ASKED_AN_HOUR: Final = 6
_KEPT: Final = timedelta(days=90)


@periodic_task("digests", every_seconds=30)
def send_due_digests(stop: threading.Event, *, now: Callable[[], datetime] = clock.now) -> int:
    """Send the digests that are due and not sent yet; how many were sent."""
    if not settings.EMAIL_IS_SET:
        return 0
    tenants = {each.slug: each for each in Tenant.objects.filter(is_active=True)}
    weeks = {slug: week_before(now(), each.zone) for slug, each in tenants.items()}
    due = [slug for slug, week in weeks.items() if week.is_due(now())]
    sent = 0
    subscriptions = find_subscriptions(weeks) if due else {}
    for user_id, since in subscriptions.items():
        if stop.is_set():
            return sent
        sent += _safely(partial(_send_weekly, user_id, since, weeks, now))
    for asked in list(mongo.collection(COLLECTION).find({"asked": True, "status": {"$in": ["waiting", "claimed"]}})):
        if stop.is_set():
            return sent
        sent += _safely(partial(_send_asked, asked, now))
    return sent


def ask_for_one(user: User, form: str, *, now: datetime) -> None:
    """Let a worker send the user a digest at once. `form` names the submission. Raises `Rejected`."""
    digests, key = mongo.collection(COLLECTION), f"{user.pk} asked {form}"
    if digests.find_one({"_id": key}, {"_id": 1}) is not None:
        return
    if RequestQuota(f"digest {user.pk}", limit=ASKED_AN_HOUR, seconds=3600).take().retry_after is not None:
        raise Rejected(f"You have asked for {ASKED_AN_HOUR} digests in an hour. Try again later.")
    waiting = {"status": "waiting", "next_at": now, "attempts": 0, "asked": True, "expires_at": now + timedelta(days=2)}
    digests.update_one({"_id": key}, {"$setOnInsert": {"user_id": str(user.pk), **waiting}}, upsert=True)


def find_last(user_id: str) -> Document | None:
    """The user's newest weekly digest and its status."""
    found = mongo.collection(COLLECTION).find({"user_id": user_id, "week": {"$exists": True}})
    return next(iter(found.sort("week", -1).limit(1)), None)


def wanted_tenants(user: User) -> list[Tenant]:
    """Those of the user's tenants that their digest has, by name."""
    wanted = subscribed_tenants(user)
    return [each.tenant for each in find_all_access(user) if each.tenant.slug in wanted]


def _safely(send: Callable[[], bool]) -> bool:
    try:
        return send()
    except mongo.UNAVAILABLE:
        raise
    except Exception:
        logger.exception("A digest failed and will be retried.")
        return False


def _send_weekly(
    user_id: str, since: Mapping[str, datetime], weeks: Mapping[str, DigestWeek], now: Callable[[], datetime]
) -> bool:
    """`since`: when the user subscribed to which tenant. Where Monday comes last decides when the digest is due."""
    user = User.objects.filter(pk=user_id).first()
    mine = {each.tenant.slug: each.tenant for each in find_all_access(user)} if user else {}
    for slug in since.keys() - mine.keys():
        unsubscribe(user_id, slug)  # the user is no longer a member of the tenant
    if user is None or not user.email:
        return False
    week = common_week([weeks[slug] for slug in since if slug in mine])
    if week is None or not week.is_due(now()):
        return False
    tenants = [mine[slug] for slug, begun in since.items() if slug in mine and begun < weeks[slug].due_at]
    if not tenants:
        return False
    if_new: Document = {"user_id": user_id, "week": week.name, "expires_at": now() + _KEPT}
    claim = CLAIMS.take(f"{user_id} {week.name}", now=now(), if_new=if_new)
    return claim is not None and _send(user, tenants, claim, week.name, now)


def _send_asked(asked: Document, now: Callable[[], datetime]) -> bool:
    claim = CLAIMS.take(asked["_id"], now=now())
    if claim is None:
        return False
    user = User.objects.filter(pk=asked["user_id"]).first()
    tenants = wanted_tenants(user) if user else []
    if user is None or not user.email or not tenants:
        CLAIMS.note_dropped(claim, error="There is nobody or nothing to send it for.")
        return False
    return _send(user, tenants, claim, asked["_id"].replace(" ", "."), now)


def _send(user: User, tenants: list[Tenant], claim: Claim, name: str, now: Callable[[], datetime]) -> bool:
    return deliver(compose(user, tenants, name=name, now=now()), CLAIMS, claim, now)
