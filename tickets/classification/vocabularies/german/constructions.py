"""What German customers describe without an angry word: sarcasm, broken promises, asking again and again."""

from typing import Final

from tickets.classification.vocabularies.construction import Pattern, Phrasing

_GERMAN: Final = Phrasing(
    {
        "many": "drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwanzig|hundert|x|zig|mehrere|unzählige|zahlreiche|[3-9]|\\d\\d",
        "nothing": "nichts|niemand|keiner|keine|kein|keinen|nie|bis heute|bis jetzt",
        "asked": "angerufen|geschrieben|nachgefragt|gemeldet|kontaktiert|gemailt|erinnert|reklamiert|gebeten",
        "bad": (
            r"kaputt|verloren|verspätet|verspätung|ausgefallen|gestrichen|storniert|abgesagt|defekt|vergessen|"
            r"störung|ausfall|mahnung|falsche?[rsnm]?|nicht da|nicht gekommen|pech|umsonst"
        ),
    },
    {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)"},
)
_SOLVED = r"(?![^.!?]{0,90}\b(?:behoben|gelöst|vorbei|erledigt|repariert|geklärt|geholfen|gefunden|danke|dank)\b)"
_PRAISE = (
    "super|toll|klasse|prima|großartig|wunderbar|bravo|herzlichen glückwunsch|glückwunsch|hervorragend|perfekt|spitze"
)
_NOT_YET = r"(?:(?!(?:nicht|nie|noch|kein\w*|erst|bis|wenn|ob)\b)[^\s.,;:!?]+ ){0,6}"
_NO_BUT = "(?! // (?:aber|jedoch|allerdings|nur)| ..3 // (?:aber|jedoch|allerdings|nur))"

PATTERNS: Final[tuple[Pattern, ...]] = (
    *_GERMAN.construct(
        "sarcasm",
        "negative",
        -2.0,
        f"<{_PRAISE}>{_SOLVED} // (?:jetzt|nun|schon|wieder|auch|noch|da|und|das) ..8 (?:{{bad}})",
        f"<{_PRAISE}>{_SOLVED} // ..2 {{bad}}",
        f"<{_PRAISE}> // ..6 (?:zum (?:dritten|vierten|fünften|wiederholten|x ten|zehnten) mal|schon wieder|noch eine)",
        "<danke|vielen dank|herzlichen dank|besten dank> für (?:die|den|das|ihre|eure|diese) ..1 (?:{bad}|warterei|wartezeit)",
        "<schön|toll|nett|super> (?:dass|wenn|wie) ..6 (?:nicht|niemand|keiner|nie) (?:erreichbar|antwortet|meldet|kommt|hilft)",
    ),
    *_GERMAN.construct(
        "a broken promise",
        "negative",
        -0.7,
        "<versprochen|zugesagt|zugesichert|angekündigt|vereinbart> // ..8 {nothing}",
        "<versprochen|zugesagt|zugesichert|angekündigt|vereinbart> ..6 // ..3 {nothing}",
        "<hieß es|hiess es|wurde mir gesagt|wurde uns gesagt|sagte man mir|sagte man uns> ..9 // ..3 (?:{nothing}|jetzt|gestern)",
    ),
    *_GERMAN.construct(
        "asked many times",
        "negative",
        -0.6,
        "(?:{many}|mehr)(?: ?mal|fach|mals|e male) (?:bei ihnen |dort |schon |vergeblich |deswegen )?<{asked}>",
        "(?:schon|bereits|insgesamt) {many} <mails|e-mails|anrufe|nachrichten|briefe|anfragen|tickets>",
        "{many} <mails|e-mails|anrufe|nachrichten|briefe|anfragen|tickets|tage|termine> // ..4 (?:{nothing}|null)",
    ),
    *_GERMAN.construct(
        "a long wait",
        "negative",
        -0.6,
        "<warte|warten|gewartet|wartet|wartete> ..5 (?:seit|schon|über|mehr als|fast) ..4 (?:stunden?|tagen?|wochen?|monaten?|jahren?)",
        "seit ..3 (?:stunden?|tagen?|wochen?|monaten?|jahren?) ..3 <warte|warten>",
        "<vergeblich|umsonst|vergebens> (?:gewartet|angerufen|versucht|gemahnt|zu hause)",
    ),
    *_GERMAN.fulfilled(
        "money has come",
        1.0,
        f"""(?:die|meine|unsere|ihre|das|mein|unser) <rückerstattung|erstattung|rückzahlung|geld> {_NOT_YET}(?:angekommen|
            eingegangen|gutgeschrieben|da){_NO_BUT}""",
        f"""(?:habe|haben|hab) (?:die|meine|unsere|das|mein|unser) <rückerstattung|erstattung|rückzahlung|geld> {_NOT_YET}(?:
            erhalten|bekommen){_NO_BUT}""",
    ),
)
