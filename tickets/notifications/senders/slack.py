"""Slack's incoming webhooks, and what is compatible (Mattermost, Rocket.Chat, Discord's /slack).

Text of tickets comes from strangers: it may form no link, mention nobody and be no markup. `&`, `<` and
`>` are escaped as Slack asks, which also takes links and mentions their brackets, and what else programs
read as a link, a mention or a format is kept apart by an invisible joiner.
"""

import json
import re
from typing import Any, Final

from supportsaas.outbound import Resolve
from supportsaas.secret_box import SecretUnreadable
from supportsaas.templatetags.presentation import one_line
from tenants.models import Channel
from tickets.notifications.messages import Message, TicketFacts
from tickets.notifications.senders.base import Answer, DeliveryError
from tickets.notifications.senders.http import Endpoint, named

MOST_TICKETS: Final = 15
LONGEST_TEXT: Final = 300
_JOINER: Final = "\N{WORD JOINER}"
_SIGNS: Final = re.compile(r"(?<=\w)[.:](?=[\w/])|[@#*_~`|\[\]]")
_MARKS: Final = {"ticket": "🔴", "digest": "🔴", "trouble": "🟠", "recovery": "🟢", "test": "🔵"}


class SlackSender:
    def __init__(self, channel: Channel, *, resolve: Resolve | None = None) -> None:
        try:
            url = channel.reveal_secret()
        except SecretUnreadable as error:
            raise DeliveryError(str(error), endpoint_is_well=True) from None
        if not url:
            raise DeliveryError("The channel’s address is not stored. Enter it again.", endpoint_is_well=True)
        self.endpoint = named("slack", url)
        self._http = Endpoint(url, resolve=resolve)

    def send(self, message: Message) -> Answer:
        body = json.dumps(blocks_of(message)).encode()
        return self._http.post(body, {"Idempotency-Key": message.key})

    def close(self) -> None:
        self._http.close()


def blocks_of(message: Message) -> dict[str, Any]:
    """`text` for notifications and programs without blocks, and plain-text blocks for the rest."""
    lines = [f"{_MARKS[message.kind]} {plain(message.tenant_name)}: {plain(message.headline)}"]
    lines += [line_of(ticket) for ticket in message.tickets[:MOST_TICKETS]]
    if (more := len(message.tickets) - MOST_TICKETS) > 0:
        lines.append(f"and {more} more")
    return {
        "text": "\n".join(lines),
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
        # plain_text is shown as it is: neither markup nor links nor mentions.
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": line, "emoji": False}} for line in lines],
    }


def line_of(ticket: TicketFacts) -> str:
    verdicts = ", ".join(plain(each) for each in (ticket.urgency, ticket.sentiment) if each)
    line = f"{plain(ticket.ticket_id)} {plain(ticket.subject)} ({verdicts}; customer {plain(ticket.customer_id)})"
    return f"{line} because: {plain(ticket.reason)}" if ticket.reason else line


def plain(text: str) -> str:
    """Text of a stranger as one short line that is nothing but text."""
    text = _SIGNS.sub(lambda found: _apart(found.group()), one_line(text, LONGEST_TEXT))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _apart(sign: str) -> str:
    return f"{_JOINER if sign in '.:' else ''}{sign}{_JOINER}"
