"""ServiceTarget: a target as it is stored, and a tenant's targets in the form that clocks use."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from supportsaas.formatting import format_count
from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.models import Tenant
from tickets.clocks.business_hours import Week
from tickets.clocks.settings import CONDITION_FIELDS, TARGET_CLOCKS, Target
from tickets.clocks.week_text import minutes_a_week, parse_week
from tickets.records.cleaning import clean_text
from tickets.service_levels.model import OpeningHours, find_opening_hours

MOST_TARGETS: Final = 30
MOST_VALUES: Final = 50
LONGEST_NAME: Final = 60
LONGEST_VALUE: Final = 200
FULL: Final = f"The limit of {MOST_TARGETS} targets is reached. Delete a target first."
NO_HOURS: Final = "Set the business hours first: without them, only calendar time counts."

_CONTENT = ("name", "clock", "length", "unit", "in_business_hours", "pauses", "conditions", "enabled")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_LONGEST_SECONDS = 365 * _DAY


class ClockChoice(models.TextChoices):
    FIRST_REPLY = "first_reply", "First reply"
    NEXT_REPLY = "next_reply", "Next reply"
    RESOLUTION = "resolution", "Resolution"


class UnitChoice(models.TextChoices):
    MINUTES = "minutes", "Minutes"
    HOURS = "hours", "Hours"
    DAYS = "days", "Days"


class TargetQuerySet(AuditedQuerySet):
    def update(self, **values: Any) -> int:
        raise TypeError("Changed in bulk, the stored tickets would not follow: use tickets.recount.targets.")

    def delete(self) -> Any:
        raise TypeError("Deleted in bulk, the stored tickets would not follow: use tickets.recount.targets.")

    delete.alters_data = True  # type: ignore[attr-defined]


class ServiceTarget(Audited):
    """A promise: the clock stops within `length` units. Of several that match a ticket, the lowest `position` counts.

    - `conditions`: by field of the ticket, the values of which it needs one (`tickets.clocks.settings`).
    - A day in business hours is as long as the average business day of the tenant's week.
    - `revision` shows whether someone else has changed the target.
    """

    unaudited: ClassVar[frozenset[str]] = frozenset({"revision"})

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="service_targets")
    name = models.CharField(max_length=LONGEST_NAME)
    clock = models.CharField(max_length=16, choices=ClockChoice.choices, default=ClockChoice.FIRST_REPLY)
    length = models.PositiveIntegerField("within")
    unit = models.CharField(max_length=8, choices=UnitChoice.choices, default=UnitChoice.HOURS)
    in_business_hours = models.BooleanField("in business hours", default=False)
    pauses = models.BooleanField("pauses while it waits for the customer", default=False)
    conditions = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField("on", default=True)
    position = models.IntegerField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = "target"
        ordering = ["position", "id"]
        indexes = [
            # A tenant's targets in their order: for every run and for the page.
            models.Index(fields=["tenant", "position", "id"], name="targets_of_tenant"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append a new target to the list. Saving a stored target as a whole makes a new revision."""
        if self.position is None:
            last = ServiceTarget.objects.filter(tenant_id=self.tenant_id).order_by("-position").first()
            self.position = 1 if last is None else (last.position or 0) + 1
        if not self._state.adding and kwargs.get("update_fields") is None:
            self.revision += 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Sentences by field; name and conditions become their normal form."""
        self.name = " ".join(clean_text(self.name).split())
        self.pauses = self.pauses and self.clock == ClockChoice.RESOLUTION
        errors = {}
        if not self.name:
            errors["name"] = "Enter a name."
        if self.length is not None and not 0 < self.length * _CALENDAR.get(self.unit, _DAY) <= _LONGEST_SECONDS:
            errors["length"] = "Enter a time of at least a minute and at most a year."
        if self.in_business_hours and self.tenant_id is not None and find_opening_hours(self.tenant) is None:
            errors["in_business_hours"] = NO_HOURS
        try:
            self.conditions = cleaned_conditions(self.conditions)
        except ValueError as error:
            errors["conditions"] = str(error)
        if errors:
            raise ValidationError(errors)

    def equals(self, other: "ServiceTarget") -> bool:
        return all(getattr(self, name) == getattr(other, name) for name in _CONTENT)

    @property
    def within(self) -> str:
        """“2 business days”, “4 hours”."""
        noun = self.unit.removesuffix("s")
        return format_count(self.length, f"business {noun}" if self.in_business_hours else noun)

    @property
    def applies_to(self) -> str:
        """“priority P1 or P2, team Billing”; empty for all tickets."""
        return ", ".join(f"{_FIELD_NAMES[name]} {_either(values)}" for name, values in self.conditions.items())

    def as_target(self, hours: OpeningHours | None) -> Target:
        return Target(
            id=str(self.pk),
            name=self.name,
            clock=next(each for each in TARGET_CLOCKS if each == self.clock),
            seconds=self.length * seconds_of(self.unit, hours if self.in_business_hours else None),
            in_business_hours=self.in_business_hours,
            pauses=self.pauses,
            conditions={name: frozenset(values) for name, values in self.conditions.items()},
        )


_CALENDAR = {"minutes": _MINUTE, "hours": _HOUR, "days": _DAY}
_FIELD_NAMES = {"priority": "priority", "urgency": "urgency", "team": "team", "tags": "tag", "type": "type"}


def seconds_of(unit: str, hours: OpeningHours | None) -> int:
    """Of one unit. A business day is what the open days of the week have on average; a minute and an hour are the same."""
    if unit == "days" and hours is not None:
        return average_day(parse_week(hours.week)) * _MINUTE
    return _CALENDAR[unit]


def average_day(week: Week) -> int:
    """Minutes of an average business day: those of the week by the number of its open days."""
    open_days = sum(1 for day in week if day)
    return round(minutes_a_week(week) / open_days) if open_days else _DAY // _MINUTE


def cleaned_conditions(given: Any) -> dict[str, list[str]]:
    """The conditions in the order of their fields, without empty ones. Raises `ValueError` with a sentence."""
    if not isinstance(given, dict) or not given.keys() <= set(CONDITION_FIELDS):
        raise ValueError(f"Conditions are on {', '.join(CONDITION_FIELDS)}.")
    found = {}
    for name in CONDITION_FIELDS:
        values = list(dict.fromkeys(text for each in given.get(name, ()) if (text := clean_text(str(each)).strip())))
        if len(values) > MOST_VALUES or any(len(each) > LONGEST_VALUE for each in values):
            raise ValueError(f"At most {MOST_VALUES} values of {LONGEST_VALUE} characters can be chosen.")
        if values:
            found[name] = values
    return found


def find_targets(tenant: Tenant) -> list[ServiceTarget]:
    """All targets in their order, straight from the collection. In a transaction, as the transaction sees them."""
    stored = mongo.collection(ServiceTarget._meta.db_table)
    found = stored.find({"tenant_id": tenant.pk}, session=mongo.connection.session)
    targets = [from_document(ServiceTarget, each) for each in found.sort([("position", 1), ("_id", 1)])]
    for each in targets:
        each.tenant = tenant
    return targets


def as_targets(found: Iterable[ServiceTarget], hours: OpeningHours | None) -> tuple[Target, ...]:
    """Those that are on."""
    return tuple(each.as_target(hours) for each in found if each.enabled)


def _either(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
