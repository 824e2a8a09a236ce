"""ClassificationRule: a rule as it is stored, and a tenant's rules in the form that classification uses."""

from typing import Any, ClassVar

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.models import Tenant
from tickets.classification.tenant_rules import (
    LONGEST_PHRASES,
    MAX_RULES,
    NO_RULES,
    Decisions,
    PhraseError,
    SentimentEffect,
    TenantRule,
    TenantRules,
    UrgencyEffect,
    parse_phrases,
)

_CONTENT = ("phrases", "urgency", "sentiment", "note", "enabled")
FULL = f"The limit of {MAX_RULES} rules is reached. Delete a rule first."


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
        raise TypeError("A bulk update would not reclassify the stored tickets. Save each rule.")

    def delete(self) -> Any:
        raise TypeError("A bulk delete would not reclassify the stored tickets. Delete each rule.")

    delete.alters_data = True  # type: ignore[attr-defined]


class ClassificationRule(Audited):
    """Tickets that contain any of `phrases` get the verdicts it names. Of two rules, the lower `position` decides.

    `revision` shows whether someone else has changed the rule.
    """

    unaudited: ClassVar[frozenset[str]] = frozenset({"revision"})

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="classification_rules")
    phrases = models.CharField(
        "words or phrases",
        max_length=LONGEST_PHRASES,
        help_text="Any of these, separated by commas, in subject or message. Case and accents do not matter; refund* "
        "also matches refunds and refunded.",
    )
    urgency = models.CharField(max_length=16, choices=UrgencyChoice.choices, blank=True)
    sentiment = models.CharField(max_length=16, choices=SentimentChoice.choices, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="Why this rule exists, for your teammates.")
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
        """Append a new rule to the list. Saving a stored rule as a whole makes a new revision."""
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
            errors["urgency"] = "Choose an urgency, a sentiment, or both."
        if self._state.adding and ClassificationRule.objects.filter(tenant_id=self.tenant_id).count() >= MAX_RULES:
            errors["phrases"] = FULL
        if errors:
            raise ValidationError(errors)

    def equals(self, other: "ClassificationRule") -> bool:
        """Whether both have the same phrases, effects and note, and are both on or both off."""
        return all(getattr(self, name) == getattr(other, name) for name in _CONTENT)

    @property
    def effect(self) -> str:
        """The effect in words: “urgency: high, sentiment: negative”."""
        named = (("urgency", self.urgency), ("sentiment", self.sentiment))
        return ", ".join(f"{name}: {value}" for name, value in named if value)


def find_rules(tenant: Tenant) -> TenantRules:
    """The tenant's rules that are on, in their order, straight from the collection: every page of a ticket reads them.

    In a transaction, as the transaction sees them.
    """
    rules = mongo.collection(ClassificationRule._meta.db_table)
    on = rules.find({"tenant_id": tenant.pk, "enabled": True}, session=mongo.connection.session)
    found = [from_document(ClassificationRule, each) for each in on.sort([("position", 1), ("_id", 1)])]
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
        return None  # saved without validation; a run must not fail because of it
    urgency: UrgencyEffect = rule.urgency if rule.urgency in UrgencyChoice.values else ""  # type: ignore[assignment]
    sentiment: SentimentEffect = rule.sentiment if rule.sentiment in SentimentChoice.values else ""  # type: ignore[assignment]
    return TenantRule(str(rule.pk), phrases, urgency, sentiment)
