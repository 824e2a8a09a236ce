"""The second factor: a code from an authenticator app (TOTP), or one of ten recovery codes.

The shared secret is stored encrypted, and recovery codes as digests. Each code works once: the last time step used is
stored, and one atomic update only ever increases it.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyotp
import segno
from bson import ObjectId
from django.db import models
from django.utils.crypto import constant_time_compare

from supportsaas import crypto
from tenants.audit.audit_log import Audited

if TYPE_CHECKING:
    from tenants.models import User

ISSUER = "SupportSaaS"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_QR_MARGIN = 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that look alike


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square of `size` modules with its margin; `lines` is the path, in SVG, of a line through each row's dark ones."""

    size: int
    lines: str

    @classmethod
    def of(cls, text: str) -> "QrCode":
        rows = [bytes(row) for row in segno.make(text, error="m").matrix_iter(border=_QR_MARGIN)]
        runs = (
            f"M{run.start()} {number}.5h{len(run[0])}"
            for number, row in enumerate(rows)
            for run in re.finditer(b"\x01+", row)
        )
        return cls(len(rows), "".join(runs))


class SecondFactor(Audited):
    """A user's authenticator app, required from `confirmed_at` on."""

    unaudited = frozenset({"last_step"})
    secrets = frozenset({"encrypted_secret"})

    user_id: ObjectId
    user = models.OneToOneField("tenants.User", on_delete=models.CASCADE, related_name="second_factor")
    encrypted_secret = models.TextField(editable=False)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "two-factor authentication"
        verbose_name_plural = "two-factor authentication"

    def __str__(self) -> str:
        return f"of {self.user}"

    @property
    def address(self) -> str:
        """The otpauth URI for the QR code."""
        return self._totp().provisioning_uri(name=self.user.get_username(), issuer_name=ISSUER)

    @property
    def qr_code(self) -> "QrCode":
        """The address, to be drawn."""
        return QrCode.of(self.address)

    @property
    def typed_secret(self) -> str:
        """The secret in groups of four characters, for typing."""
        secret = crypto.decrypt(self.encrypted_secret)
        return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

    def take_code(self, code: str, *, now: datetime) -> bool:
        """Whether the code is unused and valid now, or half a minute ago or ahead."""
        wanted, present = "".join(code.split()), int(now.timestamp()) // STEP_SECONDS
        for step in (present, present - 1, present + 1):
            if constant_time_compare(self._totp().generate_otp(step), wanted):
                unused = SecondFactor.objects.filter(pk=self.pk, last_step__lt=step)
                return bool(unused.update(last_step=step))
        return False

    def _totp(self) -> pyotp.TOTP:
        return pyotp.TOTP(crypto.decrypt(self.encrypted_secret), interval=STEP_SECONDS)


class RecoveryCode(models.Model):
    """A single-use code for a lost phone."""

    user_id: ObjectId
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


def find_factor(user: "User") -> SecondFactor | None:
    """The user's confirmed second factor."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def find_unconfirmed(user: "User") -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).first()


def start_setup(user: "User") -> SecondFactor:
    """Create a secret, which has no effect until `confirm`. Raises `ValueError` if a factor is confirmed already."""
    if find_factor(user) is not None:
        raise ValueError("The user already has a second factor. Remove it first.")
    SecondFactor.objects.filter(user=user).delete()
    return SecondFactor.objects.create(user=user, encrypted_secret=crypto.encrypt(pyotp.random_base32()))


def confirm(factor: SecondFactor, code: str, *, now: datetime) -> list[str] | None:
    """Turn the second factor on if the code is right. Returns the recovery codes to show once."""
    if not factor.take_code(code, now=now):
        return None
    factor.confirmed_at = now
    factor.save(update_fields=["confirmed_at"])
    return make_recovery_codes(factor.user)


def make_recovery_codes(user: "User") -> list[str]:
    """Create new codes. The old ones stop working."""
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.filter(user=user).delete()
    for code in codes:
        RecoveryCode.objects.create(user=user, digest=_digest(user, code))
    return codes


def count_recovery_codes(user: "User") -> int:
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def take_any_code(user: "User", code: str, *, now: datetime) -> bool:
    """Whether this is a right code, from the app or for recovery. It then cannot be used again."""
    factor = find_factor(user)
    if factor is None:
        return False
    if factor.take_code(code, now=now):
        return True
    matching = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
    return bool(matching.update(used_at=now))


def remove(user: "User") -> bool:
    """Remove the second factor and the recovery codes. False if there was none."""
    RecoveryCode.objects.filter(user=user).delete()
    removed, _ = SecondFactor.objects.filter(user=user).delete()
    return bool(removed)


def _digest(user: "User", code: str) -> str:
    # The codes have 74 random bits, so a fast hash is safe.
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(f"{user.pk}:{plain}".encode("utf-8", "replace")).hexdigest()
