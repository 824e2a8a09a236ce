"""The version of the built-in rules: of all vocabularies, and of how their words are added up.

Increase it with every change that can alter a verdict: a ticket's digest includes it, so tickets that were classified
by an older version can be found.
"""

from typing import Final

RULES_VERSION: Final = 4
