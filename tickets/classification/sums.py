"""The sums of weights that decide the verdicts on a ticket. Pure."""

from typing import Final, Literal

from tickets.classification.verdicts import Sentiment, Urgency
from tickets.classification.vocabularies.construction import Construction
from tickets.classification.vocabularies.entries import Entry
from tickets.classification.vocabularies.group import Group

_HIGH: Final = 1.0
_MEDIUM: Final = 0.4
_TROUBLE_LIMIT: Final = 0.4  # all fault words together: medium, however many there are
_CLEAR_SENTIMENT: Final = 0.5  # on either side of neutral
_PRAISE_OF_REQUESTS: Final = 2.0
_ACTION: Final = 1.0
_NEGATION: Final = -0.25  # a "not" beside a hint is another one
_HINTED_LENGTH: Final = 90  # characters: in longer texts hints count for less
_HINTS_OF_REQUESTS: Final = 0.5
_VERY_BAD: Final = -1.0  # next to a word this bad, "thanks" is only polite
_ROUNDING: Final = 1e-9

CounterEvidence = Literal["praise", "thanks", "over"]
"""What speaks against urgency: who praises and asks for nothing, or opens with thanks, is in no hurry; what is over has
passed."""
_MOST_BESIDE: Final[dict[CounterEvidence, float]] = {"praise": 0.0, "thanks": _MEDIUM, "over": _MEDIUM}
"""What words of urgency count for at most beside it. Faults count as ever."""


class Sums:
    """The sums of a ticket. An entry counts once, and once more if it is negated elsewhere."""

    __slots__ = (
        "_constructions",
        "_counted",
        "action",
        "balance",
        "courtesy",
        "damping",
        "danger",
        "faces",
        "has_negation",
        "has_urgent_fact",
        "has_very_bad_word",
        "high",
        "hints",
        "is_bound_high",
        "is_over",
        "length",
        "opens_with_thanks",
        "trouble",
    )  # fmt: skip

    def __init__(self) -> None:
        self.is_bound_high = False  # by law, money or data: that does not pass by itself
        self.is_over = False
        self.has_urgent_fact = False
        self.opens_with_thanks = False
        self.high = self.trouble = self.damping = 0.0
        self.danger = 0.0  # the part of `high` that is about the safety of people
        self.balance = self.courtesy = self.hints = 0.0
        self.has_negation = False
        self.length = 0
        self.has_very_bad_word = False
        self.faces: set[str] = set()
        self.action = 0.0
        self._constructions: set[Construction] = set()
        self._counted: tuple[set[Entry], set[Entry]] = (set(), set())

    def is_first(self, entry: Entry, is_negated: bool) -> bool:
        """Whether the entry has not counted yet. From now on it has."""
        counted = self._counted[is_negated]
        if entry in counted:
            return False
        counted.add(entry)
        return True

    def add_urgency(self, entry: Entry, label: str, weight: float) -> None:
        if label == "high":
            self.high += weight
            self._add_matter(entry.group)
        elif label == "medium":
            self.trouble += weight
        else:
            self.damping += weight
            self.is_over = self.is_over or (weight < 0 and entry.group.ends_danger)

    def _add_matter(self, group: Group) -> None:
        if group.matter == "safety":
            self.danger += group.weight
        elif group.always:
            self.is_bound_high = True

    @property
    def is_always_high(self) -> bool:
        return self.is_bound_high or (self.danger > 0 and not self.is_over)

    def add_sentiment(self, entry: Entry, weight: float) -> None:
        if entry.group.hint:
            self.hints += weight
        elif entry.group.courtesy:
            self.courtesy = max(self.courtesy, weight)
        else:
            self.balance += weight
        self.has_very_bad_word = self.has_very_bad_word or weight <= _VERY_BAD

    def add_construction(self, construction: Construction) -> None:
        if construction in self._constructions:
            return
        self._constructions.add(construction)
        group = construction.group
        if group.label == "high":
            self.high += group.weight
            self.has_urgent_fact = True
            self._add_matter(group)
        elif group.label == "low":
            self.damping += group.weight
        elif group.hint:
            self.hints += group.weight
        else:
            self.balance += group.weight

    def add_face(self, face: str, weight: float) -> None:
        if face not in self.faces:
            self.faces.add(face)
            self.balance += weight

    def urgency(self, counter: CounterEvidence | None = None) -> Urgency:
        if self.is_always_high:
            return "high"
        high = self.high - (self.danger if self.is_over else 0.0)
        hurry = high + self.damping
        if counter is not None:
            hurry = min(hurry, _MOST_BESIDE[counter])
        total = hurry + min(self.trouble, _TROUBLE_LIMIT) + _ROUNDING
        if high and total >= _HIGH:
            return "high"
        return "medium" if total >= _MEDIUM else "low"

    def counter_evidence(self, *, is_praise: bool, is_thank_you: bool) -> CounterEvidence | None:
        """What speaks against the urgency. A fact such as "nobody can log in" stands until it is over."""
        if self.has_urgent_fact and not self.is_over:
            return None
        if is_praise:
            return "praise"
        if is_thank_you:
            return "thanks"
        return "over" if self.is_over else None

    @property
    def can_be_calmed(self) -> bool:
        """Whether there is urgency that counter-evidence takes back."""
        return self.high > 0 and not self.is_always_high

    def sentiment(self, *, with_courtesy: bool) -> Sentiment:
        total = self.balance + self._weighed_hints() + (self.courtesy if with_courtesy else 0.0)
        # who asks for something with a friendly word is polite
        enough = _PRAISE_OF_REQUESTS if self.action >= _ACTION else _CLEAR_SENTIMENT
        if total + _ROUNDING >= enough:
            return "neutral" if self.is_always_high or self._is_urgent_by_facts() else "positive"
        return "negative" if total - _ROUNDING <= -_CLEAR_SENTIMENT else "neutral"

    def _is_urgent_by_facts(self) -> bool:
        return self.has_urgent_fact and not self.is_over and self.urgency() == "high"

    @property
    def open_matter(self) -> float:
        """What a matter that is always high adds to the need for action: nobody may leave it unanswered."""
        return _ACTION if self.is_always_high else 0.0

    def _weighed_hints(self) -> float:
        """What the hints add: less the longer the text is, and less if it asks for something."""
        if not self.hints:
            return 0.0
        found = self.hints + (_NEGATION if self.has_negation else 0.0)
        share = min(1.0, _HINTED_LENGTH / self.length)
        return found * share * (_HINTS_OF_REQUESTS if self.action >= _ACTION else 1.0)

    def requires_action(self) -> bool:
        return self.action + self.open_matter + _ROUNDING >= _ACTION
