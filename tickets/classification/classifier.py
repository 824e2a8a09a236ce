"""Classifies a tenant's tickets: by the built-in vocabulary, the tenant's rules, and what a person said of a ticket. Pure.

What comes later in that order wins, and `Classification.decided_by` names it.
"""

from dataclasses import dataclass

from tickets.classification.corrections import Correction
from tickets.classification.latest import classify_with_latest
from tickets.classification.tenant_rules import NO_RULES, TenantRules
from tickets.classification.topics.catalogue import NO_TOPICS, TopicCatalogue
from tickets.classification.verdicts import Classification


@dataclass(frozen=True, slots=True)
class TenantClassifier:
    """Classifies the tickets of one tenant. Threads may share it.

    When the `topics` change, stored tickets are looked through for them alone, so they are not part of the `version`.
    """

    rules: TenantRules = NO_RULES
    topics: TopicCatalogue = NO_TOPICS

    @property
    def version(self) -> str:
        """Names everything but corrections that can change a verdict. A ticket's digest contains it."""
        return self.rules.version

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
            subject=subject, message=message, latest=latest, rules=self.rules, language=language
        )
        return correction.apply(found) if correction else found


BUILT_IN = TenantClassifier()
"""Of a tenant without rules."""
