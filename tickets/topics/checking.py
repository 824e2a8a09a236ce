"""After an erasure: removes phrases that fewer than three customers still use, so that none keeps an erased one's words."""

from typing import Final

from pymongo.client_session import ClientSession

from supportsaas.db import mongo
from tenants.models import Tenant
from tickets.classification.stored_words import value_word
from tickets.classification.topics.content_words import read_text
from tickets.classification.topics.mining import FEWEST_CUSTOMERS, Phrase
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import WORDS_INDEX
from tickets.store.word_index import WordIndex
from tickets.topics.store import Topic, TopicStore
from tickets.topics.tagging import TAGGING

MOST_READ: Final = 1_000
"""The newest tickets of a topic in which its phrases are looked for."""


def check_topics(tenant: Tenant) -> bool:
    """Check every phrase of the tenant's topics. Returns False, and does nothing, while tickets wait for their words."""
    if WordIndex(tenant).find_waiting().count or TAGGING.is_running(tenant):
        return False
    store = TopicStore(tenant)
    kept = {each.id: (each, _used_phrases(tenant, each)) for each in store.find_all()}
    fewer = {id_: phrases for id_, (topic, phrases) in kept.items() if len(phrases) < len(topic.phrases)}

    def work(session: ClientSession) -> None:
        for topic_id, phrases in fewer.items():
            if phrases:
                store.set_phrases(topic_id, phrases, session=session)
        store.remove([each for each, phrases in fewer.items() if not phrases], session=session)
        if fewer:
            TAGGING.request(tenant, session=session)

    mongo.in_transaction(work)
    return True


def _used_phrases(tenant: Tenant, topic: Topic) -> list[Phrase]:
    """The phrases that three customers or more write as they are shown."""
    writers: dict[str, set[str]] = {each.shown: set() for each in topic.phrases}
    wanted = {"tenant_id": tenant.slug, "words": value_word("topic", topic.id)}
    found = mongo.collection(TICKETS).find(wanted, {"customer_id": 1, "subject": 1, "message": 1}, hint=WORDS_INDEX)
    for each in found.sort([("created_at", -1), ("external_id", -1)]).limit(MOST_READ):
        text = " ".join(read_text(each["subject"], each["message"]).split())
        for shown, customers in writers.items():
            if len(customers) < FEWEST_CUSTOMERS and shown in text:
                customers.add(each["customer_id"])
    return [each for each in topic.phrases if len(writers[each.shown]) >= FEWEST_CUSTOMERS]
