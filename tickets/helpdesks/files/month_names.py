"""Translates month names of European languages to English. Pure.

strptime and our own date parser know only English names. Names and abbreviations are those of the Unicode CLDR; forms
that mean different months in two languages are left out.
"""

import re

_ENGLISH = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ENGLISH_FORMS = frozenset(form.casefold() for name in _ENGLISH for form in (name, name[:3]))

_NAMES = (
    # German, French, Spanish, Italian, Portuguese, Dutch | Polish, Czech, Slovak | Swedish, Danish, Norwegian, Finnish
    # | Hungarian, Romanian, Turkish | Russian, Ukrainian
    "januar jänner jän janvier janv enero ene gennaio gen janeiro januari jan | styczeń stycznia sty leden ledna led "
    "január januára | tammikuu tammikuuta tammi | ianuarie ian ocak oca | январь января янв січень січня січ",
    "februar feber février févr fév fevr fev febrero febbraio fevereiro februari feb | luty lutego lut únor února úno "
    "február februára | helmikuu helmikuuta helmi | febr februarie şubat şub | февраль февраля фев февр лютий лютого лют",
    "märz mär mrz mars marzo março maart mrt mar | marzec marca březen března bře marec | maaliskuu maaliskuuta maalis "
    "| március márc martie mart | март марта мар мар березень березня бер",
    "april avril avr abril abr aprile apr | kwiecień kwietnia kwi duben dubna dub apríl apríla | huhtikuu huhtikuuta "
    "huhti | április ápr aprilie nisan nis | апрель апреля апр квітень квітня квіт",
    "mai mayo maggio mag maio mei maj may | maja květen května kvě máj mája | toukokuu toukokuuta touko | május máj "
    "mayıs | май мая травень травня трав",
    "juni juin junio giugno giu junho jun | czerwiec czerwca cze červen června čvn jún júna | kesäkuu kesäkuuta kesä | "
    "június jún iunie iun haziran haz | июнь июня июн червень червня черв",
    "juli juillet juil julio luglio lug julho jul | lipiec lipca lip červenec července čvc júl júla | heinäkuu "
    "heinäkuuta heinä | július júl iulie iul temmuz tem | июль июля июл липень липня лип",
    "august août aout agosto ago augustus aug | sierpień sierpnia sie srpen srpna srp augusta augusti | elokuu elokuuta "
    "elo | augusztus ağustos ağu | август августа авг серпень серпня серп",
    "september septembre septiembre setiembre sept settembre setembro set sep | wrzesień września wrz září zář septembra "
    "| syyskuu syyskuuta syys | szeptember szept septembrie eylül eyl | сентябрь сентября сен сент вересень вересня вер",
    "oktober octobre octubre ottobre ott outubro out okt oct | październik października paź říjen října říj október "
    "októbra | lokakuu lokakuuta loka | octombrie ekim eki | октябрь октября окт жовтень жовтня жовт",
    "november novembre noviembre novembro nov | listopad listopada lis listopadu november novembra | marraskuu "
    "marraskuuta marras | noiembrie noi kasım kas | ноябрь ноября ноя нояб листопад листопада лист",
    "dezember décembre déc diciembre dic dicembre dezembro dez december dec | grudzień grudnia gru prosinec prosince pro "
    "decembra | joulukuu joulukuuta joulu | decembrie aralık ara | декабрь декабря дек грудень грудня груд",
)  # fmt: skip
_MONTHS = {
    name.casefold(): english
    for english, names in zip(_ENGLISH, _NAMES, strict=True)
    for name in names.replace("|", " ").split()
}
_WORD = re.compile(r"[^\W\d_]+\.?")
_WEEKDAY = re.compile(r"[^\W\d_]+\.?,?\s+(?=\d)")
_BETWEEN = re.compile(r"(?<=\s)(?:de|del|den|di|of)\s+|(?<=\d)(?:\.|er|º|ª)(?=\s)", re.IGNORECASE)
"""What stands between day, month and year: "3 de marzo de 2026", "3. März 2026"."""


def in_english(text: str, *, date_format: str = "") -> str:
    """The text with the name of its month in English, as it is where it has none.

    With a format the rest stays, and the name is long where the format says `%B`. Without one, a weekday goes too.
    """
    for word in _WORD.finditer(text):
        name = word[0].rstrip(".").casefold()
        if name in _MONTHS and name not in _ENGLISH_FORMS:
            english = _MONTHS[name] if "%B" in date_format else _MONTHS[name][:3]
            before, after = text[: word.start()], text[word.end() :]
            if date_format:
                return f"{before}{english}{after}"
            return _BETWEEN.sub("", f"{_WEEKDAY.sub('', before, count=1)}{english}{after}")
    return text
