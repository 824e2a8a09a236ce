"""The second factor of a log-in: a code of an authenticator app (TOTP), or one of ten recovery codes.

The shared secret is encrypted at rest, recovery codes are kept as digests. A code works once: the last
step used is kept, and moves only forward, by one atomic update.
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
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else


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
    """A person's authenticator; it counts from `confirmed_at` on."""

    unaudited = frozenset({"last_step"})
    secrets = frozenset({"encrypted_secret"})

    user_id: ObjectId
    user = models.OneToOneField("tenants.User", on_delete=models.CASCADE, related_name="second_factor")
    encrypted_secret = models.TextField(editable=False)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "two-factor log-in"
        verbose_name_plural = "two-factor log-ins"

    def __str__(self) -> str:
        return f"of {self.user}"

    @property
    def address(self) -> str:
        """What the app reads from the QR code."""
        return self._totp().provisioning_uri(name=self.user.get_username(), issuer_name=ISSUER)

    @property
    def qr_code(self) -> "QrCode":
        """The address, to be drawn."""
        return QrCode.of(self.address)

    @property
    def typed_secret(self) -> str:
        """The secret for typing, in groups of four."""
        secret = crypto.decrypt(self.encrypted_secret)
        return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

    def take_code(self, code: str, *, now: datetime) -> bool:
        """Whether the app shows this code now (or did, or will, half a minute off) and it was not used yet."""
        wanted, present = "".join(code.split()), int(now.timestamp()) // STEP_SECONDS
        for step in (present, present - 1, present + 1):
            if constant_time_compare(self._totp().generate_otp(step), wanted):
                unused = SecondFactor.objects.filter(pk=self.pk, last_step__lt=step)
                return bool(unused.update(last_step=step))
        return False

    def _totp(self) -> pyotp.TOTP:
        return pyotp.TOTP(crypto.decrypt(self.encrypted_secret), interval=STEP_SECONDS)


class RecoveryCode(models.Model):
    """A code for when the phone is gone; it works once."""

    user_id: ObjectId
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


def find_factor(user: "User") -> SecondFactor | None:
    """The person's confirmed second factor."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def find_unconfirmed(user: "User") -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=True).first()


def start_setup(user: "User") -> SecondFactor:
    """A new secret that counts for nothing until `confirm`; one that is confirmed already stays."""
    if find_factor(user) is not None:
        raise ValueError("There is a second factor already; take it off first.")
    SecondFactor.objects.filter(user=user).delete()
    return SecondFactor.objects.create(user=user, encrypted_secret=crypto.encrypt(pyotp.random_base32()))


def confirm(factor: SecondFactor, code: str, *, now: datetime) -> list[str] | None:
    """Begin to ask for the factor, if the app shows the right code; the recovery codes, shown this once."""
    if not factor.take_code(code, now=now):
        return None
    factor.confirmed_at = now
    factor.save(update_fields=["confirmed_at"])
    return make_recovery_codes(factor.user)


def make_recovery_codes(user: "User") -> list[str]:
    """New codes; the old ones do not work any more."""
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
    """Whether the code, of the app or for recovery, is right; it is used up then."""
    factor = find_factor(user)
    if factor is None:
        return False
    if factor.take_code(code, now=now):
        return True
    fitting = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
    return bool(fitting.update(used_at=now))


def remove(user: "User") -> bool:
    """Log-ins need the password alone again; whether there was anything to take off."""
    RecoveryCode.objects.filter(user=user).delete()
    removed, _ = SecondFactor.objects.filter(user=user).delete()
    return bool(removed)


def _digest(user: "User", code: str) -> str:
    # 74 random bits: a plain hash is as good as a slow one.
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(f"{user.pk}:{plain}".encode("utf-8", "replace")).hexdigest()
