"""What the writer of a message wrote: the text without quoted mails and without the signature. Pure."""

import re
from typing import Final

_QUOTED_LINE: Final = re.compile(r"^[ \t]{0,20}>[^\n]*|^On [^\n]{0,200}wrote:[ \t\r]{0,20}$", re.MULTILINE)
_SIGNATURE: Final = re.compile(r"^-- ?\r?$|^-{2,20} ?Original Message ?-{2,20}", re.MULTILINE | re.IGNORECASE)


def own_words(text: str) -> str:
    """The text without its signature and with spaces instead of quoted lines; unchanged if it has nothing else.

    What remains keeps its place.
    """
    own = text
    if ">" in own:
        own = _QUOTED_LINE.sub(lambda found: " " * len(found[0]), own)
    if "\n--" in own:
        signature = _SIGNATURE.search(own)
        if signature:
            own = own[: signature.start()]
    return text if own is not text and not own.strip() else own
