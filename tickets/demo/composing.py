"""Composes subjects and messages of customers from templates; deterministic for a given random generator."""

import random
from dataclasses import dataclass
from typing import Final, Literal

from tickets.demo.phrases import (
    AFTERTHOUGHTS,
    BUSINESSES,
    DAYS,
    DETAILS,
    FAREWELLS,
    FOREIGN,
    FOREIGN_AFTERTHOUGHTS,
    GREETINGS,
    MOMENTS,
    MONTHS,
    NAMES,
    REOPENERS,
    Business,
    Mood,
)

Language = Literal["en", "de", "fr"]

SOURCES: Final = ("email", "chat", "phone", "web")
MOODS: Final[tuple[Mood, ...]] = ("urgent", "annoyed", "neutral", "grateful")
# Percent of tickets by mood. With the share of regulars, about 12 % are urgent and 25 % annoyed.
USUAL_MOODS: Final = (8.5, 23.5, 59, 9)
REGULAR_MOODS: Final = (52, 40, 8, 0)
REGULARS_SHARE: Final = 0.08
FIRST_CUSTOMER: Final = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A ticket as first written, with the values of its template slots."""

    source: str
    customer_id: str
    mood: Mood
    language: Language
    subject: str
    message: str
    slots: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """`count` customers, numbered from 1001. The `regulars` write often and angrily."""

    count: int
    regulars: tuple[int, ...]


def seeded(*parts: object) -> random.Random:
    """A random generator that depends only on `parts` (str seeds are hashed with SHA-512)."""
    return random.Random("/".join(map(str, parts)))


def business_of(tenant: str) -> Business:
    """The tenant's type of company. Other names than the demo's four get one of the same types."""
    return BUSINESSES.get(tenant) or seeded("business", tenant).choice(tuple(BUSINESSES.values()))


def customers_of(tenant: str, tickets: int) -> Customers:
    """About one customer per three tickets."""
    count = max(20, tickets // 3)
    regulars = min(60, 2 + count // 80)
    return Customers(count=count, regulars=tuple(seeded("regulars", tenant).sample(range(count), regulars)))


def compose(*, rng: random.Random, business: Business, customers: Customers) -> Composition:
    """A message of a customer: about 50 to 350 characters, styled for its source."""
    is_regular = rng.random() < REGULARS_SHARE
    customer = rng.choice(customers.regulars) if is_regular else rng.randrange(customers.count)
    mood = rng.choices(MOODS, REGULAR_MOODS if is_regular else USUAL_MOODS)[0]
    source = rng.choices(SOURCES, business.sources)[0]
    language: Language = ("de", "fr")[customer % 2] if customer % 31 < 2 and not is_regular else "en"
    slots = _fill(rng, business)
    templates = business.templates[mood] if language == "en" else FOREIGN[language][mood]
    subjects, body = rng.choice(templates)
    subject = rng.choice(subjects.split(" | ")).format_map(slots)
    body = body.format_map(slots)
    if language == "en" and (detail := rng.choice(DETAILS[mood]).format_map(slots)):
        body = f"{body} {detail}"
    names = NAMES[language]
    return Composition(
        source=source,
        customer_id=f"cust_{FIRST_CUSTOMER + customer}",
        mood=mood,
        language=language,
        subject=_dress_subject(rng, subject, source),
        message=_dress_message(rng, body, source, language, names[customer % len(names)]),
        slots=slots,
    )


def afterthought(rng: random.Random, written: Composition) -> str:
    """A sentence that the customer adds while the ticket is open."""
    sentences = FOREIGN_AFTERTHOUGHTS.get(written.language, AFTERTHOUGHTS[written.mood])
    return rng.choice(sentences).format_map(written.slots)


def reopener(rng: random.Random, written: Composition) -> str:
    """A sentence that reopens a resolved ticket."""
    sentences = FOREIGN_AFTERTHOUGHTS.get(written.language, REOPENERS)
    return rng.choice(sentences).format_map(written.slots)


def _fill(rng: random.Random, business: Business) -> dict[str, str]:
    low, high = business.amounts
    item, other = rng.sample(business.items, 2)
    letters = {"#": "0123456789", "?": "ABCDEFGHJKLMNPQRSTUVWXYZ"}
    return {
        "ref": "".join(rng.choice(letters[sign]) if sign in letters else sign for sign in business.ref),
        "item": item,
        "other": other,
        "place": rng.choice(business.places),
        # Small amounts are more common.
        "amount": f"{business.currency}{low + (high - low) * rng.random() ** 2:,.2f}",
        "day": rng.choice(DAYS),
        "month": rng.choice(MONTHS),
        "when": rng.choice(MOMENTS),
        "n": str(rng.randint(2, 9)),
    }


def _dress_subject(rng: random.Random, subject: str, source: str) -> str:
    subject = subject[:1].upper() + subject[1:]
    if source == "email" and rng.random() < 0.15:
        return f"{rng.choice(('Re', 'Fwd'))}: {subject}"
    return subject


def _dress_message(rng: random.Random, body: str, source: str, language: Language, name: str) -> str:
    if source == "chat":
        # Chat messages start in lower case and end without a full stop.
        return (body[:1].lower() + body[1:]).rstrip(".") if not body.startswith("I ") else body.rstrip(".")
    body = body[:1].upper() + body[1:]
    if source == "phone":
        return f"Call from {name}. In the caller's words: {body}"
    if source == "web" and rng.random() < 0.5:
        return body
    return f"{rng.choice(GREETINGS[language])}\n\n{body}\n\n{rng.choice(FAREWELLS[language])}\n{name}"
