"""The verdicts on a ticket, and the evidence for them. Pure."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tickets.classification.tenant_rules import NO_DECISIONS, Decisions
from tickets.classification.vocabularies.group import Matter

Urgency = Literal["high", "medium", "low", "unknown"]
Sentiment = Literal["positive", "neutral", "negative", "unknown"]
"""`unknown`: not classified, because the text is in a language without a vocabulary and nothing else decided."""
Category = Literal["urgency", "sentiment", "action"]
Field = Literal["subject", "message", "latest_message"]
Decider = Literal["words", "learned", "rule", "correction", "unknown"]

_LEARNED_LABELS = {"yes": "action", "no": "no action"}


class Evidence(NamedTuple):
    """A place in the text that counted for or against a verdict.

    `term` is the vocabulary's entry in lower case, or "question" for a question mark. `start` and `end` are character
    offsets in the original text of `field`. `weight` is what the entry adds to the sum of its category, once for each
    ticket however often it occurs; a negative weight counts against urgency or action, or for a negative sentiment.
    So a weight below 0 lowered the urgency, or spoke against a request (`lowered`).
    `label` is the verdict that the weight supports: "high", "medium" or "low" ("no rush", or a negated "urgent"),
    "negative" or "positive", "action". `negated`: a "not" or the like reverses the entry's meaning. `by_rule`: it is a
    phrase of the tenant's rule that decided, and `label` is the verdict. `matter`: what makes it always high.
    `is_learned`: corrections taught the term, and `weight` is how far it moved the verdict to `label`.
    """

    category: Category
    label: str
    term: str
    field: Field
    start: int
    end: int
    weight: float
    negated: bool
    by_rule: bool = False
    matter: Matter = ""
    is_learned: bool = False

    def supports(self, verdict: str) -> bool:
        """Whether it speaks for this verdict of its category: an urgency, a sentiment, or "yes" or "no"."""
        if self.is_learned:
            return self.label == _LEARNED_LABELS.get(verdict, verdict)
        if self.by_rule or self.category == "sentiment":
            return self.label == verdict
        return self.lowered == (verdict in ("low", "no"))

    @property
    def lowered(self) -> bool:
        """Whether it made the ticket less urgent, or a request less likely."""
        return self.weight < 0 and self.category != "sentiment"


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """What decided each verdict: the vocabulary's words, what was learned, a tenant's rule, or a person's correction.

    Without any word that counts, the words decided, too: that nothing is urgent. `unknown`: nothing could decide.
    """

    urgency: Decider = "words"
    sentiment: Decider = "words"
    requires_action: Decider = "words"


BY_WORDS: Final = DecidedBy()


@dataclass(frozen=True, slots=True)
class Classification:
    """The three verdicts on a ticket and the reasons for them.

    `keywords` are the distinct terms that decided, in order of appearance, at most 20, without negated terms, plain
    "please" and question marks. `evidence` is sorted by field, subject first, and start; at most 200 places, not
    counting those of the tenant's rules. `decisions` are the tenant's rules that decided; their phrases are the first
    keywords. `requires_action` is None if that is unknown. `language` is what the ticket was read as: a code of
    ISO 639-1, `language.UNDETERMINED`, or empty if nothing shows that it is not English.
    """

    urgency: Urgency
    sentiment: Sentiment
    requires_action: bool | None
    keywords: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    decisions: Decisions = NO_DECISIONS
    decided_by: DecidedBy = BY_WORDS
    language: str = ""

    @property
    def is_unclassified(self) -> bool:
        """Whether a verdict is unknown."""
        return "unknown" in (self.urgency, self.sentiment) or self.requires_action is None
