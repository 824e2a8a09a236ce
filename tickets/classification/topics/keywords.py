"""Keywords: the words a ticket is about, without function words and the phrases that every e-mail has."""

import re
import unicodedata
from typing import Final

from tickets.classification.scripts import JOINER, SIGNS, is_sign, without_accents
from tickets.classification.tokenizer import READ_LIMIT

KEYWORD_LIMIT: Final = 24
"""Keywords of one ticket."""

_SHORTEST: Final = 3
_LONGEST: Final = 40  # beyond that it is a key or a hash

# hyphens and apostrophes inside a word belong to it, full stops never do
_ASCII_GAPS: Final = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "'-")}
_GAPS: Final = re.compile(rf"[^\w'{SIGNS}{JOINER}-]|_")
_ADDRESS: Final = re.compile(r"@|://|www\.|\.(?:com|org|net)\b")
_ADDRESS_SIGNS: Final = ("@", "://", "www.", ".com", ".org", ".net")
_CONTRACTED: Final = frozenset(("d", "em", "ll", "m", "re", "s", "ve"))

_ENGLISH = """
    a able about above across actually after again against ago all almost alone along already also although always am
    among an and another any anybody anymore anyone anything anyway anywhere are around as ask asked asking at away
    back be became because become been before began behind being below besides best better between big bit both but by
    came can cannot cant cause certain clearly com come comes coming could couldnt currently day days did didnt
    different do does doesnt doing done dont down due during each either else end enough entire especially etc even
    ever every everybody everyone everything everywhere exactly except far few finally find fine first for former
    forward found four from full further gave get gets getting give given gives giving go goes going gone gonna good
    got gotten great guess had hadnt half happen happened happening happens hard hardly has hasnt have havent having he
    hence her here hers herself him himself his hour hours how however idea if in indeed instead into is isnt it its
    itself just keep keeps kept kind knew know known knows last lately later latter least left less let lets like
    likely little long look looked looking looks lot lots made mainly make makes making many may maybe me mean means
    meanwhile might mine minute minutes moment month months more moreover most mostly much must my myself name namely
    near nearly need needed needs neither never nevertheless new next no nobody none nor not nothing now nowhere number
    obviously of off often oh okay old on once one ones only onto or other others otherwise ought our ours ourselves
    out over own part particular particularly past per perhaps possible possibly probably put quite rather re real
    really reason recent recently regarding right said same saw say saying says second see seem seemed seems seen
    self several shall she should shouldnt show shown shows side simply since six so some somebody somehow someone
    something sometime sometimes somewhat somewhere soon still stuff such sure take taken takes taking tell ten than
    that thats the their theirs them themselves then there therefore these they thing things think this those though
    thought three through throughout thus till time times to today together told tomorrow too took toward towards
    tried tries truly try trying turn twice two under unless until up upon us use used uses using usual usually various
    very via want wanted wants was wasnt way ways we week weeks well went were what whatever when whenever where
    whereas wherever whether which while who whoever whole whom whose why will with within without wont would wouldnt
    year years yes yesterday yet you your youre yours yourself yourselves
"""
_MAIL = """
    afternoon all anyone appreciate appreciated asap attached attachment attn below best bye cheers cordially dear
    evening everyone faithfully folks forwarded fwd fyi goodbye greeting greetings guys hallo happy hear hello help
    helping hey hi hope hoping html http https inbox kind kindest kindly madam mail mailto many message morning
    mr mrs ms night noreply note original plain please pls plz regard regards reply respectfully response sent
    sincerely sir sirs subject support team thank thankful thanking thanks thankyou thx truly warm warmest welcome
    wish wishes wrote www
"""
_GERMAN = """
    aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bereits bin bis bisher
    bist bitte da dabei dadurch dafür dagegen daher damit danach dank danke dann daran darauf das dass dein deine dem
    den denn der deren des deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch eben
    ein eine einem einen einer eines einige er es etwas euch euer eure freundliche freundlichen für ganz gegen geehrte
    geehrten geehrter gern gerne gibt grüße grüßen gruß gut guten gutes habe haben hallo hat hatte hatten herr herren
    hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder
    jedes jedoch jetzt kann kannst kein keine keinem keinen keiner können könnte könnten konnte leider man mehr mein
    meine meinem meinen meiner mich mir mit mittlerweile möchte möchten muss müssen nach nachdem nicht nichts noch nun
    nur oder ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so sobald solche soll sollte
    sonst sowie tag über um und uns unser unsere unserem unseren unter viel viele vielen vom von vor wann war waren
    warum was wegen weil weiter welche welcher wenn wer werde werden wie wieder will wir wird wo wohl wollen wollte
    worden wurde wurden würde würden zu zum zur zwar zwischen
"""
_FRENCH = """
    afin ai ainsi alors après assez au aucun aucune aujourd aussi autre autres aux avait avant avec avez avoir avons
    beaucoup bien bonjour bonsoir car ce ceci cela celle celui ces cet cette ceux chaque cher chère chez ci comme
    comment cordialement dans de depuis des dès donc dont du elle elles en encore entre est et étaient était étant être
    eu eux fait faire faut fois hui il ils je jour jusqu la là le les leur leurs lors lorsque lui ma madame mais me
    même mêmes merci mes moi moins mon monsieur ne ni non nos notre nous on ont ou où par parce pas peu peut peuvent
    plus plusieurs pour pourquoi pourriez pouvez presque puis quand que quel quelle quelles quelque quelques quels qui
    quoi sa salut salutations sans se sera ses si sinon son sont sous suis sur ta te tes toi ton toujours tous tout
    toute toutes très trop tu un une vers veuillez voici voilà vos votre voudrais vous
"""
_SPANISH = """
    ahora al algo algún alguna algunas alguno algunos allí ante antes aquel aquella aquí así atentamente aún aunque
    bien buenas bueno buenos cada casi como cómo con contra cordial cordiales cual cuál cualquier cuando cuándo de del
    desde después días donde dónde dos durante ella ellas ello ellos en entre era eran es esa esas ese eso esos esta
    está están estaba estado estamos estar estas este esto estos estoy favor fue fueron gracias ha había hace hacer
    hacia han has hasta hay hemos hola la las le les lo los mas más me mi mientras mis mismo mucha muchas mucho muchos
    muy nada ni ningún ninguna no nos nosotros nuestra nuestro nunca otra otras otro otros para pero poco podría por
    porque puede pueden puedo pues que qué querida querido quien quién saludo saludos se sea según ser si sí sido sin
    sino sobre solo sólo somos son soy su sus también tan tanto te tengo tener ti tiene tienen toda todas todo todos tu
    tus un una unas uno unos usted ustedes vez vosotros ya yo
"""

#: Never a keyword: English function words and fillers, what every mail says, and the commonest German, French and
#: Spanish function words.
STOP_WORDS: Final = frozenset(" ".join((_ENGLISH, _MAIL, _GERMAN, _FRENCH, _SPANISH)).split())


def keywords(*, subject: str, message: str) -> tuple[str, ...]:
    """The distinct meaningful words of a ticket in lower case, in order of appearance, at most 24.

    Stop words, words shorter than three letters, numbers, and e-mail and web addresses are left out. A possessive
    "'s" is removed; plurals stay. Text without spaces, as in Chinese or Thai, is split at spaces and punctuation only.
    Any text is valid; the first 20,000 characters of each field are read.
    """
    text = f"{subject[:READ_LIMIT]}\n{message[:READ_LIMIT]}"
    if not text.isascii():
        # accents that do not compose with their letter, such as Arabic vowel points, are left out
        text = without_accents(unicodedata.normalize("NFC", text)).replace("\u0130", "i").replace("\u2019", "'")
    text = text.lower()
    if any(sign in text for sign in _ADDRESS_SIGNS):
        text = " ".join(token for token in text.split() if not _ADDRESS.search(token))
    words = (text.translate(_ASCII_GAPS) if text.isascii() else _GAPS.sub(" ", text)).split()
    found: dict[str, None] = {}
    for word in words:
        if word in STOP_WORDS or word in found:
            continue
        if not word.isalpha():
            word = _bare(word)
        if _SHORTEST <= len(word) <= _LONGEST:
            found[word] = None
            if len(found) == KEYWORD_LIMIT:
                break
    return tuple(found)


def _bare(word: str) -> str:
    """The word without contractions and outer hyphens; empty if it is not worth counting."""
    word = word.strip(f"'-{JOINER}")
    first, apostrophe, rest = word.partition("'")
    if apostrophe:
        if first.endswith("n") and rest == "t":
            return ""
        if rest in _CONTRACTED:
            word = first.rstrip("-")
        elif len(first) <= 2:  # l'ordinateur, d'accord
            word = rest.strip("'-")
    if word in STOP_WORDS or not word[:1].isalpha() or sum(map(_spells, word)) < _SHORTEST:
        return ""
    return word


def _spells(character: str) -> bool:
    return character.isalpha() or is_sign(character)
