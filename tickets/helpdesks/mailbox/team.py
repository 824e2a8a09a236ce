"""Who belongs to the team: its mails are replies, and everybody else's are a customer's. Pure."""

from dataclasses import dataclass

from tickets.helpdesks.mailbox.mail_headers import Person
from tickets.helpdesks.mailbox.mail_row import MailRow


@dataclass(frozen=True, slots=True)
class Team:
    """Addresses and domains, in lower case. A domain stands for those below it, too."""

    addresses: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "Team":
        """From addresses and domains, separated by commas."""
        words = {each.strip().casefold().removeprefix("@") for each in text.split(",")} - {""}
        return cls(
            frozenset(each for each in words if "@" in each), frozenset(each for each in words if "@" not in each)
        )

    def has(self, address: str) -> bool:
        return address in self.addresses or self._has_host(address.rpartition("@")[2])

    def _has_host(self, host: str) -> bool:
        parts = host.split(".")
        return any(".".join(parts[start:]) in self.domains for start in range(len(parts)))

    def customer_of(self, row: MailRow) -> Person | None:
        """The customer who wrote the mail; None if the team did, or a program.

        A form on the team's own website sends mails from one of its addresses, with the customer's for the reply.
        """
        if not self.has(row.author.address):
            return None if self.is_automatic(row) else row.author
        wrote_in_form = bool(row.reply_to.address) and not self.has(row.reply_to.address)
        return row.reply_to if wrote_in_form and row.automatic in ("", "reply") else None

    def is_automatic(self, row: MailRow) -> bool:
        """Whether a program wrote it. A mail by way of the team's own list, such as a group, is a person's."""
        return bool(row.automatic) and not (row.automatic == "list" and self._owns_list(row.list_id))

    def _owns_list(self, list_id: str) -> bool:
        return bool(list_id) and (
            list_id in {each.replace("@", ".") for each in self.addresses} or self._has_host(list_id)
        )
