"""Composes subjects and messages of customers from templates; deterministic for a given random generator."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tickets.demo.texts.businesses import BUSINESSES, Business
from tickets.demo.texts.common import (
    DAYS,
    DETAILS,
    FAREWELLS,
    GREETINGS,
    MOMENTS,
    MONTHS,
    NAMES,
    ORGANISATIONS,
    PHONE_INTRODUCTIONS,
    QUOTES,
    SIGNATURES,
)
from tickets.demo.texts.other_languages import TEXTS, Language
from tickets.demo.texts.template import (
    COMPLAINT,
    EMERGENCY,
    ESCALATION,
    FAULT,
    GRIEVANCE,
    NOTE,
    PRAISE_WITH_REQUEST,
    REQUEST,
    THANKS,
    Intent,
    Template,
)

SOURCES: Final = ("email", "chat", "phone", "web")
INTENTS: Final = (
    EMERGENCY, ESCALATION, COMPLAINT, GRIEVANCE, FAULT, REQUEST, NOTE, THANKS, PRAISE_WITH_REQUEST,
)  # fmt: skip
# Percent of tickets by intent. With the share of regulars: 7 % are urgent, 21 % negative and 12 % positive, and somewhat
# more than half need action.
USUAL_SHARES: Final = (3, 3, 9, 4, 13, 26, 29, 10, 3)
REGULAR_SHARES: Final = (6, 16, 46, 12, 10, 7, 3, 0, 0)
REGULARS_SHARE: Final = 0.08
FIRST_CUSTOMER: Final = 1001
# One customer in so many writes in the language, by the remainder of its number.
_LANGUAGES: Final[Mapping[int, Language]] = {0: "de", 1: "fr", 2: "de", 3: "es", 4: "fr", 5: "ar"}
_LANGUAGE_CYCLE: Final = 83


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A ticket as first written, with its intended verdict and the values of its template's slots."""

    source: str
    customer_id: str
    customer_name: str
    intent: Intent
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
    """A message of a customer, styled for its source; most have 50 to 400 characters."""
    is_regular = rng.random() < REGULARS_SHARE
    customer = rng.choice(customers.regulars) if is_regular else rng.randrange(customers.count)
    language: Language = "en" if is_regular else _language_of(customer)
    intent = rng.choices(INTENTS, REGULAR_SHARES if is_regular else USUAL_SHARES)[0]
    templates = business.templates if language == "en" else TEXTS[language]
    # Not every language has texts of every intent.
    template = rng.choice(templates.get(intent) or templates[REQUEST])
    return fill(template, rng=rng, business=business, customer=customer, language=language)


def writes_english(customer: int) -> bool:
    """Whether the customer of this number from 0 does."""
    return _language_of(customer) == "en"


def _language_of(customer: int) -> Language:
    return _LANGUAGES.get(customer % _LANGUAGE_CYCLE, "en")


def fill(
    template: Template, *, rng: random.Random, business: Business, customer: int, language: Language = "en"
) -> Composition:
    """A ticket from the template, by the customer of this number from 0."""
    source = rng.choices(SOURCES, business.sources)[0]
    slots = slot_values(rng, business)
    subject = rng.choice(template.subjects).format_map(slots)
    body = template.message.format_map(slots)
    if language == "en" and (detail := rng.choice(DETAILS[template.intent]).format_map(slots)):
        body = f"{body} {detail}"
    name = NAMES[language][customer % len(NAMES[language])]
    return Composition(
        source=source,
        customer_id=f"cust_{FIRST_CUSTOMER + customer}",
        customer_name=name,
        intent=template.intent,
        language=language,
        subject=_dress_subject(rng, subject, source),
        message=_dress_message(rng, body, source, language, slots | {"name": name}),
        slots=slots,
    )


def slot_values(rng: random.Random, business: Business) -> dict[str, str]:
    """A value for each slot of templates, such as a place of the company."""
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


def _dress_message(rng: random.Random, body: str, source: str, language: Language, slots: dict[str, str]) -> str:
    if source == "chat":
        # Chat messages start in lower case and end without a full stop.
        return (body[:1].lower() + body[1:]).rstrip(".") if not body.startswith(("I ", "I'")) else body.rstrip(".")
    capital = body[:1].upper() + body[1:]
    if source == "phone":
        return rng.choice(PHONE_INTRODUCTIONS[language]).format_map(slots) + capital
    if source == "web" and rng.random() < 0.5:
        return capital
    # German and French letters go on in lower case after the greeting.
    text = body if language in ("de", "fr") else capital
    letter = f"{rng.choice(GREETINGS[language])}\n\n{text}\n\n{rng.choice(FAREWELLS[language])}\n{slots['name']}"
    if language == "en" and source == "email":
        letter += _below_letter(rng, slots)
    return letter


def _below_letter(rng: random.Random, slots: dict[str, str]) -> str:
    """The signature of a company and the mail that is answered, if any."""
    below = ""
    if rng.random() < 0.2:
        below += "\n\n" + rng.choice(SIGNATURES).format_map(slots | {"organisation": rng.choice(ORGANISATIONS)})
    if rng.random() < 0.12:
        below += "\n\n" + rng.choice(QUOTES).format_map(slots)
    return below
