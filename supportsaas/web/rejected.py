"""The error of a change that was not made because of what the user asked for."""


class Rejected(Exception):
    """Nothing was changed. `str()` is a sentence for the user, `field` the form field it is about, if any."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
