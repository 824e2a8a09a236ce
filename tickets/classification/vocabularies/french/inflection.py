"""Endings, numbers and spans of time that the lists of phrases share, as alternatives (`group.split_terms`)."""

from typing import Final

AGREEMENT: Final = "(|e|s|es)"
"""The endings of gender and number: "déçu", "déçue", "déçus", "déçues"."""

_NUMBERS = (
    "une|deux|trois|quatre|cinq|six|sept|huit|dix|douze|quinze|vingt|trente|plusieurs|quelques|1|2|3|4|5|6|7|8|9|10|"
    "11|12|13|14|15|18|20|21|25|30|40|45|50|60|90|plus de deux|plus de trois|plus de 2|plus de 3|plus d'une|plus d'un|"
    "un|bientôt deux|presque deux|déjà deux|déjà trois"
)
SPANS: Final = f"({_NUMBERS}) (minutes|heure|heures|jour|jours|semaine|semaines|mois|an|ans)"
"""How long something has lasted: "trois semaines"."""

ORDINALS: Final = (
    "(deuxième|seconde|troisième|quatrième|cinquième|sixième|septième|dixième|énième|nième|2e|3e|4e|5e|3ème|4ème|5ème)"
)
