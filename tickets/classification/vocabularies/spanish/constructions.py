"""What Spanish customers describe without an angry word: sarcasm, broken promises, asking again and again."""

from typing import Final

from tickets.classification.vocabularies.construction import Pattern, Phrasing

_SPANISH: Final = Phrasing(
    {
        "many": "tres|cuatro|cinco|seis|siete|ocho|nueve|diez|veinte|cien|varias|varios|muchas|mil|[3-9]|\\d\\d",
        "nothing": "nada|nadie|nunca|ningún|ninguna|todavía no|aún no|sigo sin|seguimos sin|ni una|ni siquiera",
        "bad": (
            r"otra vez|cancelad[oa]s?|perdid[oa]s?|desaparecid[oa]s?|extraviad[oa]s?|retraso|retrasad[oa]s?|avería|"
            r"averiad[oa]s?|rot[oa]s?|equivocad[oa]s?|nadie|mala suerte|peor|olvidad[oa]s?"
        ),
    },
    {"á": "[áa]", "é": "[ée]", "í": "[íi]", "ó": "[óo]", "ú": "[úu]", "ñ": "[ñn]"},
)
_SOLVED = r"(?![^.!?]{0,90}\b(?:resuelt[oa]|solucionad[oa]|arreglad[oa]|reparad[oa]|encontrad[oa]|gracias|ayudado)\b)"
_PRAISE = "genial|estupendo|perfecto|fantástico|bravo|enhorabuena|felicidades|maravilloso|fenomenal|qué bien|magnífico"
_NOT_YET = r"(?:(?!(?:no|nunca|aún|todavía|sin|ni|si|cuando)\b)[^\s.,;:!?]+ ){0,6}"
_NO_BUT = "(?! // (?:pero|aunque|sino|salvo)| ..3 // (?:pero|aunque|sino|salvo))"

PATTERNS: Final[tuple[Pattern, ...]] = (
    *_SPANISH.construct(
        "sarcasm",
        "negative",
        -2.0,
        f"<{_PRAISE}>{_SOLVED} // (?:ahora|otra|y|encima|ya|también|mi|el|la|los|las) ..8 {{bad}}",
        f"<{_PRAISE}>{_SOLVED} // ..3 {{bad}}",
        f"<{_PRAISE}> // ..4 (?:segunda|tercera|cuarta|quinta|enésima|décima) vez",
        f"<{_PRAISE}> // (?:otra avería|otro retraso|otro error|otro fallo|otra factura|otra vez)",
        "<gracias|muchas gracias> por (?:el|la|los|las|hacerme|dejarme|tenerme) ..1 (?:{bad}|esperar?|tirad[oa]|colgarme|espera)",
    ),
    *_SPANISH.construct(
        "a broken promise",
        "negative",
        -0.7,
        "<prometieron|prometió|prometido|aseguraron|aseguró|garantizaron|quedaron> // ..10 {nothing}",
        "<prometieron|prometió|prometido|aseguraron|aseguró|garantizaron|quedaron> ..8 // ..3 {nothing}",
        "<me dijeron|nos dijeron|me dicen|me dijo> ..9 // ..3 (?:{nothing}|ayer|y siguen|y sigo)",
    ),
    *_SPANISH.construct(
        "asked many times",
        "negative",
        -0.6,
        "<llamado|escrito|reclamado|contactado|pedido|avisado|insistido|llamé|escribí> ..3 {many} veces",
        "{many} <veces que llamo|veces que escribo|veces que les|veces que os>",
        "{many} <correos|llamadas|mensajes|mails|emails|reclamaciones|tickets> // ..5 (?:{nothing}|cero|sin)",
    ),
    *_SPANISH.construct(
        "a long wait",
        "negative",
        -0.6,
        "<espero|esperamos|esperando|esperado|esperar> ..5 (?:desde hace|más de|durante|desde) ..3 (?:horas?|días?|semanas?|mes|meses|años?)",
        "(?:llevo|llevamos) ..4 (?:horas?|días?|semanas?|meses|años?) ..2 <esperando|intentando|llamando|reclamando|pidiendo>",
        "<en vano|para nada> (?=//|\\.|!|$)",
    ),
    *_SPANISH.fulfilled(
        "money has come",
        1.0,
        f"(?:el|mi|nuestro|su) <reembolso|dinero> {_NOT_YET}(?:llegado|llegó|abonado|ingresado|en mi cuenta){_NO_BUT}",
        f"""(?:ya|hoy|ayer|gracias|y) // (?:recibí|recibimos|he recibido|hemos recibido) (?:el|mi|nuestro|su) <reembolso|
            dinero>{_NO_BUT}""",
    ),
)
