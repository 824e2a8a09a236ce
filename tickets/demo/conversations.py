"""What customers and agents write after a ticket came in. Messages are those of the native protocol."""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from tickets.demo.composing import Composition, seeded
from tickets.demo.texts.businesses import Business
from tickets.demo.texts.replies import (
    ANSWERS,
    CLOSING_WORDS,
    FIRST_REPLIES,
    FIRST_REPLIES_WITHOUT_REQUEST,
    FOLLOW_UPS,
    FOREIGN,
    NOTES,
    QUESTIONS_ON_PROBLEMS,
    QUESTIONS_ON_REQUESTS,
    REOPENED_PROBLEMS,
    REOPENED_QUESTIONS,
)

Message = dict[str, object]

WRITES_REPLIES: Final = ("email", "web")
"""Sources whose customers reply by mail. A chat's transcript grows, and what a caller adds is typed into the text."""
_NOTED: Final = 0.3
_HAS_CLOSING_WORDS: Final = 0.08


class Moment(NamedTuple):
    """A state of a ticket. `said` is what the customer said to make it so, empty if nothing."""

    at: datetime
    status: str
    assignee: str
    said: str


def follow_up(rng: random.Random, written: Composition) -> str:
    """What the customer adds while the ticket is open; empty if this one does not come back."""
    foreign = FOREIGN.get(written.language)
    texts = FOLLOW_UPS.get(written.intent, ())
    if foreign and texts:
        texts = foreign.follow_ups
    return _one(rng, texts, written) if texts else ""


def reopener(rng: random.Random, written: Composition) -> str:
    """A sentence that reopens a resolved ticket."""
    foreign = FOREIGN.get(written.language)
    texts = REOPENED_PROBLEMS if _is_problem(written) else REOPENED_QUESTIONS
    return _one(rng, foreign.follow_ups if foreign else texts, written)


def customer_answer(written: Composition) -> str:
    """What the customer answers to an agent's question; empty in languages that have no such sentence."""
    return "" if written.language in FOREIGN else _question_and_answer(written)[1]


def closing_words(rng: random.Random, written: Composition) -> str:
    """What a few customers say at the end, else empty."""
    if written.language in FOREIGN or not written.intent.requires_action or rng.random() > _HAS_CLOSING_WORDS:
        return ""
    return _one(rng, CLOSING_WORDS[written.intent.mood], written)


def messages_over_time(
    moments: Iterable[Moment], written: Composition, business: Business, rng: random.Random
) -> list[tuple[Message, ...]]:
    """The messages at each of these moments, all that were written until then; the first one is the creation."""
    speaker = _Speaker(written, business, rng)
    conversation: list[Message] = []
    former: Moment | None = None
    states = []
    for moment in moments:
        if moment.said and written.source in WRITES_REPLIES:
            conversation.append(_message(conversation, speaker.customer, moment, moment.said, is_customer=True))
        if former is not None and moment.status != former.status:
            if note := speaker.note(moment):
                conversation.append(_message(conversation, moment.assignee, moment, note, is_internal=True))
            if reply := speaker.reply(moment, is_first=not former.assignee):
                conversation.append(_message(conversation, moment.assignee, moment, reply))
        former = moment
        states.append(tuple(conversation))
    return states


class _Speaker:
    """Chooses what agents write on a ticket."""

    def __init__(self, written: Composition, business: Business, rng: random.Random) -> None:
        self._written, self._rng = written, rng
        self._foreign = FOREIGN.get(written.language)
        self._notes = (*business.notes, *NOTES)
        self.customer = written.customer_name

    def note(self, moment: Moment) -> str:
        """An internal note when an agent takes the ticket, mostly empty."""
        is_noted = moment.status == "in_progress" and self._rng.random() < _NOTED
        return _one(self._rng, self._notes, self._written) if is_noted else ""

    def reply(self, moment: Moment, *, is_first: bool) -> str:
        """A public reply, empty if the change is made without one."""
        texts = self._replies(moment.status, is_first=is_first)
        return _one(self._rng, texts, self._written) if texts else ""

    def _replies(self, status: str, *, is_first: bool) -> tuple[str, ...]:
        intent, foreign = self._written.intent, self._foreign
        if status == "in_progress" and is_first:
            first_replies = FIRST_REPLIES if intent.requires_action else FIRST_REPLIES_WITHOUT_REQUEST
            return (foreign.first_reply,) if foreign else first_replies[intent.mood]
        if not intent.requires_action:
            return ()
        if status == "pending":
            return (foreign.question,) if foreign else (_question_and_answer(self._written)[0],)
        if status == "resolved":
            return (foreign.answer,) if foreign else ANSWERS[intent.mood]
        return ()


def _is_problem(written: Composition) -> bool:
    return written.intent.urgency != "low"


def _question_and_answer(written: Composition) -> tuple[str, str]:
    """The same pair, whenever it is asked for."""
    pairs = QUESTIONS_ON_PROBLEMS if _is_problem(written) else QUESTIONS_ON_REQUESTS
    question, answer = seeded("question", written.slots["ref"]).choice(pairs)
    return question.format_map(written.slots), answer.format_map(written.slots)


def _one(rng: random.Random, texts: tuple[str, ...], written: Composition) -> str:
    text = rng.choice(texts).format_map(written.slots)
    return text[:1].upper() + text[1:]


def _message(
    before: list[Message],
    author: str,
    moment: Moment,
    text: str,
    *,
    is_customer: bool = False,
    is_internal: bool = False,
) -> Message:
    return {
        "id": f"m{len(before) + 1}",
        "author": author,
        "at": moment.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": text,
        "is_customer": is_customer,
        "is_internal": is_internal,
    }
