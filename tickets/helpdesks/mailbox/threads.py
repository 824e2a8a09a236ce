"""Which thread a mail belongs to, and what a thread says as the record of a ticket. Pure.

Message-ID, In-Reply-To and References alone decide. A subject never does: “Invoice” and “Re: Invoice” of two customers
would become one ticket, and one customer would show up in the other's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tickets.helpdesks.mailbox.mail_headers import digest
from tickets.helpdesks.mailbox.mail_row import MailRow
from tickets.helpdesks.mailbox.team import Team
from tickets.records.conversation import MOST_MESSAGES

OPEN: Final = "open"
ANSWERED: Final = "answered"


def assign_threads(rows: Sequence[MailRow], known: Mapping[str, tuple[str, str]]) -> list[MailRow]:
    """The rows, in order of time, each with its thread.

    `known`: of mails that have a thread, by their id, the identity and the thread, empty if it was erased. A mail joins
    the thread of the nearest mail before it that is known. If none is, the one that began the thread may have been
    removed: its id names the thread. After an erased thread a new one begins.
    """
    found, threads = [], dict(known)
    for row in rows:
        same = threads.get(row.id)
        nearest = next((threads[each][1] for each in row.parents if each in threads), None)
        if nearest is not None:
            thread = nearest or row.id
        elif row.parents:
            thread = row.parents[-1]
        else:  # two mails may have the same id by mistake
            thread = row.id if same is None or same[0] == row.identity else digest(row.identity)
        found.append(row.in_thread(thread))
        threads.setdefault(row.id, (row.identity, thread))
    return found


def worth_reading(rows: Sequence[MailRow], *, team: Team) -> list[MailRow]:
    """Of a thread's mails in order of time, those whose texts a conversation keeps: the newest, and the customer's first.

    A monitoring system may send thousands of mails in one thread.
    """
    newest = list(rows[-(MOST_MESSAGES - 1) :])
    first = next((row for row in rows if team.customer_of(row) is not None), None)
    return newest if first is None or first in newest else [first, *newest]


def record_of(thread: str, rows: Sequence[MailRow], texts: Mapping[str, str], *, team: Team) -> dict[str, Any] | None:
    """The record of a thread, given its mails in order of time and, by identity, the texts that were read now.

    None if no customer wrote in it. What the team wrote before the customer's first mail, and what a program wrote, are
    internal notes.
    """
    customers = {row.identity: person for row in rows if (person := team.customer_of(row)) is not None}
    first = next((row for row in rows if row.identity in customers), None)
    if first is None:
        return None
    written = [row for row in rows if row.identity in customers or not team.is_automatic(row)]
    requester = customers[first.identity]
    record: dict[str, Any] = {
        "id": thread,
        "subject": next((row.subject for row in written if row.subject), ""),
        "from": {"name": requester.name, "address": requester.address},
        "date": first.at.isoformat(),
        "updated": rows[-1].at.isoformat(),
        "status": OPEN if written[-1].identity in customers else ANSWERED,
        "mails": len(rows),
    }
    messages = []
    for row in rows:
        if (text := texts.get(row.identity)) is not None:
            author, is_customer = customers.get(row.identity, row.author), row.identity in customers
            is_note = not is_customer and (team.is_automatic(row) or row.at < first.at)
            messages.append(
                {
                    "id": row.identity,
                    "author": author.name or author.address,
                    "at": row.at.isoformat(),
                    "text": text,
                    "by": "customer" if is_customer else "team",
                    "is_note": is_note,
                }
            )
    return {**record, "messages": messages} if messages else record
