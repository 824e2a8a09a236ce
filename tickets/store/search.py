"""TicketSearch: a search query as conditions on the words that are stored with each ticket.

`tickets.store.word_index` stores those words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bson import MaxKey

from supportsaas.db import mongo
from supportsaas.db.mongo import Document
from tenants.models import Tenant
from tickets.classification.search_query import Query, QueryError, Term
from tickets.classification.stored_words import stored_words_of
from tickets.records.collection_names import TICKETS
from tickets.store.index_scans import WORDS_INDEX

MAX_WORDS_OF_A_PREFIX = 100
MAX_WORDS_OF_ALL_PREFIXES = 200
"""In one query. Each word costs a round trip."""
_ESTIMATE_LIMIT = 30_000
_LAST = MaxKey()
_SEARCHED_FIELDS = ("subject", "message", "external_id", "customer_id")


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A query as conditions on stored words: any word of each group, and each phrase in one of the texts.

    The rarest group comes first.
    """

    groups: tuple[tuple[str, ...], ...]
    phrases: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the query has nothing to look for, and so finds nothing."""
        return not self.groups

    def bounds(self) -> Document:
        """What the index of words answers: the rarest group. `residual` has the other conditions."""
        return {"words": any_of(self.groups[0])}

    def residual(self) -> list[Document]:
        return [_check(group) for group in self.groups[1:]] + self._phrase_checks()

    def all_checks(self) -> list[Document]:
        """All conditions, for tickets that another index finds."""
        return [_check(group) for group in self.groups] + self._phrase_checks()

    def _phrase_checks(self) -> list[Document]:
        return [
            {"$or": [{name: {"$regex": phrase.pattern(), "$options": "i"}} for name in _SEARCHED_FIELDS]}
            for phrase in self.phrases
        ]


class TicketSearch:
    """With `counts_words` off, which words are rare is guessed, which takes no round trips."""

    def __init__(self, tenant: Tenant, *, counts_words: bool = True) -> None:
        if not isinstance(tenant, Tenant) or not tenant.slug:
            raise ValueError("A TicketSearch needs a tenant.")
        self.tenant_id = tenant.slug
        self._tickets = mongo.collection(TICKETS)
        self._rareness = self._estimate if counts_words else _guess_frequency

    def compile(self, query: Query, *, others: Sequence[tuple[str, ...]] = ()) -> WordMatch:
        """The query in stored words, limited to tickets with any word of each group of `others`.

        Raises `QueryError` if one prefix, or all of them together, match too many words.
        """
        groups: dict[tuple[str, ...], None] = {}
        expanded = 0
        if query.terms:
            groups |= dict.fromkeys(others)
        for term in query.terms:
            stored = stored_words_of(term)
            groups |= dict.fromkeys((word,) for word in stored.whole)
            if stored.prefix is None:
                continue
            words = self.expand(stored.prefix)
            expanded += len(words)
            if expanded > MAX_WORDS_OF_ALL_PREFIXES:
                raise QueryError("matches too many words; type more letters before each *")
            groups[words] = None
        return WordMatch(tuple(self.rarest_first(groups)), tuple(term for term in query.terms if term.is_phrase))

    def rarest_first(self, groups: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Groups of stored words, by how many tickets have any of their words."""
        ordered = list(groups)
        return sorted(ordered, key=self._rareness) if len(ordered) > 1 else ordered

    def expand(self, prefix: str) -> tuple[str, ...]:
        """The stored words that start with the prefix, by hops from word to word along the index."""
        found: list[str] = []
        place, end = prefix, prefix + "\U0010ffff"
        while (word := self.find_next_word(place, end)) is not None:
            found.append(word)
            if len(found) > MAX_WORDS_OF_A_PREFIX:
                raise QueryError(f"matches too many words that start with “{prefix}”; type more letters before the *")
            place = word + "\0"
        return tuple(found) or (prefix,)

    def find_next_word(self, place: str, end: str) -> str | None:
        """The first stored word from `place` on and before `end`."""
        keys = (
            self._tickets.find({"tenant_id": self.tenant_id}, return_key=True)
            .hint(WORDS_INDEX)
            .min(self._place_in_index(place))
            .max(self._place_in_index(end))
            .limit(1)
        )
        key = next(iter(keys), None)
        return None if key is None else str(key["words"])

    def _place_in_index(self, word: str) -> list[tuple[str, Any]]:
        return [("tenant_id", self.tenant_id), ("words", word), ("created_at", _LAST), ("external_id", _LAST)]

    def _estimate(self, group: tuple[str, ...]) -> int:
        match = {"tenant_id": self.tenant_id, "words": any_of(group)}
        return self._tickets.count_documents(match, limit=_ESTIMATE_LIMIT, hint=WORDS_INDEX)


def _guess_frequency(group: tuple[str, ...]) -> int:
    """Numbers are rarer than words, long ones rarer than short ones, and one word rarer than any of several."""
    word = min(group, key=len)
    return -len(word) - 100 * any(each.isdigit() for each in word) + 1000 * (len(group) - 1)


def any_of(group: Sequence[str]) -> Any:
    return group[0] if len(group) == 1 else {"$in": list(group)}


def _check(group: Sequence[str]) -> Document:
    """Any of the words, in a form that no index answers, so MongoDB uses the index meant for the query.

    A ticket that waits for its words has none.
    """
    words = {"$ifNull": ["$words", []]}
    if len(group) == 1:
        return {"$expr": {"$in": [{"$literal": group[0]}, words]}}
    return {"$expr": {"$gt": [{"$size": {"$setIntersection": [words, {"$literal": list(group)}]}}, 0]}}
