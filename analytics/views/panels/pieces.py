"""What several panels are made of."""

from supportsaas.templatetags.presentation import grouped


def tickets_words(count: int) -> str:
    return f"{grouped(count)} ticket{'' if count == 1 else 's'}"
