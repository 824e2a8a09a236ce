"""Confirmation of the e-mail addresses that alerts go to.

A member's own address needs no confirmation, nor does one that another channel of the tenant already uses. Every other
address gets a confirmation link first, so that nobody can send mail to strangers. Addresses added on the command line,
or before confirmation existed, count as confirmed.
"""

from dataclasses import dataclass

from django.core import signing

from supportsaas.db.model_transaction import in_transaction
from tenants.models import Membership, Tenant
from tickets.alerts.model import Channel, ChannelKind, fold_address

LINK_LASTS_SECONDS = 7 * 24 * 3600
_SALT = "channel-address"


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """What a link confirms: the tenant may send alerts to the address."""

    tenant: Tenant
    address: str


def hold_new_addresses(channel: Channel) -> None:
    """Mark the channel's unconfirmed addresses; the caller saves the channel."""
    if channel.kind != ChannelKind.EMAIL:
        channel.unconfirmed = []
        return
    known = _known_addresses(channel.tenant)
    channel.unconfirmed = [each for each in channel.recipients if fold_address(each) not in known]


def confirmation_token(claim: AddressClaim) -> str:
    return signing.dumps([str(claim.tenant.pk), claim.address], salt=_SALT)


def read_token(token: str) -> AddressClaim | None:
    """The claim, or None if the token is invalid, expired, or its tenant was deleted."""
    try:
        tenant_id, address = signing.loads(token, salt=_SALT, max_age=LINK_LASTS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    return AddressClaim(tenant, address) if tenant is not None else None


def confirm(claim: AddressClaim) -> list[Channel]:
    """Confirm the address in all of the tenant's channels; returns the changed channels."""

    def work() -> list[Channel]:
        changed = []
        for channel in Channel.objects.filter(tenant=claim.tenant, kind=ChannelKind.EMAIL):
            left = [each for each in channel.unconfirmed or [] if fold_address(each) != fold_address(claim.address)]
            if left != (channel.unconfirmed or []):
                channel.unconfirmed = left
                channel.save(update_fields=["unconfirmed"])
                changed.append(channel)
        return changed

    return in_transaction(work)


def _known_addresses(tenant: Tenant) -> set[str]:
    members = Membership.objects.filter(tenant=tenant).select_related("user")
    own = {fold_address(each.user.email) for each in members if each.user.is_active and each.user.email}
    channels = Channel.objects.filter(tenant=tenant, kind=ChannelKind.EMAIL)
    return own | {fold_address(address) for channel in channels for address in channel.confirmed_recipients}
