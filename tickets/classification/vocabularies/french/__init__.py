"""French: three categories, and the words that negate a term. Written by hand for support tickets."""

import re

from tickets.classification.vocabularies.french.action import ACTION
from tickets.classification.vocabularies.french.constructions import PATTERNS
from tickets.classification.vocabularies.french.negative import NEGATIVE
from tickets.classification.vocabularies.french.positive import POSITIVE
from tickets.classification.vocabularies.french.urgency import URGENCY
from tickets.classification.vocabularies.group import split_terms
from tickets.classification.vocabularies.vocabulary import Vocabulary

# "n" is what is left of "n'est" without its apostrophe. "Plus" and "personne" negate only together with a "ne".
_LATE_NEGATORS = split_terms("pas, jamais, pas du tout, pas vraiment")
_NEGATORS = (
    *_LATE_NEGATORS,
    *split_terms("""
    ne, n, ni, sans, aucun, aucune, aucunement, nullement, guère, loin d'être, loin de, rien de, tout sauf, ne pas, n'est pas, n'est plus,
    pas encore, pas spécialement, pas particulièrement, plus du tout, personne ne, personne n, plus d', plus aucun, plus aucune
"""),
)

#: Negators in form only: "non seulement en colère" negates nothing.
_NO_NEGATION = split_terms("""
    non seulement, pas seulement, pas que, sans doute, sans aucun doute, n'hésitez pas, pourquoi pas, ou pas, rien que, ne serait-ce,
    n'importe, n'est-ce pas, sans faute, ne cesse, pas un seul, pas moins
""")

_FILLERS = """
    le la les un une des du de d l il y a ait avait eu été est sont était étaient suis être très si aussi vraiment tout
    trop tellement particulièrement spécialement franchement absolument forcément autant plus me vous nous se s ce c en
    signe signes indice risque preuve soupçon moindre quelconque autre encore immédiatement du pas
"""
_CLAUSE_WORDS = """
    mais car parce puisque comme donc or et ou où que qui quoi dont lorsque quand si alors pourtant cependant toutefois
    sinon pourquoi comment afin
"""

# "Comment fonctionne un remboursement ?", but not "Où est mon remboursement ?"
_ASKS_IN_GENERAL = re.compile(
    r"\W*(?:(?:comment|que|quel\w*|où|ou|qui|y a-t-il|existe-t-il|peut-on|est-ce que|est-ce qu'on)\b"
    r"(?!.*\b(?:mon|ma|mes|notre|nos|moi|me|nous|je|j'\w+|enfin|toujours)\b).*\?|si (?:une?|on|quelqu'un)\b)",
    re.DOTALL,
)

VOCABULARY = Vocabulary(
    language="fr",
    urgency=URGENCY,
    sentiment=NEGATIVE + POSITIVE,
    action=ACTION,
    negators=_NEGATORS,
    no_negation=_NO_NEGATION,
    fillers=frozenset(_FILLERS.split()),
    clause_words=frozenset(_CLAUSE_WORDS.split()),
    patterns=PATTERNS,
    asks_in_general=_ASKS_IN_GENERAL,
    late_negators=frozenset(_LATE_NEGATORS),
    negated_form="{} pas",
    accents=(
        ("é", "e"), ("è", "e"), ("ê", "e"), ("ë", "e"), ("à", "a"), ("â", "a"), ("ç", "c"), ("ù", "u"), ("û", "u"),
        ("î", "i"), ("ï", "i"), ("ô", "o"),
    ),
)  # fmt: skip
