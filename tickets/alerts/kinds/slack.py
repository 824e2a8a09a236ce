"""Slack incoming webhooks, and compatible ones (Mattermost, Rocket.Chat, Discord's /slack).

Ticket text is untrusted: it must not form links, mentions or markup. `&`, `<` and `>` are escaped as Slack requires,
which also disables links and mentions in brackets. Other signs of links, mentions and formatting are split by an
invisible joiner.
"""

import json
import re
from datetime import tzinfo
from typing import Any, Final

from supportsaas.crypto import SecretUnreadable
from supportsaas.formatting import format_exact_time, format_number, one_line
from supportsaas.net.outbound import Resolve
from tickets.alerts.kinds.base import DeliveryError, Response
from tickets.alerts.kinds.http import Endpoint, endpoint_name
from tickets.alerts.links import Link, link_of, ticket_url
from tickets.alerts.messages import Message, TicketFacts
from tickets.alerts.model import Channel
from tickets.alerts.untrusted_text import JOINER

MOST_TICKETS: Final = 15
LONGEST_TEXT: Final = 300
_SIGNS: Final = re.compile(r"(?<=\w)[.:](?=[\w/])|[@#*_~`|\[\]]")
_MARKS: Final = {"ticket": "🔴", "digest": "🔴", "trouble": "🟠", "number": "🟠", "recovery": "🟢", "test": "🔵"}


class SlackSender:
    def __init__(self, channel: Channel, *, resolve: Resolve | None = None) -> None:
        try:
            url = channel.reveal_secret()
        except SecretUnreadable as error:
            raise DeliveryError(str(error), fault="settings") from None
        if not url:
            raise DeliveryError("The channel’s URL is not stored. Enter it again.", fault="settings")
        self.endpoint = endpoint_name("slack", url)
        self._http = Endpoint(url, resolve=resolve)

    def send(self, message: Message) -> Response:
        body = json.dumps(blocks_of(message)).encode()
        return self._http.post(body, {"Idempotency-Key": message.key})

    def close(self) -> None:
        self._http.close()


def blocks_of(message: Message) -> dict[str, Any]:
    """The payload: `text` for notifications and for programs without blocks, and plain-text blocks with our links."""
    headline = f"{_MARKS[message.kind]} {plain(message.tenant_name)}: {plain(message.headline)}"
    head = [headline, *([plain(message.note)] if message.note else [])]
    parts: list[tuple[list[str], Link | None]] = [(head, None)]
    parts += [
        (lines_of(ticket, message.zone), Link(ticket_url(message.tenant_id, ticket.ticket_id), "Open ticket"))
        for ticket in message.tickets[:MOST_TICKETS]
    ]
    more = len(message.tickets) - MOST_TICKETS
    if more > 0:
        parts.append(([f"and {format_number(more)} more"], None))
    if len(message.tickets) != 1:
        parts.append(([], link_of(message)))
    return {
        "text": "\n".join(line for lines, link in parts for line in [*lines, *_in_text(link)]),
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [block for lines, link in parts for block in [*map(_plain_block, lines), *_in_block(link)]],
    }


def lines_of(ticket: TicketFacts, zone: tzinfo) -> list[str]:
    """The lines about a ticket: what it is, why it is alerted on, and how it begins."""
    labels = ", ".join(plain(each) for each in (ticket.urgency, ticket.sentiment) if each)
    when = plain(format_exact_time(ticket.created_at, zone))
    return [
        f"{plain(ticket.ticket_id)} {plain(ticket.subject)} ({labels}; customer {plain(ticket.customer_id)}; {when})",
        *([plain(ticket.reason)] if ticket.reason else []),
        *(f"“{plain(each)}”" for each in ticket.text.splitlines()),
    ]


def _plain_block(line: str) -> dict[str, Any]:
    """plain_text is shown literally, without markup, links or mentions."""
    return {"type": "section", "text": {"type": "plain_text", "text": line, "emoji": False}}


def _in_block(link: Link | None) -> list[dict[str, Any]]:
    """The only block with markup; contains nothing but our own label and URL."""
    if link is None:
        return []
    text = f"<{_escaped(link.url)}|{link.label}>"
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]


def _in_text(link: Link | None) -> list[str]:
    return [] if link is None else [f"{link.label}: {_escaped(link.url)}"]


def _escaped(text: str) -> str:
    """Escaped as Slack requires (docs.slack.dev, Formatting message text, Escaping text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """Untrusted text as one short line of plain text."""
    text = _SIGNS.sub(lambda found: _split(found.group()), one_line(text, LONGEST_TEXT))
    return _escaped(text)


def _split(sign: str) -> str:
    return f"{JOINER if sign in '.:' else ''}{sign}{JOINER}"
