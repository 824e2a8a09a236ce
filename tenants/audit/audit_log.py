"""Who changed the set-up (tenants, sources, members, tokens, people …), and what it was before.

A model that inherits `Audited` is in the log whoever changes it: pages, admin, API, commands. Saving,
deleting (also by a cascade) and updating many write the entry in one transaction with the change;
ways that would pass the log by are refused. Secrets stand in it as "changed".
"""

import getpass
import sys
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import models
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from supportsaas import clock
from supportsaas.clock import iso_z
from supportsaas.db.model_transaction import in_transaction
from supportsaas.web.client_address import client_address
from supportsaas.web.current_request import current_request
from tenants.audit.secret_names import HIDDEN, settings_as_text

LONGEST_VALUE = 2_000
Values = dict[str, Any]


class AppendOnly(models.QuerySet[Any]):
    def update(self, **values: Any) -> int:
        raise TypeError("The audit log is only ever added to.")

    def delete(self) -> Any:
        raise TypeError("The audit log is only ever added to.")


class AuditEntry(models.Model):
    """One change. Only ever added, never changed or deleted."""

    recorded_at = models.DateTimeField(default=clock.now)
    tenant_slug = models.CharField(max_length=63, db_column="tenant_id", verbose_name="tenant")
    actor = models.CharField(max_length=200)
    via = models.CharField(max_length=16)
    address = models.CharField(max_length=45)
    action = models.CharField(max_length=16)
    kind = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)

    objects = AppendOnly.as_manager()

    class Meta:
        db_table = "audit_log"
        verbose_name = "change of the set-up"
        verbose_name_plural = "changes of the set-up"
        indexes = [
            # A tenant's changes, newest first; all changes, newest first, in the admin.
            models.Index(fields=["tenant_slug", "-recorded_at", "-id"], name="audit_of_tenant"),
            models.Index(fields=["-recorded_at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.action} by {self.actor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is only ever added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("The audit log is only ever added to.")


class AuditedQuerySet(models.QuerySet[Any]):
    def update(self, **values: Any) -> int:
        if not set(values) & audited_fields(self.model).keys():
            return super().update(**values)

        def work() -> int:
            before = {each.pk: stored_values(each) for each in self.all()}
            changed = super(AuditedQuerySet, self).update(**values)
            for each in self.model._base_manager.filter(pk__in=list(before)):
                _append_change(each, before[each.pk], stored_values(each))
            return changed

        return in_transaction(work)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> Any:
        return in_transaction(super().delete)

    delete.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Made in bulk, they would not be in the audit log: save each.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Changed in bulk, they would not be in the audit log: save each.")


class Audited(models.Model):
    """Every change of a field that is not in `unaudited` goes into the log; of `secrets`, only that they changed."""

    unaudited: ClassVar[frozenset[str]] = frozenset()
    secrets: ClassVar[frozenset[str]] = frozenset()

    objects: ClassVar[Any] = AuditedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None and not set(fields) & audited_fields(type(self)).keys():
            super().save(*args, **kwargs)
            return
        in_transaction(partial(super().save, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return in_transaction(partial(super().delete, *args, **kwargs))


def connect() -> None:
    """Watch every audited model of every app, groups, and who is in which group; once, at the start."""
    watched: list[Any] = [model for model in apps.get_models() if issubclass(model, Audited)]
    for model in [*watched, Group]:
        pre_save.connect(_before_save, sender=model)
        post_save.connect(_after_save, sender=model)
        pre_delete.connect(_before_delete, sender=model)
    user: Any = get_user_model()
    for through, name, reverse_name in (
        (user.groups.through, "groups", "user_set"),
        (user.user_permissions.through, "user_permissions", "user_set"),
        (Group.permissions.through, "permissions", "group_set"),
    ):
        receiver = partial(_relation_changed, name=name, reverse_name=reverse_name)
        m2m_changed.connect(receiver, sender=through, weak=False)


def audited_fields(model: type[models.Model]) -> dict[str, Any]:
    left_out: frozenset[str] = getattr(model, "unaudited", frozenset())
    return {
        each.name: each for each in model._meta.concrete_fields if not each.primary_key and each.name not in left_out
    }


def stored_values(instance: models.Model) -> Values:
    """What the database holds of it, in words; {} where it is not there."""
    fields = audited_fields(type(instance))
    names = [each.attname for each in fields.values()]
    row = type(instance)._base_manager.filter(pk=instance.pk).values(*names).first()
    return {name: row[each.attname] for name, each in fields.items()} if row else {}


def _before_save(instance: models.Model, raw: bool, **_: Any) -> None:
    instance._audited_before = {} if instance._state.adding else stored_values(instance)  # type: ignore[attr-defined]


def _after_save(instance: models.Model, created: bool, **_: Any) -> None:
    before = instance.__dict__.pop("_audited_before", {})
    _append_change(instance, {} if created else before, stored_values(instance))


def _before_delete(instance: models.Model, **_: Any) -> None:
    _append_change(instance, stored_values(instance), {})


def _relation_changed(
    *, instance: Any, action: str, reverse: bool, model: Any, pk_set: Any, name: str, reverse_name: str, **_: Any
) -> None:
    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    if action == "pre_clear":
        others = list(getattr(instance, reverse_name if reverse else name).all())
    else:
        others = list(model._base_manager.filter(pk__in=pk_set))
    # Seen from the other side (a group's people), it is each of the others that changes.
    for subject, objects in [(other, [instance]) for other in others] if reverse else [(instance, others)]:
        words = ", ".join(sorted(str(each) for each in objects))
        if words:
            change = {"old": "", "new": words} if action == "post_add" else {"old": words, "new": ""}
            _append(subject, "changed", {name: change})


def _append_change(instance: models.Model, before: Values, after: Values) -> None:
    fields = audited_fields(type(instance))
    secrets: frozenset[str] = getattr(type(instance), "secrets", frozenset())
    changes = {}
    for name, field in fields.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in secrets:
            change = {"old": HIDDEN if old else "", "new": HIDDEN if new else ""}
        else:
            change = {"old": _in_words(field, old), "new": _in_words(field, new)}
        if any(change.values()):  # from nothing to empty is no news
            changes[name.removeprefix("encrypted_")] = change
    if changes:
        _append(instance, "changed" if before and after else "created" if after else "deleted", changes)


def _append(instance: models.Model, action: str, changes: dict[str, Any]) -> None:
    actor, via, address = who()
    append_entry(
        tenant_slug=_tenant_of(instance),
        actor=actor,
        via=via,
        address=address,
        action=action,
        kind=str(instance._meta.verbose_name),
        object_id=str(instance.pk),
        name=str(instance),
        changes=changes,
    )


def append_entry(
    *,
    tenant_slug: str,
    actor: str,
    via: str,
    action: str,
    kind: str,
    object_id: str,
    name: str,
    address: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """Add to the log what is no change of an audited model; `changes`: field to its `old` and `new`, in words."""
    AuditEntry(
        tenant_slug=tenant_slug,
        actor=actor[:200],
        via=via,
        address=address,
        action=action,
        kind=kind,
        object_id=object_id,
        name=name[:300],
        changes=changes or {},
    ).save()


def _tenant_of(instance: Any) -> str:
    if hasattr(instance, "slug"):
        return str(instance.slug)
    tenant = getattr(instance, "tenant", None)
    return str(tenant.slug) if tenant is not None else ""


def who() -> tuple[str, str, str]:
    """The actor, by what way, and from where."""
    request = current_request()
    if request is None:
        arguments = [Path(sys.argv[0]).name, *sys.argv[1:2]] if sys.argv else []
        return f"{_system_user()} by {' '.join(arguments)}", "command", ""
    address = client_address(request)
    caller = getattr(request, "auth", None)
    if caller is not None:
        return str(getattr(caller, "name", caller)), "API", address
    user = getattr(request, "user", None)
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return name or "somebody not logged in", "admin" if request.path.startswith("/admin/") else "page", address


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "an unknown user"  # a container's user need not have a name


def _in_words(field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if field.is_relation:
        return _names(field.related_model, [value])[:LONGEST_VALUE]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return iso_z(value) or ""
    if value in ([], {}):
        return ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)[:LONGEST_VALUE]
    return (value if isinstance(value, str) else settings_as_text(value))[:LONGEST_VALUE]


def _names(model: Any, keys: Iterable[Any]) -> str:
    return ", ".join(str(each) for each in model._base_manager.filter(pk__in=list(keys)))
