"""NoteStore: what people of a tenant write about a ticket, a customer, or a moment in time.

Every member may leave notes. Authors change and delete their own; managers may delete those of others, too. A deleted
note can be restored for a week. Notes are erased with the ticket or the customer they are about.
"""

import hashlib
import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from supportsaas.web.rejected import Rejected
from tenants.models import Membership, Tenant, User
from tickets.notes.mentions import mentioned
from tickets.records.cleaning import clean_text

COLLECTION: Final = "notes"

LONGEST_NOTE: Final = 2_000
MOST_NOTES: Final = 200
"""About one ticket or one customer."""
MOST_MOMENTS: Final = 200
"""That one period is read with."""
RESTORABLE_FOR: Final = timedelta(days=7)
"""An index deletes what was deleted before."""

SubjectKind = Literal["ticket", "customer", "moment"]
KINDS: Final[tuple[SubjectKind, ...]] = ("ticket", "customer", "moment")

_NEWEST_FIRST: Final = [("created_at", -1), ("_id", -1)]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a note is about. `key`: the id of the ticket or customer, empty for a moment."""

    kind: SubjectKind
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note. `at`: the moment it is about, if it is about one. `mentions`: ids of users."""

    id: str
    about: Subject
    at: datetime | None
    text: str
    author_id: str
    author: str
    created_at: datetime
    edited_at: datetime | None
    mentions: tuple[str, ...]

    def is_by(self, user: User) -> bool:
        return self.author_id == str(user.pk)


class NoteStore:
    """The notes of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A NoteStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._tenant = tenant
        self._mine: Document = {"tenant_id": tenant.slug}
        self._live: Document = {**self._mine, "deleted_at": None}
        self._notes = mongo.collection(COLLECTION)

    # -- Reading -------------------------------------------------------------------------------

    def find(self, note_id: str) -> Note | None:
        found = self._notes.find_one({"_id": note_id, **self._live})
        return note_of(found) if found else None

    def find_about(self, subject: Subject, *, limit: int = MOST_NOTES) -> list[Note]:
        """The newest first."""
        return [note_of(each) for each in self._notes.find(self._about(subject)).sort(_NEWEST_FIRST).limit(limit)]

    def find_newest(self, kind: SubjectKind, keys: Collection[str]) -> dict[str, Note]:
        """The newest note about each of these tickets or customers that has one, in one query."""
        if not keys:
            return {}
        match = {**self._live, "about.kind": kind, "about.key": {"$in": sorted(keys)}}
        found: dict[str, Note] = {}
        for each in self._notes.find(match).sort([("about.key", 1), *_NEWEST_FIRST]):
            found.setdefault(each["about"]["key"], note_of(each))
        return found

    def find_moments(self, start: datetime, end: datetime, *, limit: int = MOST_MOMENTS) -> list[Note]:
        """The notes about moments from `start` until before `end`, in the order of time. The latest, if there are more."""
        found = self._notes.find({**self._live, "at": {"$gte": start, "$lt": end}}).sort("at", -1).limit(limit)
        return [note_of(each) for each in found][::-1]

    # -- Writing -------------------------------------------------------------------------------

    def add(
        self, subject: Subject, text: str, *, by: User, now: datetime, at: datetime | None = None, token: str = ""
    ) -> Note:
        """Add a note. `at`: of a moment, and only of one. A form that is sent twice with its `token` adds one note.

        Raises `Rejected`.
        """
        text = _checked(text)
        if (subject.kind == "moment") != (at is not None):
            raise Rejected("A note about a moment needs its time.", field="at")
        if (subject.kind == "moment") == bool(subject.key):
            raise Rejected("A note needs a ticket or a customer that it is about.")
        if subject.key and self._notes.count_documents(self._about(subject), limit=MOST_NOTES) >= MOST_NOTES:
            raise Rejected(f"The limit of {MOST_NOTES} notes is reached. Delete one first.")
        values: Document = {
            **self._mine,
            "about": {"kind": subject.kind, "key": subject.key},
            **({"at": at} if at is not None else {}),
            "text": text,
            "author_id": str(by.pk),
            "author": by.username,
            "created_at": now,
            "edited_at": None,
            "deleted_at": None,
            **self._mentioning(text, by=by, now=now),
        }
        key = _key(self.tenant_id, by, token)
        self._notes.update_one({"_id": key}, {"$setOnInsert": values}, upsert=True)
        stored = self._notes.find_one({"_id": key, **self._mine})
        if stored is None or stored["deleted_at"] is not None:
            raise Rejected("This note was deleted in the meantime.")
        return note_of(stored)

    def edit(self, note_id: str, text: str, *, by: User, now: datetime) -> Note:
        """Change the text of an own note. Raises `Rejected`."""
        text = _checked(text)
        found = self._changeable(note_id, by=by, is_manager=False, change="change")
        if found["text"] != text:
            values = {"text": text, "edited_at": now, **self._mentioning(text, by=by, now=now, before=found)}
            self._notes.update_one({"_id": note_id, **self._live}, {"$set": values})
            found |= values
        return note_of(found)

    def delete(self, note_id: str, *, by: User, is_manager: bool, now: datetime) -> Note:
        """Delete an own note, or as a manager any. Deleting twice does nothing more. Raises `Rejected`."""
        found = self._changeable(note_id, by=by, is_manager=is_manager, change="delete", is_deleted_too=True)
        self._notes.update_one({"_id": note_id, **self._live}, {"$set": {"deleted_at": now, "deleted_by": str(by.pk)}})
        return note_of(found)

    def restore(self, note_id: str, *, by: User, is_manager: bool) -> Note:
        """Undo a deletion: of an own note, or as a manager of any. Raises `Rejected`."""
        found = self._changeable(note_id, by=by, is_manager=is_manager, change="restore", is_deleted_too=True)
        change = {"$set": {"deleted_at": None}, "$unset": {"deleted_by": ""}}
        self._notes.update_one({"_id": note_id, **self._mine}, change)
        return note_of(found)

    # -- Erasing -------------------------------------------------------------------------------

    def erase_about(self, kind: SubjectKind, keys: Iterable[str], *, session: ClientSession | None = None) -> None:
        """Erase the notes about these tickets or customers, deleted ones included."""
        match = {**self._mine, "about.kind": kind, "about.key": {"$in": list(keys)}}
        self._notes.delete_many(match, session=session)

    def erase_written_before(self, kind: SubjectKind, end: datetime) -> None:
        """Retention: notes as old as the tenant's tickets may be."""
        self._notes.delete_many({**self._mine, "about.kind": kind, "created_at": {"$lte": end}})

    def count_about(self, kind: SubjectKind, key: str) -> int:
        """How many notes an erasure would erase, deleted ones included."""
        return self._notes.count_documents({**self._mine, "about.kind": kind, "about.key": key})

    def erase_name(self, name: str, *, replacement: str) -> None:
        """Remove a name from the texts of all notes, where it is a whole word."""
        word = re.compile(rf"(?<![\w.+-]){re.escape(name)}(?![\w-]|\.\w)", re.IGNORECASE)
        holding = {**self._mine, "text": {"$regex": re.escape(name), "$options": "i"}}
        writes = [
            UpdateOne({"_id": each["_id"], "text": each["text"]}, {"$set": {"text": without}})
            for each in self._notes.find(holding, {"text": 1})
            if (without := word.sub(replacement, each["text"])) != each["text"]
        ]
        if writes:
            self._notes.bulk_write(writes, ordered=False)

    # ------------------------------------------------------------------------------------------

    def _about(self, subject: Subject) -> Document:
        return {**self._live, "about.kind": subject.kind, "about.key": subject.key}

    def _changeable(
        self, note_id: str, *, by: User, is_manager: bool, change: str, is_deleted_too: bool = False
    ) -> Document:
        found = self._notes.find_one({"_id": note_id, **(self._mine if is_deleted_too else self._live)})
        if found is None:
            raise Rejected("There is no such note any more. Nothing was changed.")
        if found["author_id"] != str(by.pk) and not is_manager:
            raise Rejected(f"You can {change} only notes of your own.")
        return found

    def _mentioning(self, text: str, *, by: User, now: datetime, before: Document | None = None) -> Document:
        """Who is mentioned, and to whom that is new: not to the author, nor to whom the note mentioned before.

        `unseen_by`: who has not opened their mentions since. `mail_to`: who still gets a mail.
        """
        mentions = self._mentions(text)
        known = {str(by.pk), *(before["mentions"] if before else ())}
        unseen = before.get("unseen_by", ()) if before else ()
        unmailed = before.get("mail_to", ()) if before else ()
        new = [each for each in mentions if each not in known]
        values: Document = {"mentions": mentions}
        if new or unseen or unmailed:
            values["unseen_by"] = [each for each in mentions if each in unseen or each in new]
            values["mail_to"] = [each for each in mentions if each in unmailed or each in new]
        if new:
            values["mention_at"] = now
        return values

    def _mentions(self, text: str) -> list[str]:
        """Of members of the tenant only. Most texts mention nobody, and need no query."""
        if "@" not in text:
            return []
        members = Membership.objects.filter(tenant=self._tenant).select_related("user")
        return list(mentioned(text, {each.user.username: str(each.user_id) for each in members}))


def new_token() -> str:
    """A token for a form that adds a note."""
    return uuid.uuid4().hex


def _key(tenant_id: str, by: User, token: str) -> str:
    """Of its tenant and author, so that a token that is made up meets nobody else's note."""
    if not token:
        return str(ObjectId())
    return hashlib.blake2b(f"{tenant_id}\0{by.pk}\0{token}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _checked(text: str) -> str:
    text = clean_text(text).strip()
    if not text:
        raise Rejected("Write a note first.", field="text")
    if len(text) > LONGEST_NOTE:
        raise Rejected("A note can have at most 2,000 characters. Shorten it.", field="text")
    return text


def note_of(found: Document) -> Note:
    """A stored note."""
    mentions: Sequence[Any] = found["mentions"]
    return Note(
        id=found["_id"],
        about=Subject(found["about"]["kind"], found["about"]["key"]),
        at=found.get("at"),
        text=found["text"],
        author_id=found["author_id"],
        author=found["author"],
        created_at=found["created_at"],
        edited_at=found["edited_at"],
        mentions=tuple(mentions),
    )
