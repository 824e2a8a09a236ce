"""NumberAlert: a number that a tenant watches, and when to alert about it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import ClassVar, Final

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import models

from supportsaas import clock
from supportsaas.formatting import format_decimal, format_number
from tenants.audit.audit_log import Audited
from tenants.models import Tenant
from tickets.number_alerts.metrics import METRICS, WINDOW_TEXTS, Metric, Unit
from tickets.number_alerts.rules import Limit
from tickets.records.cleaning import clean_text
from tickets.store.filters import FilterError, TicketFilter
from tickets.store.saved_views import SavedView

MOST_ALERTS: Final = 30
LONGEST_NAME: Final = 80
A_DAY: Final = 24
LARGEST_THRESHOLD: Final = 1_000_000_000
WHOLE: Final = 100
"""In percent."""

UNITS: Final[dict[Unit, str]] = {"count": "", "percent": "%", "hours": " h"}
NOT_WATCHED: Final = ("q", "incident")
"""The filters of a view that no alert can follow, besides fixed periods, which never change."""

UNWATCHED: Final = "A view with a search, an incident or a fixed period cannot be watched. Choose another one."


class NumberAlert(Audited):
    """One number, its limit, and where the alert goes.

    - `threshold` None: alert if the number is unusual for its weekday and hour.
    - `view`: narrows the number to the tickets of a saved view. It cannot be deleted before the alert.
    - `channels`: the ids of channels; empty for all of the tenant's.
    - `muted_until`: nothing is sent before, but the state is kept.
    """

    unaudited = frozenset({"created_at"})
    keys_of: ClassVar[Mapping[str, str]] = {"channels": "tenants.Channel"}

    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="number_alerts")
    name = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="Empty: what the alert watches.")
    metric = models.CharField("number", max_length=24, choices=[(each.name, each.label) for each in METRICS.values()])
    view_id: ObjectId | None
    view = models.ForeignKey(SavedView, on_delete=models.RESTRICT, null=True, blank=True, related_name="number_alerts")
    window_hours = models.PositiveSmallIntegerField("over", default=24, choices=list(WINDOW_TEXTS.items()))
    direction = models.CharField(max_length=8, choices=[("above", "Above"), ("below", "Below")], default="above")
    threshold = models.FloatField("limit", null=True, blank=True)
    channels = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField("on", default=True)
    muted_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        app_label = "tickets"
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["tenant", "created_at", "id"], name="number_alerts_of_tenant")]

    def __str__(self) -> str:
        return self.name or self.sentence

    @property
    def what(self) -> Metric:
        return METRICS[self.metric]  # type: ignore[index]  # one of the choices

    @property
    def limit(self) -> Limit:
        return Limit(direction="below" if self.direction == "below" else "above", threshold=self.threshold)

    @property
    def is_unusual(self) -> bool:
        return self.threshold is None

    @property
    def wanted(self) -> TicketFilter:
        """The filter of the view; all tickets without one. Raises `FilterError` if the view is no longer valid."""
        return self.view.wanted() if self.view is not None else TicketFilter()

    @property
    def sentence(self) -> str:
        """What is watched, as a sentence without an end: “New tickets in the last hour, unusual for the hour”."""
        over = f" in {self.window_text}" if self.what.has_window else ""
        of = f" of “{self.view.name}”" if self.view is not None else ""
        return f"{self.what.label}{of}{over}, {self.limit_text}"

    @property
    def window_text(self) -> str:
        return WINDOW_TEXTS[self.window_hours]

    @property
    def limit_text(self) -> str:
        if self.threshold is None:
            return "unusual for the hour"
        return f"{self.direction} {show_limit(self.threshold, self.what)}"

    def show(self, value: float) -> str:
        """The value with its unit."""
        return show_value(value, self.what)

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and now < self.muted_until

    def clean(self) -> None:
        self.name = " ".join(clean_text(self.name).split())
        if self.metric not in METRICS:
            raise ValidationError({"metric": "Choose a number."})
        if not self.what.has_window:
            self.window_hours = A_DAY
        if not self.what.takes_view:
            self.view = None
        if errors := dict(self._problems()):
            raise ValidationError(errors)

    def _problems(self) -> Iterator[tuple[str, str]]:
        if self.metric == "in_view" and self.view is None:
            yield "view", "Choose the view whose tickets are counted."
        elif self.view is not None:
            yield from self._problems_of_view(self.view)
        if self.threshold is None and not self.what.can_be_unusual:
            yield "threshold", "Enter a limit. Only new tickets can be compared with the usual."
        elif self.threshold is not None and (problem := _problem_of_threshold(self.threshold, self.limit, self.what)):
            yield "threshold", problem
        if self.metric == "incident" and self.direction == "below":
            yield "threshold", "An incident can only be above a limit."
        if self.threshold is None and self.window_hours > A_DAY:
            yield "window_hours", "The usual is known for an hour or a day. Choose one of them."
        if self._state.adding and NumberAlert.objects.filter(tenant_id=self.tenant_id).count() >= MOST_ALERTS:
            yield "__all__", f"The limit of {MOST_ALERTS} alerts is reached. Delete one first."

    def _problems_of_view(self, view: SavedView) -> Iterator[tuple[str, str]]:
        if view.tenant_id != self.tenant_id:
            yield "view", "Choose one of this tenant's views."
            return
        try:
            wanted = view.wanted()
        except FilterError as error:
            yield "view", f"This view cannot be used: “{error.field}” {error.reason}."
            return
        if self.metric == "negative_share" and (wanted.sentiment or wanted.sentiment_not):
            yield "view", "A view that filters by sentiment has no share of negative tickets. Choose another one."
        followed = wanted.within(None, None) if wanted.period else wanted
        values = {each.name: getattr(followed, each.name) for each in fields(followed)}
        if any(values[name] for name in NOT_WATCHED) or any(isinstance(each, datetime) for each in values.values()):
            yield "view", UNWATCHED


def _problem_of_threshold(threshold: float, limit: Limit, metric: Metric) -> str:
    if not 0 <= threshold <= LARGEST_THRESHOLD:
        return f"Enter a number from 0 to {format_number(LARGEST_THRESHOLD)}."
    if metric.unit == "count" and not float(threshold).is_integer():
        return "Enter a whole number."
    if limit.direction == "below" and threshold == 0:
        return "Nothing is below 0. Enter a larger number."
    if metric.unit == "percent" and (threshold > WHOLE or (limit.direction == "above" and threshold == WHOLE)):
        return "No share is above 100%. Enter a smaller number."
    return ""


def show_limit(limit: float, metric: Metric) -> str:
    """As it was entered, with its unit."""
    return f"{format_decimal(limit)}{UNITS[metric.unit]}"


def show_value(value: float, metric: Metric) -> str:
    return format_number(round(value)) if metric.unit == "count" else f"{value:.1f}{UNITS[metric.unit]}"


def find_number_alerts(tenant: Tenant) -> list[NumberAlert]:
    """The tenant's alerts on numbers, the oldest first."""
    return list(NumberAlert.objects.filter(tenant=tenant).select_related("tenant", "view", "view__tenant"))
