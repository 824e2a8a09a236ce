"""The audit log of configuration changes: who changed a tenant, connection, member, token or user, and the old value.

All changes of models that inherit `Audited` are logged, whether they come from pages, admin, API or commands. Saves,
deletions (also by cascade) and updates of many write their entry in the same transaction as the change. Operations that
would bypass the log raise an error. Secrets are logged without their value.
"""

import getpass
import sys
from collections.abc import Iterable, Mapping
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
        raise TypeError("The audit log is append-only.")

    def delete(self) -> Any:
        raise TypeError("The audit log is append-only.")


class AuditEntry(models.Model):
    """One change. Entries are never changed or deleted."""

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
        verbose_name = "configuration change"
        verbose_name_plural = "configuration changes"
        indexes = [
            # A tenant's changes, newest first; all changes, newest first, in the admin.
            models.Index(fields=["tenant_slug", "-recorded_at", "-id"], name="audit_of_tenant"),
            models.Index(fields=["-recorded_at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.action} by {self.actor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("The audit log is append-only.")


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
        raise TypeError("Bulk creation would bypass the audit log. Save each object.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Bulk updates would bypass the audit log. Save each object.")


class Audited(models.Model):
    """Logs every change of a field that is not in `unaudited`. For fields in `secrets`, logs only that they changed.

    `keys_of`: of fields that hold a list of keys, the label of their model, whose objects are named in the log.
    """

    unaudited: ClassVar[frozenset[str]] = frozenset()
    secrets: ClassVar[frozenset[str]] = frozenset()
    keys_of: ClassVar[Mapping[str, str]] = {}

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
    """Log changes of all audited models, groups, and group memberships. Called once at startup."""
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
    """The stored values of the audited fields, or {} if the object is not stored."""
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
    # From the reverse side (a group's users), each of the others is the one that changes.
    for subject, objects in [(other, [instance]) for other in others] if reverse else [(instance, others)]:
        words = ", ".join(sorted(str(each) for each in objects))
        if words:
            change = {"old": "", "new": words} if action == "post_add" else {"old": words, "new": ""}
            _append(subject, "changed", {name: change})


def _append_change(instance: models.Model, before: Values, after: Values) -> None:
    fields = audited_fields(type(instance))
    secrets: frozenset[str] = getattr(type(instance), "secrets", frozenset())
    keys_of: Mapping[str, str] = getattr(type(instance), "keys_of", {})
    changes = {}
    for name, field in fields.items():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in secrets:
            change = {"old": HIDDEN if old else "", "new": HIDDEN if new else ""}
        elif name in keys_of:
            model = apps.get_model(keys_of[name])
            change = {"old": _names(model, old or ())[:LONGEST_VALUE], "new": _names(model, new or ())[:LONGEST_VALUE]}
        else:
            change = {"old": _as_text(field, old), "new": _as_text(field, new)}
        if any(change.values()):  # from nothing to empty is not a change
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
    """Log something other than a change of an audited model. `changes` maps fields to `old` and `new`, as text."""
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
    """The actor, the channel (command, API, admin or page), and the address."""
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
    return name or "not signed in", "admin" if request.path.startswith("/admin/") else "page", address


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "an unknown user"  # a container's user may have no name


def _as_text(field: Any, value: Any) -> str:
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
