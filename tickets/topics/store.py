"""TopicStore: a tenant's topics, what was found and what managers made of it.

One document for each topic. Finding topics writes other fields than managers do, so a new name, a merger or a hidden
topic stays whatever is found later, and can be undone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.topics.catalogue import MatchedTopic, TopicCatalogue
from tickets.classification.topics.mining import FoundTopic, Phrase

COLLECTION: Final = "topics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is stored.

    - `found_name`: its most telling phrase. `given_name`: the name that a manager gave it, empty if none did.
    - `merged_into`: the id of the topic it was merged with. Its tickets count there, too.
    - `is_matched`: whether all stored tickets were looked through for its phrases.
    - `found_at`: when it was last found in recent tickets.
    """

    id: str
    found_name: str
    phrases: tuple[Phrase, ...]
    found_at: datetime
    given_name: str = ""
    is_hidden: bool = False
    merged_into: str | None = None
    is_matched: bool = False

    @property
    def name(self) -> str:
        return self.given_name or _sentence_case(self.found_name)

    @property
    def is_edited(self) -> bool:
        return bool(self.given_name or self.is_hidden or self.merged_into)

    @property
    def is_listed(self) -> bool:
        return not self.is_hidden and self.merged_into is None

    @property
    def variants(self) -> list[str]:
        """How customers write it, besides its names."""
        names = {self.name.casefold(), self.found_name.casefold()}
        return [each.shown for each in self.phrases if each.shown.casefold() not in names]


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """What dashboards show of a topic that is neither hidden nor merged."""

    id: str
    name: str
    is_matched: bool


class TopicStore:
    def __init__(self, tenant: Tenant) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A TopicStore needs a tenant.")
        self.tenant_id = tenant.slug
        self._mine: Document = {"tenant_id": tenant.slug}
        self._topics = mongo.collection(COLLECTION)

    def find_all(self, *, session: ClientSession | None = None) -> list[Topic]:
        """In the order in which they were first found."""
        return [_topic(each) for each in self._topics.find(self._mine, session=session).sort("number", 1)]

    def find(self, topic_id: str, *, session: ClientSession | None = None) -> Topic | None:
        found = self._topics.find_one(self._key(topic_id), session=session)
        return _topic(found) if found else None

    def find_names(self, topic_ids: Collection[str]) -> dict[str, str]:
        """The names of those that exist, hidden and merged ones included."""
        if not topic_ids:
            return {}
        match = {"_id": {"$in": [self._id(each) for each in topic_ids]}}
        fields = {"topic": 1, "found_name": 1, "given_name": 1}
        found = self._topics.find({**self._mine, **match}, fields)
        return {each["topic"]: _name(each) for each in found}

    def find_listed(self) -> tuple[ListedTopic, ...]:
        """Those that are neither hidden nor merged, without their phrases, in the order in which they were first found."""
        match = {**self._mine, "is_hidden": False, "merged_into": None}
        fields = {"_id": 0, "topic": 1, "found_name": 1, "given_name": 1, "is_matched": 1}
        found = self._topics.find(match, fields).sort("number", 1)
        return tuple(ListedTopic(each["topic"], _name(each), each["is_matched"]) for each in found)

    def find_listed_of(self, topic_ids: Collection[str]) -> list[Topic]:
        """Those of the topics that are neither hidden nor merged, in the order of their names."""
        if not topic_ids:
            return []
        match = {"_id": {"$in": [self._id(each) for each in topic_ids]}}
        found = [_topic(each) for each in self._topics.find({**self._mine, **match})]
        return sorted((each for each in found if each.is_listed), key=lambda each: each.name)

    def find_catalogue(self) -> TopicCatalogue:
        fields = {"topic": 1, "phrases.roots": 1, "merged_into": 1}
        return TopicCatalogue(
            tuple(
                MatchedTopic(each["topic"], tuple(phrase["roots"] for phrase in each["phrases"]), each["merged_into"])
                for each in self._topics.find(self._mine, fields).sort("number", 1)
            )
        )

    # -- What was found ------------------------------------------------------------------------

    def add(self, found: Iterable[tuple[int, FoundTopic]], *, now: datetime, session: ClientSession) -> None:
        """Add topics with their numbers, which no other topic of the tenant ever had."""
        documents = [
            {
                "_id": self._id(f"t{number}"),
                **self._mine,
                "topic": f"t{number}",
                "number": number,
                "found_name": topic.name,
                "phrases": [_stored_phrase(each) for each in topic.phrases],
                "found_at": now,
                "given_name": "",
                "is_hidden": False,
                "merged_into": None,
                "is_matched": False,
            }
            for number, topic in found
        ]
        if documents:
            self._topics.insert_many(documents, session=session)

    def set_phrases(self, topic_id: str, phrases: Iterable[Phrase], *, session: ClientSession) -> None:
        """Other phrases: the first one names the topic. Its tickets have to be looked for again."""
        stored = [_stored_phrase(each) for each in phrases]
        values = {"phrases": stored, "found_name": stored[0]["shown"], "is_matched": False}
        self._topics.update_one(self._key(topic_id), {"$set": values}, session=session)

    def mark_found(self, topic_ids: Iterable[str], *, now: datetime, session: ClientSession) -> None:
        writes = [UpdateOne(self._key(each), {"$set": {"found_at": now}}) for each in topic_ids]
        if writes:
            self._topics.bulk_write(writes, session=session)

    def mark_matched(self, *, session: ClientSession) -> None:
        unmatched = {**self._mine, "is_matched": False}
        self._topics.update_many(unmatched, {"$set": {"is_matched": True}}, session=session)

    def remove(self, topic_ids: Collection[str], *, session: ClientSession) -> None:
        """Topics that were merged with them are separate again."""
        these = {"$in": list(topic_ids)}
        self._topics.delete_many({**self._mine, "topic": these}, session=session)
        self._topics.update_many({**self._mine, "merged_into": these}, {"$set": {"merged_into": None}}, session=session)

    # -- What managers make of it --------------------------------------------------------------

    def edit(self, topic_id: str, values: Mapping[str, Any], *, session: ClientSession) -> None:
        self._topics.update_one(self._key(topic_id), {"$set": dict(values)}, session=session)

    def _id(self, topic_id: str) -> str:
        return f"{self.tenant_id} {topic_id}"

    def _key(self, topic_id: str) -> Document:
        return {"_id": self._id(topic_id), **self._mine}


def _name(found: Mapping[str, Any]) -> str:
    return str(found["given_name"]) or _sentence_case(found["found_name"])


def _sentence_case(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _topic(found: Mapping[str, Any]) -> Topic:
    return Topic(
        id=found["topic"],
        found_name=found["found_name"],
        phrases=tuple(Phrase(each["roots"], each["shown"], each["customers"]) for each in found["phrases"]),
        found_at=found["found_at"],
        given_name=found["given_name"],
        is_hidden=found["is_hidden"],
        merged_into=found["merged_into"],
        is_matched=found["is_matched"],
    )


def _stored_phrase(phrase: Phrase) -> Document:
    return {"roots": phrase.roots, "shown": phrase.shown, "customers": phrase.customers}
