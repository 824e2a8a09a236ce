"""Spanish: three categories, and the words that negate a term. Written by hand for support tickets."""

from tickets.classification.vocabularies.assembling import assemble_vocabulary

_NEGATORS = """
    no, nunca, jamás, ni, sin, tampoco, nada, nadie, ningún, ninguna, ninguno, ningunas, ningunos, apenas, lejos de, ya no, todavía no, aún no,
    no es, no son, no está, no están, no estoy, no estamos, no fue, no era, no ha sido, ni mucho menos, para nada, en absoluto
"""

#: Negators in form only: "no solo urgente, sino …" negates nothing.
_NO_NEGATION = """
    no solo, no sólo, no solamente, no únicamente, sin duda, sin duda alguna, sin lugar a dudas, no duden, no dude, por qué no, o no,
    si no, nada más que, no obstante, no menos, sin embargo, no más que
"""

_FILLERS = """
    el la los las un una unos unas lo es son está están ha han sido fue era ser estar hay había muy tan tanto realmente
    particularmente especialmente precisamente demasiado absolutamente nada del todo de que me nos se les le más ya
    ningún ninguna ninguno indicio indicios señal señales riesgo prueba sospecha sospechas caso tipo inmediato
"""
_CLAUSE_WORDS = """
    pero aunque sino porque pues como y e o u que quien donde cuando si entonces mientras todavía sin embargo así por
    tanto
"""

# "¿Cómo funciona un reembolso?", but not "¿Dónde está mi reembolso?"
_ASKS_IN_GENERAL = (
    r"\W*(?:(?:c[óo]mo|qu[ée]|cu[áa]l\w*|d[óo]nde|qui[ée]n\w*|hay|existe|se puede|se pueden)\b"
    r"(?!.*\b(?:mi|mis|me|nos|nuestr[oa]s?|yo|todav[íi]a|a[úu]n)\b).*\?|si (?:una?|alguien|se)\b)"
)

VOCABULARY = assemble_vocabulary(
    __name__,
    language="es",
    negators=_NEGATORS,
    no_negation=_NO_NEGATION,
    fillers=_FILLERS,
    clause_words=_CLAUSE_WORDS,
    asks_in_general=_ASKS_IN_GENERAL,
    negated_form="no {}",
    accents=(("á", "a"), ("é", "e"), ("í", "i"), ("ó", "o"), ("ú", "u"), ("ü", "u"), ("ñ", "n")),
)
