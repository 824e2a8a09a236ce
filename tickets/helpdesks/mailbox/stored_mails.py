"""What is remembered of a mailbox between runs, in MongoDB: where its mails are, and what their headers say.

`mailbox_mails` has a document for each mail, `mailboxes` one for each connection, with how far each folder was read. The
text of a mail is stored with its ticket only. A mail is the same wherever it is: one that was moved, or whose folder was
numbered anew (UIDVALIDITY), keeps its thread.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tickets.helpdesks.mailbox.mail_row import MailRow
from tickets.helpdesks.mailbox.threads import assign_threads

MAILS: Final = "mailbox_mails"
MAILBOXES: Final = "mailboxes"
_BATCH: Final = 500
_PERSONAL: Final = ("author", "reply_to", "subject", "list_id", "parents", "at", "automatic")


class StoredMails:
    """Of the connection `key`. `reading` is a digest of the settings that decide how a thread is read."""

    def __init__(self, tenant_id: str, key: str, *, prefix: str, reading: str) -> None:
        self._tenant_id, self._key, self._prefix, self._reading = tenant_id, key, prefix, reading

    def begin(self) -> None:
        """Before a read: after a change of the settings every thread is read again."""
        if self._mailbox().get("reading") != self._reading:
            self._mails.update_many({**self._live, "is_erased": False}, {"$set": {"is_pending": True, "text": ""}})
            mongo.collection(MAILBOXES).update_one(
                {"_id": self._key}, {"$set": {"reading": self._reading}}, upsert=True
            )

    def next_uid(self, folder: str, validity: int) -> int:
        seen = self._mailbox().get("folders", {}).get(folder, {})
        return int(seen["next_uid"]) if seen.get("validity") == validity else 1

    def add(self, rows: Sequence[MailRow], *, folder: str, validity: int, next_uid: int) -> None:
        writes: list[UpdateOne] = []
        for row in rows:
            one = {"_id": f"{self._key} {row.identity}"}
            new = {
                "tenant_id": self._tenant_id,
                "key": self._key,
                "identity": row.identity,
                **row.stored(),
                "thread": "",
                "is_pending": True,
                "is_erased": False,
            }
            place = {"folder": row.folder, "uid": row.uid}
            writes += [
                UpdateOne(one, {"$set": place, "$setOnInsert": new}, upsert=True),
                UpdateOne({**one, "text": "gone"}, {"$set": {"text": "", "is_pending": True}}),
            ]
        if writes:
            self._mails.bulk_write(writes)
        seen = {"validity": validity, "next_uid": next_uid}
        mongo.collection(MAILBOXES).update_one({"_id": self._key}, {"$set": {f"folders.{folder}": seen}}, upsert=True)

    def assign_threads(self) -> None:
        new = {**self._live, "thread": ""}
        while rows := [MailRow.of(each) for each in self._mails.find(new).sort([("at", 1), ("_id", 1)]).limit(_BATCH)]:
            ids = {id_ for row in rows for id_ in (row.id, *row.parents)}
            match = {"key": self._key, "mail": {"$in": sorted(ids)}, "thread": {"$gt": ""}}
            known: dict[str, tuple[str, str]] = {}
            for each in self._mails.find(match, {"mail": 1, "identity": 1, "thread": 1, "is_erased": 1}).sort("_id", 1):
                if each["mail"] not in known or each["thread"] == each["mail"]:
                    known[each["mail"]] = (each["identity"], "" if each["is_erased"] else each["thread"])
            self._mails.bulk_write(
                [
                    UpdateOne(
                        {"_id": f"{self._key} {row.identity}"},
                        {"$set": {"thread": row.thread, "external_id": self._prefix + row.thread}},
                    )
                    for row in assign_threads(rows, known)
                ],
                ordered=False,
            )

    def erase_until(self, end: datetime) -> None:
        """Erase what is remembered of threads that began by then: they are past the tenant's retention period."""
        old = self._mails.distinct("thread", {**self._live, "at": {"$lte": end}})
        for start in range(0, len(old), _BATCH):
            _erase({**self._live, "thread": {"$in": old[start : start + _BATCH]}})

    def threads(self, *, since: datetime | None, after: str, is_whole: bool) -> dict[str, int]:
        match: Document = {**self._live, "thread": {"$gt": after}}
        if not is_whole:
            recent = [{"at": {"$gte": since}}] if since is not None else []
            match["$or"] = [{"is_pending": True}, *recent]
        counted = {"$group": {"_id": "$thread", "mails": {"$sum": 1}}}
        found = self._mails.aggregate([{"$match": match}, counted, {"$sort": {"_id": 1}}])
        return {each["_id"]: each["mails"] for each in found}

    def rows_of(self, threads: Sequence[str]) -> Iterator[MailRow]:
        match = {**self._live, "thread": {"$in": list(threads)}}
        for each in self._mails.find(match).sort([("at", 1), ("_id", 1)]):
            yield MailRow.of(each)

    def note_stored(self, rows: Sequence[MailRow], *, gone: frozenset[str]) -> None:
        writes = [
            UpdateOne(
                {"_id": f"{self._key} {row.identity}", "is_erased": False},
                {"$set": {"is_pending": False, "text": "gone" if row.identity in gone else row.text}},
            )
            for row in rows
        ]
        if writes:
            self._mails.bulk_write(writes, ordered=False)

    @property
    def _live(self) -> Document:
        return {"key": self._key, "is_erased": False}

    @property
    def _mails(self) -> Any:
        return mongo.collection(MAILS)

    def _mailbox(self) -> Document:
        return mongo.collection(MAILBOXES).find_one({"_id": self._key}) or {}


def read_again(key: str) -> None:
    """After a change of the connection: its next run reads every thread."""
    mongo.collection(MAILBOXES).delete_one({"_id": key})


def forget_mailbox(key: str) -> None:
    """The connection was removed."""
    read_again(key)
    mongo.collection(MAILS).delete_many({"key": key})


def erase_mails(
    tenant_id: str, external_ids: Sequence[str] = (), *, customer_id: str = "", session: ClientSession | None = None
) -> None:
    """Erase what is remembered of the mails of these tickets, and of all mails from the customer's address.

    Digests stay, or the next run would read the mails once more.
    """
    of_tickets = {"tenant_id": tenant_id, "external_id": {"$in": list(external_ids)}}
    _erase(of_tickets, session=session)
    if customer_id:
        of_customer = [{"author.1": customer_id}, {"reply_to.1": customer_id}]
        _erase({"tenant_id": tenant_id, "$or": of_customer}, session=session)


def _erase(match: Document, *, session: ClientSession | None = None) -> None:
    gone = {"$set": {"is_erased": True, "is_pending": False}, "$unset": dict.fromkeys(_PERSONAL, "")}
    mongo.collection(MAILS).update_many(match, gone, session=session)
