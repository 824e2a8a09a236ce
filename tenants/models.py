"""Users, tenants, memberships and API tokens."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from bson import ObjectId
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from supportsaas import clock
from supportsaas.db.model_transaction import in_transaction
from supportsaas.db.tenant_data import TENANT_ID
from tenants.audit.audit_log import Audited, AuditedQuerySet
from tenants.audit.audit_log import AuditEntry as AuditEntry
from tenants.credentials.second_factor import RecoveryCode as RecoveryCode
from tenants.credentials.second_factor import SecondFactor as SecondFactor
from tenants.credentials.sessions import PersonSession as PersonSession
from tenants.deletion import reject_used_slug


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not an IANA time zone. Examples: Europe/Berlin, America/New_York, UTC.")


class Role(models.TextChoices):
    """What a member may do. Each role includes the ones before it."""

    VIEWER = "viewer", "Viewer: can read"
    MANAGER = "manager", "Manager: can also run ingestion and edit rules and saved views"
    ADMIN = "admin", "Admin: can also edit the helpdesk connection, channels, members and tokens"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def allows(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


class UserManager(DjangoUserManager.from_queryset(AuditedQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


class User(Audited, AbstractUser):
    """A user who can sign in. Superusers run the system and see every tenant."""

    unaudited = frozenset({"last_login", "date_joined", "link_tenant", "single_keys_off"})
    secrets = frozenset({"password"})

    link_tenant_id: ObjectId | None
    link_tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    """The tenant whose admins created the account and may create password links for it. Cleared for good once a link is
    used or the user joins another tenant. None for accounts created elsewhere."""

    single_keys_off = models.BooleanField("without shortcuts of a single key", default=False, editable=False)
    """Speech input and keys pressed by accident would trigger them (WCAG 2.1.4)."""

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined, misc]  # Django makes it while it runs
        # Lookups on a unique field scan the collection, because its unique index is partial.
        indexes = [models.Index(fields=["username"], name="user_username")]


class Tenant(Audited):
    """A company whose tickets are ingested. `slug` is the `tenant_id` of every stored record."""

    unaudited = frozenset({"created_at"})

    slug = models.CharField(
        "tenant id",
        max_length=63,
        unique=True,
        validators=[
            RegexValidator(re.compile(rf"^{TENANT_ID.pattern}\Z"), "Use letters, digits, - and _ (at most 63).")
        ],
        help_text="Letters, digits, - and _. Used in URLs and the API. Cannot be changed later.",
    )
    name = models.CharField(max_length=200)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_timezone],
        help_text="IANA name, for example Europe/Berlin. Sets the days and hours of the dashboard.",
    )
    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(30), MaxValueValidator(36_500)],
        help_text="Tickets and their history are deleted this many days after the ticket was created. "
        "Leave empty to keep them.",
    )
    is_active = models.BooleanField(default=True, help_text="Nothing is ingested for inactive tenants.")
    read_only_links = models.BooleanField(
        default=True, help_text="Whether managers may make links that show numbers to people without an account."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["slug"], name="tenant_slug")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def end_of_retention(self, now: datetime) -> datetime | None:
        """Tickets that were created up to this moment are no longer kept; None if all are."""
        return None if self.retention_days is None else now - timedelta(days=self.retention_days)

    def clean(self) -> None:
        if self._state.adding and self.slug:
            reject_used_slug(self.slug)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises `ValidationError` if data of a deleted tenant with this id still exists."""
        if self._state.adding:
            reject_used_slug(self.slug)
        super().save(*args, **kwargs)


class Membership(Audited):
    user_id: ObjectId
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    tenant_id: ObjectId
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        verbose_name = "member"
        constraints = [models.UniqueConstraint(fields=["user", "tenant"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant} ({self.role})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Joining a second tenant ends the right of the first one's admins to create password links."""

        def work() -> None:
            super(Membership, self).save(*args, **kwargs)
            User.objects.filter(pk=self.user_id, link_tenant__isnull=False).exclude(link_tenant=self.tenant_id).update(
                link_tenant=None
            )

        in_transaction(work)


class ApiToken(Audited):
    """A program's key to the JSON API. Only its hash is stored; the token itself is shown once.

    It never allows more than its user may do. A user who loses a role, a tenant or the account loses it for their tokens,
    too, at once.
    """

    unaudited = frozenset({"digest", "created_at", "last_used_at"})

    name = models.CharField(max_length=100)
    user_id: ObjectId
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="tokens", help_text="The user on whose behalf the token acts."
    )
    tenant_id: ObjectId | None
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        related_name="tokens",
        null=True,
        blank=True,
        help_text="Leave empty for all tenants of the user.",
    )
    role = models.CharField(
        max_length=16, choices=Role.choices, default=Role.VIEWER, help_text="Limited to the user's own role."
    )
    digest = models.CharField(max_length=64, editable=False)
    limit = models.PositiveIntegerField(
        "requests per minute",
        null=True,
        blank=True,
        validators=[MaxValueValidator(60_000)],
        help_text="Leave empty for the default (API_REQUESTS_PER_MINUTE). 0 means no limit.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        indexes = [models.Index(fields=["digest"], name="token_digest")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(
        cls,
        *,
        name: str,
        user: User,
        tenant: Tenant | None,
        role: Role,
        expires_at: datetime | None = None,
        limit: int | None = None,
    ) -> tuple["ApiToken", str]:
        """Create a token. Returns it with its secret text, which is not stored."""
        text = f"sst_{secrets.token_urlsafe(32)}"
        token = cls.objects.create(
            name=name,
            user=user,
            tenant=tenant,
            role=role,
            digest=cls.digest_of(text),
            expires_at=expires_at,
            limit=limit,
        )
        return token, text

    @staticmethod
    def digest_of(text: str) -> str:
        # The token has 256 random bits, so a fast hash is safe.
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now) and self.user.is_active
