"""People, tenants, who may see what, and where a tenant's tickets live."""

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from bson import ObjectId
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from supportsaas import clock, secret_box
from supportsaas.model_transaction import in_transaction
from tenants.address import validate_address
from tenants.audit import Audited, AuditedQuerySet
from tenants.audit import AuditEntry as AuditEntry
from tenants.channel import Channel as Channel
from tenants.channel import ChannelKind as ChannelKind
from tenants.deletion import refuse_used_slug
from tenants.second_factor import RecoveryCode as RecoveryCode
from tenants.second_factor import SecondFactor as SecondFactor
from tenants.sessions import PersonSession as PersonSession

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def validate_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not an IANA time zone. Examples: Europe/Berlin, America/New_York, UTC.")


class Role(models.TextChoices):
    """What a member may do; each role includes the ones before it."""

    VIEWER = "viewer", "Viewer: reads"
    MANAGER = "manager", "Manager: also runs ingestion, edits rules and saved views"
    ADMIN = "admin", "Admin: also edits the source, members and tokens"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def allows(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


class UserManager(DjangoUserManager.from_queryset(AuditedQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


class User(Audited, AbstractUser):
    """Someone who logs in. Superusers run the system and see every tenant."""

    unaudited = frozenset({"last_login", "date_joined", "link_tenant"})
    secrets = frozenset({"password"})

    link_tenant_id: ObjectId | None
    link_tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    """Whose admins made the account and may hand out a link to choose its password; none for good once it was used
    or became a member of another tenant, and of accounts that somebody else made."""

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        # Look-ups on a unique field scan the collection (its unique index is partial).
        indexes = [models.Index(fields=["username"], name="user_username")]


class Tenant(Audited):
    """A company whose tickets we read. `slug` is the `tenant_id` of every stored record."""

    unaudited = frozenset({"created_at"})

    slug = models.CharField(
        "tenant id",
        max_length=63,
        unique=True,
        validators=[RegexValidator(re.compile(rf"^{SLUG.pattern}\Z"), "Use letters, digits, - and _ (at most 63).")],
        help_text="Letters, digits, - and _. It names the tenant in addresses and the API and cannot be changed.",
    )
    name = models.CharField(max_length=200)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_timezone],
        help_text="IANA name, for example Europe/Berlin. Days and hours of the dashboard follow it.",
    )
    retention_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(30), MaxValueValidator(36_500)],
        help_text="Tickets and their history are erased this many days after the ticket was created. "
        "Empty: nothing is ever erased.",
    )
    is_active = models.BooleanField(default=True, help_text="Inactive tenants are not ingested.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["slug"], name="tenant_slug")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def clean(self) -> None:
        if self._state.adding:
            refuse_used_slug(self.slug)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises `ValidationError` where data of an earlier tenant of this id is not erased yet."""
        if self._state.adding:
            refuse_used_slug(self.slug)
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
        """A member of another tenant too is no longer the one tenant's own to hand out links for."""

        def work() -> None:
            super(Membership, self).save(*args, **kwargs)
            User.objects.filter(pk=self.user_id, link_tenant__isnull=False).exclude(link_tenant=self.tenant_id).update(
                link_tenant=None
            )

        in_transaction(work)


class SourceKind(models.TextChoices):
    HOUSE = "house", "House protocol"
    REST = "rest", "REST, configurable"
    REDMINE = "redmine", "Redmine"
    RT = "rt", "Request Tracker"


class AuthKind(models.TextChoices):
    NONE = "none", "None"
    HEADER = "header", "Key in a header"
    BEARER = "bearer", "Bearer token"
    BASIC = "basic", "User and password (Basic)"
    QUERY = "query", "Key in the address"


class Source(Audited):
    """Where a tenant's tickets live: one helpdesk a tenant, its credential encrypted at rest."""

    secrets = frozenset({"encrypted_secret"})
    unaudited = frozenset({"name"})  # a run gives it, unless a person does

    tenant_id: ObjectId
    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="source")
    name = models.CharField(
        max_length=63,
        blank=True,
        default="",
        validators=[RegexValidator(re.compile(r"^[\w.-]+\Z"), "Use letters, digits, ., - and _ (at most 63).")],
        help_text="Whose tickets it reads. Ids of tickets of a further connection begin with it. "
        "Empty: it is named once it is connected.",
    )
    kind = models.CharField(max_length=16, choices=SourceKind.choices, default=SourceKind.HOUSE)
    url = models.CharField(
        "address",
        max_length=500,
        validators=[validate_address],
        help_text="Where the helpdesk answers, for example https://help.example.com",
    )
    auth = models.CharField("log-in", max_length=16, choices=AuthKind.choices, default=AuthKind.NONE)
    auth_name = models.CharField(
        "header, parameter or user name",
        max_length=200,
        blank=True,
        help_text="The header's name (for example X-Redmine-API-Key), the parameter of a key in the address (for "
        "example api_key) or the user of a Basic log-in.",
    )
    encrypted_secret = models.TextField(blank=True, editable=False)
    options = models.JSONField(
        default=dict,
        blank=True,
        help_text="Settings of the kind, as JSON; docs/sources.md lists them. Empty for the house protocol.",
    )
    page_size = models.PositiveIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    every_minutes = models.PositiveIntegerField(
        "read every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text="Minutes from one read by the workers to the next, at most 10,080 (a week). "
        "Empty: it is read only when somebody starts it.",
    )
    enabled = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.url}"

    @property
    def has_secret(self) -> bool:
        return bool(self.encrypted_secret)

    def set_secret(self, secret: str) -> None:
        """Keep the key or password, encrypted; an empty one is forgotten."""
        self.encrypted_secret = secret_box.encrypt(secret) if secret else ""

    def reveal_secret(self) -> str:
        """The key or password, for the request that needs it; raises `SecretUnreadable`."""
        return secret_box.decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def clean(self) -> None:
        from tenants.source_options import check_options, refuse_secrets

        errors: dict[str, Any] = {}
        if self.auth in (AuthKind.HEADER, AuthKind.BASIC) and not self.auth_name:
            errors["auth_name"] = "This log-in needs the header's name or the user."
        if self.auth == AuthKind.QUERY and not self.auth_name:
            errors["auth_name"] = "This log-in needs the name of the parameter, for example api_key."
        if self.options is None:
            self.options = {}
        try:
            if self.options != self._stored_options():
                refuse_secrets(self.options)
            check_options(self.kind, self.options)
        except ValueError as error:
            errors["options"] = str(error)
        if errors:
            raise ValidationError(errors)

    def _stored_options(self) -> Any:
        """Those of an older version may hold a secret, and the rest of the source can be changed nevertheless."""
        return (
            None if self._state.adding else Source.objects.filter(pk=self.pk).values_list("options", flat=True).first()
        )


class ApiToken(Audited):
    """A program's key to the JSON API. Only its hash is kept; the token itself is shown once.

    It never allows more than its person may do at that moment: who loses a role, a tenant or the log-in
    loses it in their tokens at once.
    """

    unaudited = frozenset({"digest", "created_at", "last_used_at"})

    name = models.CharField(max_length=100)
    user_id: ObjectId
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="tokens", help_text="On whose behalf it acts."
    )
    tenant_id: ObjectId | None
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        related_name="tokens",
        null=True,
        blank=True,
        help_text="Empty: every tenant of the user.",
    )
    role = models.CharField(
        max_length=16, choices=Role.choices, default=Role.VIEWER, help_text="Never more than the user's own role."
    )
    digest = models.CharField(max_length=64, editable=False)
    limit = models.PositiveIntegerField(
        "requests a minute",
        null=True,
        blank=True,
        validators=[MaxValueValidator(60_000)],
        help_text="Empty: as API_REQUESTS_PER_MINUTE says. 0: no limit.",
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
        """Make a token; the second item is the text to hand out, which is not kept."""
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
        # The token is 256 random bits, so a plain hash is as good as a slow one.
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now) and self.user.is_active
