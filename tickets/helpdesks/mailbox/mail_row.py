"""What is remembered of a mail between runs: where it is, and what its headers say. Its text is not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from tickets.helpdesks.mailbox.mail_headers import MailHeaders, Person

TextState = Literal["", "stored", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """A mail. `folder` is a digest that names the folder, `thread` the id of its ticket, empty until it is known.

    `text`: whether its text is stored with the ticket, or was gone when it was requested.
    """

    identity: str
    id: str
    parents: tuple[str, ...]
    author: Person
    reply_to: Person
    subject: str
    at: datetime
    automatic: str
    list_id: str
    folder: str
    uid: int
    thread: str = ""
    text: TextState = ""

    @classmethod
    def found(cls, headers: MailHeaders, *, folder: str, uid: int) -> "MailRow":
        return cls(
            identity=headers.identity,
            id=headers.id,
            parents=headers.parents,
            author=headers.author,
            reply_to=headers.reply_to,
            subject=headers.subject,
            at=headers.at,
            automatic=headers.automatic,
            list_id=headers.list_id,
            folder=folder,
            uid=uid,
        )

    def in_thread(self, thread: str) -> "MailRow":
        return replace(self, thread=thread)

    def stored(self) -> dict[str, Any]:
        """The fields that never change."""
        return {
            "mail": self.id,
            "parents": list(self.parents),
            "author": [self.author.name, self.author.address],
            "reply_to": [self.reply_to.name, self.reply_to.address],
            "subject": self.subject,
            "at": self.at,
            "automatic": self.automatic,
            "list_id": self.list_id,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "MailRow":
        return cls(
            identity=stored["identity"],
            id=stored["mail"],
            parents=tuple(stored["parents"]),
            author=Person(*stored["author"]),
            reply_to=Person(*stored["reply_to"]),
            subject=stored["subject"],
            at=stored["at"],
            automatic=stored["automatic"],
            list_id=stored["list_id"],
            folder=stored["folder"],
            uid=stored["uid"],
            thread=stored.get("thread") or "",
            text=stored.get("text", ""),
        )
