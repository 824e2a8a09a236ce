"""What the writer of a message wrote: the text without quoted mails, signature and small print. Pure.

It knows the mail programs' phrases of English, German, French and Spanish, whatever language the text is in.
"""

import re
from typing import Final

_QUOTED_LINE: Final = re.compile(r"^[ \t]{0,20}>[^\n]*", re.MULTILINE)

_WROTE: Final = ("wrote", "schrieb", "a écrit", "escribió")
#: "On Monday, Ann wrote:", perhaps broken into two lines.
_ATTRIBUTION: Final = re.compile(
    r"^(?:On|Am|Le|El) [^\n]{0,200}(?:\n[^\n]{1,100})?\b(?:wrote|schrieb|a écrit|escribió)\b[^\n]{0,100}(?:\n<[^\n]{1,100})?:[ \t\r]{0,20}$",
    re.MULTILINE,
)

#: Lines after which nothing is the writer's. A line feed first is much faster to search than "^".
_END: Final = re.compile(
    r"""\n(?=[-*A-HOSTV])(?:
        --[ ]?\r?(?:\n|\Z)
        | -{2,20}[ ]?(?:Original\ Message|Urspr(?:ü|ue)ngliche\ Nachricht|Originalnachricht|Message\ d['’]origine
            | Message\ original|Mensaje\ original)[ ]?-{2,20}
        | [*]?(?:From|Von|De)[ \xa0]?:[*]?[ \xa0][^\n]{1,200}\n[*]?(?:Sent|Gesendet|Envoyé|Enviado(?:[ ]el)?|Date|Datum|Fecha)[ \xa0]?:
        | (?:Sent|Envoyé|Enviado|Gesendet)[ ](?:from|de(?:puis)?|desde|von|mit|avec|con)[ ](?:my|mon|ma|mi|meinem|meiner|der|
            Outlook|Mail|Yahoo|iPhone|Android)\b
        | (?:Von|Diese\ Nachricht\ wurde\ von)[ ]meinem[ ][^\n]{1,60}[ ]gesendet
        | (?:Get|Télécharger|Obtener|Holen\ Sie\ sich)[ ]Outlook[ ](?:for|pour|para|für)\b
        | (?:This|Diese|Ce|Cet|Este)[ ](?:e-?mail|message|E-?Mail|Nachricht|mail|mensaje|correo)\b[^\n]{0,80}
            \b(?:confidential|vertraulich|confidentiel|confidencial)
        | (?:CONFIDENTIALITY|VERTRAULICHKEIT|CONFIDENTIALITÉ|CONFIDENCIALIDAD|AVISO\ LEGAL|AVISO\ DE\ CONFIDENCIALIDAD)
        | (?:Vertraulichkeitshinweis|Confidentiality[ ]notice|Avis[ ]de[ ]confidentialité|Aviso[ ](?:legal|de[ ]confidencialidad))
        | En[ ]cumplimiento[ ]d[^\n]{1,120}\b(?:datos|RGPD|LOPD|LOPDGDD)\b
    )""",
    re.VERBOSE,
)


def own_words(text: str) -> str:
    """The text without its signature and with spaces instead of quoted lines; unchanged if it has nothing else.

    What remains keeps its place.
    """
    own = text
    if ">" in own:
        own = _QUOTED_LINE.sub(_spaces, own)
    if any(verb in own for verb in _WROTE):
        own = _ATTRIBUTION.sub(_spaces, own)
    if "\n" in own:
        end = _END.search(own)
        if end:
            own = own[: end.start() + 1]
    return text if own is not text and not own.strip() else own


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])
