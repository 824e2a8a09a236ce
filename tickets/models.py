"""The app's models: those that managers edit, and unmanaged models of plain collections, read-only, for the admin."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django_mongodb_backend.fields import ObjectIdAutoField

from tickets.alerts.model import Channel as Channel
from tickets.helpdesks.hook_model import Hook as Hook
from tickets.helpdesks.model import HelpdeskToken as HelpdeskToken
from tickets.helpdesks.model import Source as Source
from tickets.number_alerts.model import NumberAlert as NumberAlert
from tickets.rules.model import ClassificationRule as ClassificationRule
from tickets.service_levels.model import OpeningHours as OpeningHours
from tickets.service_levels.targets import ServiceTarget as ServiceTarget
from tickets.status_mapping.model import StatusMapping as StatusMapping
from tickets.store.list_preferences import ListPreference as ListPreference
from tickets.store.private_views import PrivateView as PrivateView
from tickets.store.saved_views import SavedView as SavedView

if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class DocumentField(_Field):
    """A nested document as MongoDB returns it, including dates (a JSONField cannot have any)."""

    def db_type(self, connection: Any) -> str:
        return "object"


class IngestionLog(models.Model):
    """One ingestion run."""

    job_id = models.CharField("job", max_length=36, primary_key=True, db_column="_id")
    tenant_id = models.CharField("tenant", max_length=63)
    status = models.CharField(max_length=16)
    trigger = models.CharField(max_length=16)
    started_by = models.CharField(max_length=150)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    total_pages = models.IntegerField(null=True)
    processed_pages = models.IntegerField(default=0)
    counts = DocumentField(default=dict)
    error = DocumentField(null=True)
    warning = DocumentField(null=True)
    options = DocumentField(default=dict)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "ingestion_logs"
        verbose_name = "ingestion log"
        ordering = ["-queued_at"]

    def __str__(self) -> str:
        return f"{self.tenant_id} {self.queued_at:%Y-%m-%d %H:%M} {self.status}" if self.queued_at else self.job_id


class TicketHistory(models.Model):
    """One entry of a ticket's history: the changed fields with their old and new values."""

    id = ObjectIdAutoField(primary_key=True, db_column="_id")
    tenant_id = models.CharField("tenant", max_length=63)
    external_id = models.CharField("ticket", max_length=200)
    action = models.CharField(max_length=16)
    changes = DocumentField(default=dict)
    recorded_at = models.DateTimeField()
    job_id = models.CharField("job", max_length=36)
    reason = models.CharField(max_length=40, null=True)
    told_by = models.CharField("reported by", max_length=16, null=True)
    author = models.CharField(max_length=200, null=True)

    class Meta:
        managed = False
        db_table = "ticket_history"
        verbose_name = "ticket history entry"
        verbose_name_plural = "ticket history"
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.action}"


class Delivery(models.Model):
    """One message to one channel, with its attempts."""

    key = models.CharField(max_length=64, primary_key=True, db_column="_id")
    tenant_id = models.CharField("tenant", max_length=63)
    channel_id = models.CharField("channel", max_length=24)
    kind = models.CharField(max_length=16)
    status = models.CharField(max_length=16)
    headline = models.TextField()
    tickets = DocumentField(default=list)
    attempts = models.IntegerField(default=0)
    log = DocumentField(default=list)
    composed_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, null=True)
    again_by = models.CharField("sent again by", max_length=150, null=True)
    again_at = models.DateTimeField("sent again at", null=True)

    class Meta:
        managed = False
        db_table = "deliveries"
        verbose_name_plural = "deliveries"
        ordering = ["-composed_at"]

    def __str__(self) -> str:
        return self.headline


class Circuit(models.Model):
    """The circuit breaker of one endpoint."""

    name = models.CharField("endpoint", max_length=300, primary_key=True, db_column="_id")
    state = models.CharField(max_length=16)
    results = DocumentField(default=list)
    opened_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    well_since = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "circuits"
        verbose_name = "circuit breaker"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
