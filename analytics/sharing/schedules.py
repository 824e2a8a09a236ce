"""Schedules: the numbers of a dashboard that members of a tenant get by e-mail every day, week or month."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core import signing
from pymongo import ReturnDocument

from analytics.sharing.mails import MOST_RECIPIENTS, find_recipients
from analytics.sharing.schedule_times import Every, Rhythm
from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.web.rejected import Rejected
from tenants.audit.audit_log import append_entry, who
from tenants.models import Tenant, User

COLLECTION: Final = "mail_schedules"
MOST: Final = 50
"""Schedules of a tenant."""
_SALT: Final = "schedule-unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`query` are the parameters of the dashboard, `about` is what they mean, `to` the ids of who gets the mails.

    `said` are the sentences of the last mail that was sent, as a digest. `error` is of the last time it was due. Mails are
    sent in the name of the maker, who made it or was the last to resume it.
    """

    id: str
    tenant_id: str
    maker_id: str
    maker: str
    query: str
    about: str
    rhythm: Rhythm
    to: tuple[str, ...]
    skips_same: bool
    made_at: datetime
    next_at: datetime
    is_paused: bool
    sent_at: datetime | None
    said: str
    error: str

    def sends_to(self, user_id: str) -> bool:
        return not self.is_paused and user_id in self.to


class ScheduleStore:
    """The schedules of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A ScheduleStore needs a tenant.")
        self._tenant = tenant
        self._mine = {"tenant_id": tenant.slug}

    def find_all(self) -> list[Schedule]:
        """The newest first."""
        found = mongo.collection(COLLECTION).find(self._mine).sort("made_at", -1)
        return [from_document(each) for each in found.limit(MOST * 2)]

    def make(
        self,
        maker: User,
        *,
        query: str,
        about: str,
        rhythm: Rhythm,
        to: Sequence[str],
        skips_same: bool,
        form: str,
        now: datetime,
    ) -> None:
        """`form` names the submission: the same one again makes nothing. Raises `Rejected`."""
        wanted = set(to)
        recipients = [each for each in find_recipients(self._tenant) if str(each.pk) in wanted]
        if not recipients:
            raise Rejected("Choose at least one person.", field="to")
        if len(recipients) > MOST_RECIPIENTS:
            raise Rejected(f"Choose at most {MOST_RECIPIENTS} people.", field="to")
        schedules = mongo.collection(COLLECTION)
        key = hashlib.sha256(f"{self._tenant.slug} {maker.pk} {form}".encode()).hexdigest()[:32]
        if schedules.find_one({"_id": key}, {"_id": 1}) is not None:
            return
        if schedules.count_documents(self._mine, limit=MOST) >= MOST:
            raise Rejected(f"There are {MOST} schedules already. Delete one first.")
        self._log("created", key, about, {"to": ", ".join(each.username for each in recipients), "when": rhythm.text})
        document: Document = {
            **self._mine,
            "maker_id": str(maker.pk),
            "maker": maker.username,
            "query": query,
            "about": about,
            "every": rhythm.every.value,
            "on": rhythm.on,
            "hour": rhythm.hour,
            "to": [str(each.pk) for each in recipients],
            "skips_same": skips_same,
            "made_at": now,
            "next_at": rhythm.next_after(now, self._tenant.zone),
            "is_paused": False,
            "sent_at": None,
            "said": "",
            "error": "",
        }
        schedules.update_one({"_id": key}, {"$setOnInsert": document}, upsert=True)

    def pause(self, schedule_id: str) -> bool:
        """Whether there was such a schedule that was not paused."""
        return self._change(schedule_id, "paused", {"is_paused": False}, {"is_paused": True})

    def resume(self, schedule_id: str, by: User, *, now: datetime) -> bool:
        """Go on with the next time after now, in this person's name. Whether there was such a schedule that was paused."""
        found = mongo.collection(COLLECTION).find_one({"_id": schedule_id, **self._mine})
        if found is None:
            return False
        next_at = from_document(found).rhythm.next_after(now, self._tenant.zone)
        values: Document = {
            "is_paused": False,
            "next_at": next_at,
            "error": "",
            "maker_id": str(by.pk),
            "maker": by.username,
        }
        return self._change(schedule_id, "resumed", {"is_paused": True}, values)

    def delete(self, schedule_id: str) -> bool:
        """Whether there was such a schedule. Mails of it that wait are not sent any more."""
        found = mongo.collection(COLLECTION).find_one_and_delete({"_id": schedule_id, **self._mine})
        if found is not None:
            self._log("deleted", schedule_id, found["about"], {})
        return found is not None

    def _change(self, schedule_id: str, action: str, condition: Document, values: Document) -> bool:
        found = mongo.collection(COLLECTION).find_one_and_update(
            {"_id": schedule_id, **self._mine, **condition},
            {"$set": values},
            return_document=ReturnDocument.AFTER,
        )
        if found is not None:
            self._log(action, schedule_id, found["about"], {})
        return found is not None

    def _log(self, action: str, schedule_id: str, about: str, values: dict[str, str]) -> None:
        actor, via, address = who()
        append_entry(
            tenant_slug=self._tenant.slug,
            actor=actor,
            via=via,
            address=address,
            action=action,
            kind="schedule",
            object_id=schedule_id,
            name=about,
            changes={name: {"old": "", "new": value[:2000]} for name, value in values.items()},
        )


def find_schedule(schedule_id: str) -> Schedule | None:
    """For a worker or the holder of a signed link, whatever the tenant."""
    found = mongo.collection(COLLECTION).find_one({"_id": schedule_id})
    return from_document(found) if found else None


def note_sent(schedule_id: str, said: str, *, now: datetime) -> None:
    mongo.collection(COLLECTION).update_one({"_id": schedule_id}, {"$set": {"sent_at": now, "said": said, "error": ""}})


def note_error(schedule_id: str, error: str) -> None:
    mongo.collection(COLLECTION).update_one({"_id": schedule_id}, {"$set": {"error": error}})


def unsubscribe(schedule_id: str, user_id: str) -> None:
    mongo.collection(COLLECTION).update_one({"_id": schedule_id}, {"$pull": {"to": user_id}})


def unsubscribe_token(schedule_id: str, user_id: str) -> str:
    """Lets anyone who has it end this schedule's mails to this person, and nothing else."""
    return signing.dumps([schedule_id, user_id], salt=_SALT)


def read_token(token: str) -> tuple[str, str] | None:
    """The ids of the schedule and the person. None if it is not valid."""
    try:
        schedule_id, user_id = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(schedule_id), str(user_id)


def from_document(found: Document) -> Schedule:
    names = ("tenant_id", "maker_id", "maker", "query", "about", "skips_same", "made_at", "next_at", "is_paused",
             "sent_at", "said", "error")  # fmt: skip
    return Schedule(
        id=found["_id"],
        rhythm=Rhythm(every=Every(found["every"]), on=found["on"], hour=found["hour"]),
        to=tuple(found["to"]),
        **{name: found[name] for name in names},
    )
