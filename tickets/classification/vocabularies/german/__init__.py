"""German: three categories, and the words that negate a term. Written by hand for support tickets."""

from tickets.classification.vocabularies.assembling import assemble_vocabulary

_LATE_NEGATORS = """
    nicht, nich, net, nie, niemals, keineswegs, kein, keine, keinen, keinem, keiner, keines, niemand, niemandem, niemanden,
    nicht mehr, nicht gerade, nicht wirklich, nicht besonders, nicht sonderlich, gar nicht, überhaupt nicht, noch nicht
"""
_NEGATORS = """
    nichts, ohne, weder, noch nie, kaum, keinesfalls, mitnichten, nirgends, nirgendwo, alles andere als, weit entfernt von
"""

#: Negators in form only: "nicht nur verärgert, sondern …" negates nothing.
_NO_NEGATION = """
    nicht nur, nicht zuletzt, nicht umsonst, nicht wahr, ohne zweifel, kein zweifel, kein wunder, nichts als, warum nicht,
    wieso nicht, wenn nicht, ob nicht, oder nicht, nicht einmal, nicht mal, ohnehin, nicht zögern, nicht mehr als
"""

_FILLERS = """
    der die das den dem des ein eine einen einem einer es ist war sind waren sehr so allzu zu wirklich ganz gar überhaupt
    besonders sonderlich unbedingt gerade mehr mir uns ihnen euch von irgendein irgendeine irgendwelche anzeichen hinweis
    hinweise verdacht auf für akut sofort weiter weitere jetzt hier mal derart dermaßen extrem gibt gab es
"""
_CLAUSE_WORDS = """
    aber und sondern weil denn da obwohl obgleich trotzdem dennoch jedoch doch dass ob wenn falls als bis damit während
    sodass deshalb daher dann sonst wo was wer warum
"""

# "Wie läuft eine Rückerstattung ab?", but not "Wo bleibt meine Rückerstattung?"
_ASKS_IN_GENERAL = (
    r"\W*(?:(?:wie|was|wo|welche[rsnm]?|wer|gibt es|kann man|könnte man|wird|werden|ist|sind)\b"
    r"(?!.*\b(?:mein\w*|unser\w*|mir|uns|ich|wir|endlich|noch)\b).*\?|(?:wenn|falls) (?:ein\w*|man|jemand)\b)"
)

VOCABULARY = assemble_vocabulary(
    __name__,
    language="de",
    negators=_NEGATORS,
    no_negation=_NO_NEGATION,
    fillers=_FILLERS,
    clause_words=_CLAUSE_WORDS,
    asks_in_general=_ASKS_IN_GENERAL,
    late_negators=_LATE_NEGATORS,
    negated_form="{} nicht",
    digraphs=(("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")),
)
