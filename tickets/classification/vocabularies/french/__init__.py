"""French: three categories, and the words that negate a term. Written by hand for support tickets."""

from tickets.classification.vocabularies.assembling import assemble_vocabulary

# "n" is what is left of "n'est" without its apostrophe. "Plus" and "personne" negate only together with a "ne".
_LATE_NEGATORS = "pas, jamais, pas du tout, pas vraiment"
_NEGATORS = """
    ne, n, ni, sans, aucun, aucune, aucunement, nullement, guère, loin d'être, loin de, rien de, tout sauf, ne pas, n'est pas, n'est plus,
    pas encore, pas spécialement, pas particulièrement, plus du tout, personne ne, personne n, plus d', plus aucun, plus aucune
"""

#: Negators in form only: "non seulement en colère" negates nothing.
_NO_NEGATION = """
    non seulement, pas seulement, pas que, sans doute, sans aucun doute, n'hésitez pas, pourquoi pas, ou pas, rien que, ne serait-ce,
    n'importe, n'est-ce pas, sans faute, ne cesse, pas un seul, pas moins
"""

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
_ASKS_IN_GENERAL = (
    r"\W*(?:(?:comment|que|quel\w*|où|ou|qui|y a-t-il|existe-t-il|peut-on|est-ce que|est-ce qu'on)\b"
    r"(?!.*\b(?:mon|ma|mes|notre|nos|moi|me|nous|je|j'\w+|enfin|toujours)\b).*\?|si (?:une?|on|quelqu'un)\b)"
)

VOCABULARY = assemble_vocabulary(
    __name__,
    language="fr",
    negators=_NEGATORS,
    no_negation=_NO_NEGATION,
    fillers=_FILLERS,
    clause_words=_CLAUSE_WORDS,
    asks_in_general=_ASKS_IN_GENERAL,
    late_negators=_LATE_NEGATORS,
    negated_form="{} pas",
    accents=(
        ("é", "e"), ("è", "e"), ("ê", "e"), ("ë", "e"), ("à", "a"), ("â", "a"), ("ç", "c"), ("ù", "u"), ("û", "u"),
        ("î", "i"), ("ï", "i"), ("ô", "o"),
    ),
)  # fmt: skip
