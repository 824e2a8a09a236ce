"""Channels to send over, one file a kind. `open_sender` makes the one a channel is set to."""

from tickets.alerts.kinds.base import Answer, DeliveryError, Sender
from tickets.alerts.kinds.email import EmailSender
from tickets.alerts.kinds.native import NativeSender
from tickets.alerts.kinds.slack import SlackSender
from tickets.alerts.kinds.webhook import WebhookSender
from tickets.alerts.model import Channel, ChannelKind

__all__ = ["Answer", "DeliveryError", "Sender", "open_sender"]


def open_sender(channel: Channel) -> Sender:
    """The channel, ready to send; close it after use. Raises `DeliveryError` where its settings are wrong."""
    match channel.kind:
        case ChannelKind.NATIVE:
            return NativeSender(channel)
        case ChannelKind.WEBHOOK:
            return WebhookSender(channel)
        case ChannelKind.SLACK:
            return SlackSender(channel)
        case ChannelKind.EMAIL:
            return EmailSender(channel)
    raise DeliveryError(f"There is no channel of the kind “{channel.kind}”.", fault="settings")
