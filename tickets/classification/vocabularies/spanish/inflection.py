"""Endings, numbers and spans of time that the lists of phrases share, as alternatives (`group.split_terms`)."""

from typing import Final

ENDINGS: Final = "(o|a|os|as)"
"""The endings of gender and number: "enfadado", "enfadada", "enfadados", "enfadadas"."""

_NUMBERS = (
    "un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|varios|varias|unas|casi dos|"
    "casi tres|más de dos|más de tres|más de un|más de una|más de 2|más de 3|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|18|20|"
    "21|25|30|40|45|50|60|90"
)
SPANS: Final = f"({_NUMBERS}) (minutos|hora|horas|día|días|semana|semanas|mes|meses|año|años)"
"""How long something has lasted: "tres semanas"."""

ORDINALS: Final = (
    "(segunda|segundo|tercera|tercer|cuarta|cuarto|quinta|quinto|sexta|séptima|décima|enésima|enésimo|2ª|3ª|4ª|5ª)"
)

AGAIN: Final = (
    "(enviarme|enviarnos|enviar|envíenme|mandarme|mandarnos|mandar|reenviar|intentar|intentarlo|probar|pedir|mirar|hacer)"
    " otra vez"
)
"""Doing something again, which is no complaint."""
