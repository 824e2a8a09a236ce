"""What French customers describe without an angry word: sarcasm, broken promises, asking again and again."""

from typing import Final

from tickets.classification.vocabularies.construction import Pattern, Phrasing

_FRENCH: Final = Phrasing(
    {
        "many": "trois|quatre|cinq|six|sept|huit|neuf|dix|vingt|cent|plusieurs|maintes|mille|[3-9]|\\d\\d",
        "nothing": "rien|personne|jamais|toujours pas|toujours rien|aucune?|pas de",
        "bad": (
            r"panne|retard|annulée?s?|supprimée?s?|perdue?s?|disparue?s?|cassée?s?|égarée?s?|oubliée?s?|relance|"
            r"mauvais\w*|tant pis|toujours pas|encore pas|pas venu|personne n'\w+|personne ne"
        ),
    },
    {"é": "[ée]", "è": "[èe]", "ê": "[êe]", "à": "[àa]", "ç": "[çc]", "ô": "[ôo]"},
)
_SOLVED = r"(?![^.!?]{0,90}\b(?:réparée?|résolue?|réglée?|retrouvée?|remboursée?|terminée?|merci|aidée?)\b)"
_PRAISE = (
    "super|génial|bravo|félicitations|parfait|formidable|magnifique|chapeau|excellent|merveilleux|quelle efficacité"
)
_NOT_YET = r"(?:(?!(?:n'\w+|ne|pas|jamais|toujours|encore|si|quand)\b)[^\s.,;:!?]+ ){0,6}"
_NO_BUT = "(?! // (?:mais|cependant|pourtant|sauf)| ..3 // (?:mais|cependant|pourtant|sauf))"

PATTERNS: Final[tuple[Pattern, ...]] = (
    *_FRENCH.construct(
        "sarcasm",
        "negative",
        -2.0,
        rf"<{_PRAISE}>{_SOLVED} // (?:encore|voilà|maintenant|et|la \w+|le \w+|mon \w+|ma \w+|\w+) ..8 {{bad}}",
        rf"<{_PRAISE}> // ..4 (?:deuxième|troisième|quatrième|cinquième|dixième|énième|\\de|\\dème)",
        f"<{_PRAISE}> // (?:encore une|encore un|une fois de plus|comme toujours|comme d'habitude)",
        "<merci> (?:pour|de) (?:le|la|l'|les|cette|ce|votre)? ?..1 (?:retard|attente|panne|silence|oubli|mépris)",
        "<merci> de m'avoir (?:fait|laissé|raccroché|oublié|ignoré|baladé)",
    ),
    *_FRENCH.construct(
        "a broken promise",
        "negative",
        -0.7,
        "<promis|assuré|garanti|annoncé|promettez|promettent|convenu> // ..10 {nothing}",
        "<promis|assuré|garanti|annoncé|promettez|promettent|convenu> ..8 // ..3 {nothing}",
        "<on m'a dit|on m'avait dit|on nous a dit|on m'a répondu> ..9 // ..3 (?:{nothing}|hier|depuis)",
    ),
    *_FRENCH.construct(
        "asked many times",
        "negative",
        -0.6,
        "<appelé|écrit|relancé|contacté|signalé|demandé|téléphoné|réclamé> ..2 {many} (?:fois|reprises)",
        "{many} <fois que j'appelle|fois que j'écris|fois que je vous|fois que nous>",
        "{many} <mails|appels|courriers|messages|relances|courriels|tickets> // ..5 (?:{nothing}|zéro|sans)",
        "<mails|appels|courriers|messages|relances|courriels> (?:restés|restées|sans)",
    ),
    *_FRENCH.construct(
        "a long wait",
        "negative",
        -0.6,
        "<attends|attendons|attendu|attend> ..5 (?:depuis|plus de|pendant) ..3 (?:heures?|jours?|semaines?|mois|ans)",
        "depuis ..3 (?:heures?|jours?|semaines?|mois) ..4 <attends|attendons|j'attends>",
        "<en vain|pour rien> (?=//|\\.|!|$)",
    ),
    *_FRENCH.fulfilled(
        "money has come",
        1.0,
        f"(?:le|mon|notre|votre|l') ?<remboursement|argent> {_NOT_YET}(?:arrivé|crédité|reçu|versé){_NO_BUT}",
    ),
)
