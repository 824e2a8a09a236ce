"""OpeningHours: a tenant's business hours as they are stored, and in the form that clocks use."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from supportsaas.db import mongo
from supportsaas.db.model_documents import from_document
from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.models import Tenant, validate_timezone
from tickets.clocks.business_hours import BusinessHours, Week
from tickets.clocks.week_text import HoursError, format_week, parse_week
from tickets.service_levels.own_days import MOST_DAYS, OwnDayError, parse_own_days
from tickets.service_levels.public_holidays import find_countries, find_regions, holidays_of_year

_CONTENT = ("timezone", "week", "country", "region", "closed_days", "worked_days")


class OpeningHoursQuerySet(AuditedQuerySet):
    def update(self, **values: Any) -> int:
        raise TypeError("Changed in bulk, the stored tickets would not follow: use save_opening_hours.")

    def delete(self) -> Any:
        raise TypeError("Deleted in bulk, the stored tickets would not follow: use save_opening_hours.")

    delete.alters_data = True  # type: ignore[attr-defined]


class OpeningHours(Audited):
    """When a tenant works: `week` as `week_text` writes it, without the public holidays of `country` and `region` and
    without `closed_days`, but with `worked_days`, even if they are holidays. Own days are stored as in `own_days`.
    """

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="opening_hours")
    timezone = models.CharField(
        "time zone", max_length=64, blank=True, validators=[validate_timezone], help_text="Empty: the tenant's."
    )
    week = models.CharField("weekly hours", max_length=700)
    country = models.CharField("country of public holidays", max_length=2, blank=True)
    region = models.CharField("region", max_length=64, blank=True)
    closed_days = models.JSONField("closed days", default=list, blank=True)
    worked_days = models.JSONField("working days", default=list, blank=True)

    objects: ClassVar[Any] = OpeningHoursQuerySet.as_manager()

    class Meta:
        verbose_name = "business hours"
        verbose_name_plural = "business hours"
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_opening_hours_a_tenant")]

    def __str__(self) -> str:
        return self.week

    def clean(self) -> None:
        """Sentences by field; `week` becomes its normal form."""
        errors: dict[str, str] = {}
        try:
            self.week = format_week(parse_week(self.week))
            if not self.week:
                errors["week"] = "Enter the hours of at least one day."
        except HoursError as error:
            errors["week"] = str(error)
        if self.country and self.country not in dict(find_countries()):
            errors["country"] = f"“{self.country}” is not a country with known holidays. Examples: DE, FR, US."
        elif self.region and self.region not in dict(find_regions(self.country)):
            known = ", ".join(code for code, _ in find_regions(self.country))
            errors["region"] = f"“{self.region}” is not a region of this country. " + (
                f"Choose from {known}." if known else "It has no regions with holidays of their own."
            )
        errors |= self._problems_of_days()
        if errors:
            raise ValidationError(errors)

    def validate(self) -> None:
        """Raises `ValidationError`. Stored hours of the tenant are no problem: `save_opening_hours` replaces them."""
        self.full_clean(validate_unique=False, validate_constraints=False)

    def _problems_of_days(self) -> dict[str, str]:
        found: dict[str, Mapping[date, str]] = {}
        for field in ("closed_days", "worked_days"):
            try:
                found[field] = parse_own_days(getattr(self, field))
            except OwnDayError as error:
                return {field: str(error)}
            if len(found[field]) > MOST_DAYS:
                return {field: f"Enter at most {MOST_DAYS} days."}
        if both := sorted(found["closed_days"].keys() & found["worked_days"].keys()):
            return {"worked_days": f"{both[0].isoformat()} is both a closed day and a working day."}
        return {}

    def equals(self, other: "OpeningHours") -> bool:
        return all(getattr(self, name) == getattr(other, name) for name in _CONTENT)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone or self.tenant.timezone)

    @property
    def calendar(self) -> "Calendar":
        return Calendar(self.country, self.region, tuple(self.closed_days), tuple(self.worked_days))

    def as_business_hours(self) -> BusinessHours:
        """The same object for the same hours, so that a process works out each year once."""
        return _business_hours(self.zone, parse_week(self.week), self.calendar)


class Calendar:
    """Which days are closed whatever the day of the week, and why. Equal ones have the same days."""

    __slots__ = ("_closed", "_country", "_key", "_region", "_worked")

    def __init__(self, country: str, region: str, closed: tuple[str, ...], worked: tuple[str, ...]) -> None:
        self._key = (country, region, closed, worked)
        self._country, self._region = country, region
        self._closed, self._worked = parse_own_days(closed), parse_own_days(worked)

    def closes_on(self, day: date) -> bool:
        return self.reason(day) is not None

    def reason(self, day: date) -> str | None:
        """The name of the holiday or own day, which may be empty; None for a day that is not closed."""
        if day in self._worked:
            return None
        if day in self._closed:
            return self._closed[day]
        return holidays_of_year(self._country, self._region, day.year).get(day) if self._country else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=256)
def _business_hours(zone: ZoneInfo, week: Week, calendar: Calendar) -> BusinessHours:
    return BusinessHours(zone, week, calendar.closes_on)


def find_opening_hours(tenant: Tenant) -> OpeningHours | None:
    """Straight from the collection, because every page of a run reads them. In a transaction, as the transaction sees them."""
    stored = mongo.collection(OpeningHours._meta.db_table)
    found = stored.find_one({"tenant_id": tenant.pk}, session=mongo.connection.session)
    if found is None:
        return None
    hours = from_document(OpeningHours, found)
    hours.tenant = tenant
    return hours


def business_hours_of(tenant: Tenant) -> BusinessHours | None:
    """None if the tenant has no business hours."""
    found = find_opening_hours(tenant)
    return None if found is None else found.as_business_hours()
