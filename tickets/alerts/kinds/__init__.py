"""Senders, one module per kind of channel. `open_sender` opens the one for a channel."""

from tickets.alerts.kinds.base import DeliveryError, Response, Sender
from tickets.alerts.kinds.email import EmailSender
from tickets.alerts.kinds.native import NativeSender
from tickets.alerts.kinds.slack import SlackSender
from tickets.alerts.kinds.webhook import WebhookSender
from tickets.alerts.model import Channel, ChannelKind

__all__ = ["DeliveryError", "Response", "Sender", "open_sender"]


def open_sender(channel: Channel) -> Sender:
    """The channel's sender; close it after use. Raises `DeliveryError` if the settings are invalid."""
    match channel.kind:
        case ChannelKind.NATIVE:
            return NativeSender(channel)
        case ChannelKind.WEBHOOK:
            return WebhookSender(channel)
        case ChannelKind.SLACK:
            return SlackSender(channel)
        case ChannelKind.EMAIL:
            return EmailSender(channel)
    raise DeliveryError(f"Unknown kind of channel: “{channel.kind}”.", fault="settings")
