"""Classifies a tenant's tickets: by the built-in vocabulary, what was learned from corrections, the tenant's rules, and
what a person said of a ticket. Pure.

What comes later in that order wins, and `Classification.decided_by` names it.
"""

from dataclasses import dataclass, replace

from tickets.classification.corrections import Correction
from tickets.classification.latest import classify_with_latest
from tickets.classification.learning.weights import LearnedWeights
from tickets.classification.tenant_rules import NO_RULES, TenantRules
from tickets.classification.topics.catalogue import NO_TOPICS, TopicCatalogue
from tickets.classification.verdicts import Classification


@dataclass(frozen=True, slots=True)
class TenantClassifier:
    """Classifies the tickets of one tenant. Threads may share it.

    When the `topics` change, stored tickets are looked through for them alone, so they are not part of the `version`.

    `learned` are the newest weights: new and changed texts are classified by them. `applied` are those that somebody has
    let change stored tickets. Only their number is part of the `version`, so that newly learned weights change no
    stored ticket until they are applied, too.
    """

    rules: TenantRules = NO_RULES
    topics: TopicCatalogue = NO_TOPICS
    learned: LearnedWeights | None = None
    applied: LearnedWeights | None = None

    @property
    def version(self) -> str:
        """Names everything but corrections that can change a verdict. A ticket's digest contains it."""
        return version_of(self.rules, applied=self.applied.number if self.applied is not None else 0)

    @property
    def learned_version(self) -> int:
        """The number of the weights in use; 0 for a tenant that never had any."""
        return self.learned.number if self.learned is not None else 0

    def for_stored(self, learned_version: int) -> "TenantClassifier":
        """For a stored ticket whose text has not changed, and the version of weights that classified it.

        It is classified by the applied weights, or by the newest if these, or others that came after the applied ones,
        have classified it before.
        """
        applied = self.applied.number if self.applied is not None else 0
        if applied == self.learned_version or learned_version > applied:
            return self
        return replace(self, learned=self.applied)

    def classify(
        self,
        *,
        subject: str,
        message: str,
        latest: str = "",
        language: str | None = None,
        correction: Correction | None = None,
    ) -> Classification:
        """Classify a ticket by its first text and by `latest`, the customer's newest message, empty if there is none.

        Any text is valid. `language` is what the helpdesk calls its language. A correction wins over everything else.
        """
        found = classify_with_latest(
            subject=subject,
            message=message,
            latest=latest,
            rules=self.rules,
            learned=self.learned or None,
            language=language,
        )
        return correction.apply(found) if correction else found


def version_of(rules: TenantRules, *, applied: int) -> str:
    """The version of a classifier with these rules and the number of the applied weights; 0 without any."""
    return f"{rules.version} learned {applied}" if applied else rules.version


BUILT_IN = TenantClassifier()
"""Of a tenant without rules."""
