"""Which folders of a mailbox are read: by name, or by what they are for (RFC 6154: `\\Sent`, `\\Archive`). Pure."""

import re
from collections.abc import Sequence
from typing import Final

from tickets.helpdesks.mailbox.answers import ListedFolder

INBOX: Final = "INBOX"
SENT: Final = "\\sent"
_USUAL_NAMES: Final = {
    SENT: frozenset(("sent", "sent items", "sent mail", "sent messages", "sent-mail")),
    "\\archive": frozenset(("archive", "archives")),
}
"""In lower case, for servers that do not say what a folder is for."""
_MOST_NAMED: Final = 20


class NoSuchFolder(Exception):
    """`str()` is a sentence that lists the folders there are."""


def choose_folders(wanted: str, listed: Sequence[ListedFolder]) -> list[ListedFolder]:
    """The folders of a list separated by commas, each once. A use that no folder has is passed over.

    Raises `NoSuchFolder` for a name that is missing.
    """
    found: dict[str, ListedFolder] = {}
    for each in wanted.split(","):
        word = each.strip()
        folders = _of_use(word.casefold(), listed) if word.startswith("\\") else [_named(word, listed)] if word else []
        found |= {folder.name: folder for folder in folders}
    if not found:
        raise NoSuchFolder("The mailbox has none of the folders to read. Name them in the setting folders.")
    return list(found.values())


def is_for_sent(folder: ListedFolder) -> bool:
    return SENT in folder.uses or _last_part(folder.name) in _USUAL_NAMES[SENT]


def _of_use(use: str, listed: Sequence[ListedFolder]) -> list[ListedFolder]:
    with_use = [each for each in listed if use in each.uses and "\\noselect" not in each.uses]
    return with_use or [each for each in listed if _last_part(each.name) in _USUAL_NAMES.get(use, ())]


def _named(name: str, listed: Sequence[ListedFolder]) -> ListedFolder:
    if name.upper() == INBOX:
        return ListedFolder(INBOX, frozenset())
    for each in listed:
        if each.name == name:
            return each
    some = ", ".join(each.name for each in listed[:_MOST_NAMED])
    raise NoSuchFolder(f"The mailbox has no folder “{name}”. Its folders: {some}.")


def _last_part(name: str) -> str:
    return re.split(r"[./\\]", name)[-1].casefold()
