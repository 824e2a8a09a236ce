"""A tenant's topics, as ingestion looks for them: which of them a ticket is about. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import ahocorasick

from tickets.classification.topics.content_words import content_roots, read_text

TOPIC_ID: Final = re.compile(r"t[1-9][0-9]{0,8}")
"""The id of a topic. No keyword looks like it, because keywords have three letters or more, so both are counted in the
same lists."""


@dataclass(frozen=True, slots=True)
class MatchedTopic:
    """A topic and its phrases, each the roots of its words with a space between. `within`: what it was merged with."""

    id: str
    phrases: tuple[str, ...]
    within: str | None = None


@dataclass(frozen=True)
class TopicCatalogue:
    """Threads may share it. One automaton finds all phrases, in a time that depends on the text alone."""

    topics: tuple[MatchedTopic, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.topics)

    def find(self, *, subject: str, message: str) -> tuple[str, ...]:
        """The ids of a ticket's topics and of those they were merged with, in order. Any text is valid."""
        if not self.topics:
            return ()
        found: set[str] = set()
        for _, ids in self._automaton.iter(f" {content_roots(read_text(subject, message))} "):
            found.update(ids)
        return sort_ids(found)

    @cached_property
    def _automaton(self) -> ahocorasick.Automaton:
        """From each phrase to the ids that a ticket with it gets."""
        ids_of_phrases: dict[str, list[str]] = {}
        above = {each.id: each.within for each in self.topics}
        for topic in self.topics:
            for phrase in topic.phrases:
                ids_of_phrases.setdefault(phrase, []).extend(_with_all_above(topic.id, above))
        automaton = ahocorasick.Automaton()
        for phrase, ids in ids_of_phrases.items():
            automaton.add_word(f" {phrase} ", tuple(ids))
        automaton.make_automaton()
        return automaton


NO_TOPICS: Final = TopicCatalogue()


def sort_ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda each: (len(each), each)))


def _with_all_above(topic: str, above: Mapping[str, str | None]) -> list[str]:
    """The topic, the one it was merged with, the one that was merged with, and so on."""
    found, present = [topic], above.get(topic)
    while present is not None and present in above and present not in found:
        found.append(present)
        present = above[present]
    return found
