from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        # By signals, so that a schedule holds at once whoever changes a source: admin, command or demo.
        from supportsaas.ops import per_tenant_work
        from supportsaas.ops.health_checks import register
        from tenants.models import Tenant
        from tickets.alerts import health_checks as alert_health_checks
        from tickets.helpdesks.model import Source
        from tickets.ingestion import health_checks
        from tickets.rules import reclassification
        from tickets.rules.model import ClassificationRule
        from tickets.status_mapping import remapping
        from tickets.status_mapping.model import StatusMapping

        post_save.connect(_follow_source, sender=Source)
        post_delete.connect(_forget_schedule, sender=Source)
        post_save.connect(_follow_tenant, sender=Tenant)
        post_save.connect(reclassification.follow_change, sender=ClassificationRule)
        post_delete.connect(reclassification.follow_change, sender=ClassificationRule)
        post_save.connect(remapping.follow_change, sender=StatusMapping)
        post_delete.connect(remapping.follow_change, sender=StatusMapping)
        for check in (*health_checks.HEALTH_CHECKS, *per_tenant_work.HEALTH_CHECKS, *alert_health_checks.HEALTH_CHECKS):
            register(check)


def _follow_source(instance: Any, raw: bool, **_: Any) -> None:
    from tickets.ingestion.schedule import follow_source

    if not raw:  # of a fixture the tenant may come later; the workers follow the source within a minute
        follow_source(instance)


def _forget_schedule(instance: Any, **_: Any) -> None:
    from tickets.ingestion.schedule import forget_schedule

    forget_schedule(instance.tenant.slug)


def _follow_tenant(instance: Any, created: bool, raw: bool, **_: Any) -> None:
    from tickets.helpdesks.model import Source
    from tickets.ingestion.schedule import follow_source

    source = None if created or raw else Source.objects.filter(tenant=instance).select_related("tenant").first()
    if source is not None:
        follow_source(source)
