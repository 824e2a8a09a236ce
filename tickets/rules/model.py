"""A rule as it is stored, and the rules of a tenant as judging takes them."""

from typing import Any, ClassVar

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.models import Tenant
from tickets.classification.tenant_rules import (
    LONGEST_PHRASES,
    MOST_RULES,
    NO_RULES,
    Decisions,
    PhraseError,
    SentimentEffect,
    TenantRule,
    TenantRules,
    UrgencyEffect,
    parse_phrases,
)

_SAID = ("phrases", "urgency", "sentiment", "note", "enabled")
FULL = f"There are {MOST_RULES} rules already, and more do not fit. Delete one first."


class UrgencyChoice(models.TextChoices):
    HIGH = "high", "High"
    AT_LEAST_MEDIUM = "at least medium", "At least medium"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class SentimentChoice(models.TextChoices):
    NEGATIVE = "negative", "Negative"
    NEUTRAL = "neutral", "Neutral"
    POSITIVE = "positive", "Positive"


class RuleQuerySet(AuditedQuerySet):
    def update(self, **values: Any) -> int:
        raise TypeError("Changed in bulk, the stored tickets would not follow: save each.")

    def delete(self) -> Any:
        raise TypeError("Deleted in bulk, the stored tickets would not follow: delete each.")

    delete.alters_data = True  # type: ignore[attr-defined]


class ClassificationRule(Audited):
    """Tickets that say any of `phrases` become what is named; of two, the one with the lower `position` decides.

    `revision` tells whether somebody else has changed it meanwhile.
    """

    unaudited: ClassVar[frozenset[str]] = frozenset({"revision"})

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="classification_rules")
    phrases = models.CharField(
        "words or phrases",
        max_length=LONGEST_PHRASES,
        help_text="Any of these, separated by commas, in subject or message. Case and accents do not matter; refund* "
        "also finds refunds and refunded.",
    )
    urgency = models.CharField(max_length=16, choices=UrgencyChoice.choices, blank=True)
    sentiment = models.CharField(max_length=16, choices=SentimentChoice.choices, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="Why the rule is there, for those who come later.")
    enabled = models.BooleanField("on", default=True)
    position = models.IntegerField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "classification rule"
        ordering = ["position", "id"]
        indexes = [
            # A tenant's rules in their order: for every run, for the page, for a ticket's reasons.
            models.Index(fields=["tenant", "position", "id"], name="rules_of_tenant"),
        ]

    def __str__(self) -> str:
        return self.phrases

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new one goes to the end of the list; of a known one that is saved whole there is a new revision."""
        if self.position is None:
            last = ClassificationRule.objects.filter(tenant_id=self.tenant_id).order_by("-position").first()
            self.position = 1 if last is None else (last.position or 0) + 1
        if not self._state.adding and kwargs.get("update_fields") is None:
            self.revision += 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        errors = {}
        try:
            parse_phrases(self.phrases)
        except PhraseError as error:
            errors["phrases"] = str(error)
        if not self.urgency and not self.sentiment:
            errors["urgency"] = "Choose what becomes of the urgency, of the sentiment, or of both."
        if self._state.adding and ClassificationRule.objects.filter(tenant_id=self.tenant_id).count() >= MOST_RULES:
            errors["phrases"] = FULL
        if errors:
            raise ValidationError(errors)

    def says_the_same_as(self, other: "ClassificationRule") -> bool:
        """Whether both have the same phrases, effects and note, and both are on or off."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)

    @property
    def effect(self) -> str:
        """What it does, in words: “urgency: high, sentiment: negative”."""
        named = (("urgency", self.urgency), ("sentiment", self.sentiment))
        return ", ".join(f"{name}: {value}" for name, value in named if value)


def find_rules(tenant: Tenant) -> TenantRules:
    """The tenant's rules that are on, in the order that decides."""
    found = list(ClassificationRule.objects.filter(tenant=tenant, enabled=True))
    return as_rules(found) if found else NO_RULES


def find_deciding(tenant: Tenant, decisions: Decisions) -> dict[str, ClassificationRule]:
    """The rules that decided, by their ids as text."""
    keys = {each.rule.id for each in (decisions.urgency, decisions.sentiment) if each is not None}
    found = ClassificationRule.objects.filter(tenant=tenant, pk__in=sorted(keys)) if keys else ()
    return {str(each.pk): each for each in found}


def as_rules(found: list[ClassificationRule]) -> TenantRules:
    return TenantRules(rule for rule in map(_as_rule, found) if rule is not None)


def _as_rule(rule: ClassificationRule) -> TenantRule | None:
    try:
        phrases = parse_phrases(rule.phrases)
    except PhraseError:
        return None  # put there past the form; a run must not fail by it
    urgency: UrgencyEffect = rule.urgency if rule.urgency in UrgencyChoice.values else ""  # type: ignore[assignment]
    sentiment: SentimentEffect = rule.sentiment if rule.sentiment in SentimentChoice.values else ""  # type: ignore[assignment]
    return TenantRule(str(rule.pk), phrases, urgency, sentiment)
