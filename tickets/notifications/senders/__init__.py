"""Channels to send over, one file a kind. `open_sender` makes the one a channel is set to."""

from tenants.models import Channel, ChannelKind
from tickets.notifications.senders.base import Answer, DeliveryError, Sender
from tickets.notifications.senders.email import EmailSender
from tickets.notifications.senders.house import HouseSender
from tickets.notifications.senders.slack import SlackSender
from tickets.notifications.senders.webhook import WebhookSender

__all__ = ["Answer", "DeliveryError", "Sender", "open_sender"]


def open_sender(channel: Channel) -> Sender:
    """The channel, ready to send; close it after use. Raises `DeliveryError` where its settings are wrong."""
    match channel.kind:
        case ChannelKind.HOUSE:
            return HouseSender(channel)
        case ChannelKind.WEBHOOK:
            return WebhookSender(channel)
        case ChannelKind.SLACK:
            return SlackSender(channel)
        case ChannelKind.EMAIL:
            return EmailSender(channel)
    raise DeliveryError(f"There is no channel of the kind “{channel.kind}”.", fault="settings")
