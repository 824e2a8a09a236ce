"""Slack incoming webhooks, and compatible ones (Mattermost, Rocket.Chat, Discord's /slack).

Ticket text is untrusted: it must not form links, mentions or markup. `&`, `<` and `>` are escaped as Slack requires,
which also disables links and mentions in brackets. Other signs of links, mentions and formatting are split by an
invisible joiner.
"""

import json
import re
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final
from urllib.parse import quote

from supportsaas.crypto import SecretUnreadable
from supportsaas.formatting import format_exact_time, format_number, one_line
from supportsaas.net.outbound import Resolve
from tickets.alerts.kinds.base import DeliveryError, Response
from tickets.alerts.kinds.http import Endpoint, endpoint_name
from tickets.alerts.links import Link, message_links, ticket_links
from tickets.alerts.messages import Message, TicketFacts
from tickets.alerts.model import Channel
from tickets.alerts.untrusted_text import JOINER

MOST_TICKETS: Final = 15
LONGEST_TEXT: Final = 300
LONGEST_BLOCK: Final = 2_900
_SIGNS: Final = re.compile(r"(?<=\w)[.:](?=[\w/])|[@#*_~`|\[\]]")
_NOT_IN_LINKS: Final = re.compile(r"[|<>*`\s\[\]]")
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
    parts: list[tuple[list[str], Sequence[Link]]] = [(head, ())]
    parts += [
        (lines_of(ticket, message.zone), ticket_links(message, ticket)) for ticket in message.tickets[:MOST_TICKETS]
    ]
    more = len(message.tickets) - MOST_TICKETS
    if more > 0:
        parts.append(([f"and {format_number(more)} more"], ()))
    parts.append(([], message_links(message)))
    return {
        "text": "\n".join(line for lines, links in parts for line in [*lines, *map(_in_text, links)]),
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [block for lines, links in parts for block in [*_plain_block(lines), *_in_block(links)]],
    }


def lines_of(ticket: TicketFacts, zone: tzinfo) -> list[str]:
    """The lines about a ticket: what it is, why it is alerted on, and how it begins."""
    customer = f"{ticket.customer}: {ticket.customer_load}" if ticket.customer_load else ticket.customer
    return [
        f"{plain(ticket.ticket_id)} {plain(ticket.subject)}",
        *([plain(ticket.reason)] if ticket.reason else []),
        *(f"“{plain(each)}”" for each in ticket.text.splitlines()),
        *([f"Customer {plain(customer)}"] if customer else []),
        f"Created {plain(format_exact_time(ticket.created_at, zone))}",
    ]


def _plain_block(lines: Sequence[str]) -> list[dict[str, Any]]:
    """plain_text is shown literally, without markup, links or mentions. Slack takes 50 blocks of 3,000 characters."""
    text = "\n".join(lines)[:LONGEST_BLOCK]
    return [{"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}] if text else []


def _in_block(links: Sequence[Link]) -> list[dict[str, Any]]:
    """The only block with markup; contains nothing but our own labels, our URLs, and that of the ticket's helpdesk."""
    if not links:
        return []
    text = "   ".join(f"<{_in_link(each.url)}|{each.label}>" for each in links)
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]


def _in_text(link: Link) -> str:
    return f"{link.label}: {_in_link(link.url)}"


def _in_link(url: str) -> str:
    """Nothing in it may end the link, begin a label, or be formatted."""
    return _escaped(_NOT_IN_LINKS.sub(lambda found: quote(found.group(), safe=""), url))


def _escaped(text: str) -> str:
    """Escaped as Slack requires (docs.slack.dev, Formatting message text, Escaping text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """Untrusted text as one short line of plain text."""
    text = _SIGNS.sub(lambda found: _split(found.group()), one_line(text, LONGEST_TEXT))
    return _escaped(text)


def _split(sign: str) -> str:
    return f"{JOINER if sign in '.:' else ''}{sign}{JOINER}"
