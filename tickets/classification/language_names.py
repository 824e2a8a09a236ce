"""What languages are called. Helpdesks give a code (`de`, `de-AT`, `pt_BR`) or a name (`German`). Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_NAMES: Final[Mapping[str, str]] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fil": "Filipino", "fr": "French", "ga": "Irish", "gl": "Galician",
    "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "lb": "Luxembourgish", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay or Indonesian", "mt": "Maltese", "my": "Burmese", "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch",
    "nn": "Norwegian", "no": "Norwegian", "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tl": "Filipino", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese",
    "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "castellano": "es", "deutsch": "de", "espanol": "es", "español": "es", "farsi": "fa", "flemish": "nl",
    "francais": "fr", "français": "fr", "italiano": "it", "malay": "ms", "mandarin": "zh", "nederlands": "nl",
    "polski": "pl", "português": "pt",
}  # fmt: skip

_NOT_LATIN: Final = frozenset((
    "am", "ar", "be", "bg", "bn", "el", "fa", "gu", "he", "hi", "hy", "ja", "ka", "kk", "km", "kn", "ko", "ku", "lo", "mk",
    "ml", "mn", "mr", "my", "ne", "or", "pa", "ps", "ru", "si", "sr", "ta", "te", "th", "uk", "ur", "zh",
))  # fmt: skip
"""Languages that are not written in Latin letters, or not always."""

_CODES: Final = {name.lower(): code for code, name in _NAMES.items()} | dict(_OTHER_NAMES)


@lru_cache(maxsize=1_000)
def language_code(given: str) -> str:
    """The code of ISO 639-1 in what a helpdesk gives: "de" for "de", "de-AT", "DE_at", "German" and "German (Austria)".

    Empty if it names none that is known here.
    """
    text = given.strip().lower()
    code = text.replace("_", "-").partition("-")[0].strip()
    if code in _NAMES:
        return code
    return _CODES.get(text.partition("(")[0].strip(), "")


def read_as(given: str) -> str:
    """The language of a text whose letters, if it has any, are Latin and tell nothing: the code of the helpdesk's word.

    Empty for a language that is not written in Latin letters: then the customer wrote in another one, such as English.
    """
    code = language_code(given)
    return "" if code in _NOT_LATIN else code


def language_name(given: str) -> str:
    """For people: "German" for "de" and "German", "German (AT)" for "de-AT"; what is not known here as it is given."""
    code = language_code(given)
    if not code:
        return given
    _, _, region = given.strip().replace("_", "-").partition("-")
    return f"{_NAMES[code]} ({region})" if region and given.lower().startswith(code) else _NAMES[code]
