"""Positive sentiment: delight, satisfaction and sincere thanks, and polite phrases that are not.

The scale is that of negative sentiment: a sum of 0.5 decides.
"""

from tickets.classification.vocabularies.german.inflection import ENDINGS
from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _positive(weight: float, terms: str, negation: Negation = "around") -> Group:
    return Group("positive", weight, split_terms(terms), negation)


POSITIVE: tuple[Group, ...] = (
    # Delight
    _positive(
        3.0,
        f"""
        (einfach|echt|wirklich|absolut|super|ganz|große) (spitze|klasse),
        (klasse|spitzen) (service|arbeit|team|gemacht|produkt|beratung|leistung|hilfe), klasse gemacht, ist spitze,
        ist klasse, war klasse, war spitze, sonnenschein, kinderleicht, wie am schnürchen, passt wie angegossen,
        begeistert{ENDINGS}, begeisterung, fantastisch{ENDINGS}, phantastisch{ENDINGS}, hervorragend{ENDINGS},
        ausgezeichnet{ENDINGS}, exzellent{ENDINGS}, großartig{ENDINGS}, grandios{ENDINGS}, genial{ENDINGS},
        perfekt{ENDINGS}, wunderbar{ENDINGS}, wundervoll{ENDINGS}, toll{ENDINGS}, super, superschnell, spitzenmäßig,
        spitzenservice, prima, top, topservice, erstklassig{ENDINGS}, vorbildlich{ENDINGS}, einwandfrei{ENDINGS},
        tadellos{ENDINGS}, makellos{ENDINGS}, sensationell{ENDINGS}, traumhaft{ENDINGS}, überragend{ENDINGS},
        unschlagbar{ENDINGS}, herausragend{ENDINGS}, bestens, alles bestens, alles super, alles top, alles prima,
        liebe es, lieben es, liebe (diese|diesen|dieses|eure|euren|ihre|ihren|den), liebe die, liebe das, ein traum,
        ein segen, goldwert, gold wert, retter, lebensretter, fünf sterne, 5 sterne, volle punktzahl, note eins,
        glatte eins, daumen hoch, hut ab, chapeau, bravo, weiter so, macht weiter so, großes lob, ein lob, lob an,
        ein großes lob, ein dickes lob, großes kompliment, kompliment, komplimente, sehr zu empfehlen,
        nur zu empfehlen, nur empfehlen, nur weiterempfehlen, wärmstens empfehlen, absolut empfehlenswert,
        sehr empfehlenswert, klare empfehlung, klare kaufempfehlung, uneingeschränkt empfehlen, rundum zufrieden,
        rundum glücklich, restlos begeistert, hellauf begeistert, erwartungen übertroffen, übertraf meine erwartungen,
        besser geht's nicht, besser gehts nicht, besser geht es nicht, kann nicht klagen, kann mich nicht beschweren,
        nichts zu meckern, nichts auszusetzen, nicht zu toppen, wow, yeah, juhu, hurra
        """,
    ),
    # Contentment and praise
    _positive(
        2.0,
        f"""
        zufrieden{ENDINGS}, zufriedenheit, sehr zufrieden, glücklich{ENDINGS}, froh, freue mich sehr, freut mich sehr,
        gefreut, erfreut, erfreulich{ENDINGS}, beeindruckt, beeindruckend{ENDINGS}, überzeugt, überzeugend{ENDINGS},
        gefällt, gefallen, gefiel, sehr gut, richtig gut, sehr gute(|r|n|m|s), gut gelöst, gut gemacht, gut geklappt,
        gute arbeit, guter service, gute beratung, guten service, gut beraten, bestens beraten, gut aufgehoben,
        lobenswert{ENDINGS}, loben, gelobt, angenehm{ENDINGS}, freundlich{ENDINGS}, nett{ENDINGS}, höflich{ENDINGS},
        zuvorkommend{ENDINGS}, hilfsbereit{ENDINGS}, hilfreich{ENDINGS}, kompetent{ENDINGS}, professionell{ENDINGS},
        geduldig{ENDINGS}, engagiert{ENDINGS}, aufmerksam{ENDINGS}, zuverlässig{ENDINGS}, pünktlich{ENDINGS},
        reibungslos{ENDINGS}, problemlos{ENDINGS}, unkompliziert{ENDINGS}, unbürokratisch{ENDINGS}, kulant{ENDINGS},
        kulanz von ihnen, blitzschnell{ENDINGS}, rasant, sauber gearbeitet, saubere arbeit, empfehlenswert{ENDINGS},
        empfehle, empfehlen, weiterempfehlen, weiterempfehle, weiterempfohlen, gern wieder, gerne wieder,
        immer wieder gern, immer wieder gerne, jederzeit wieder, komme wieder, kommen wieder, kaufe wieder,
        bestelle wieder, gut verarbeitet, hochwertig{ENDINGS}, lohnt sich, hat sich gelohnt, preis-leistung stimmt,
        sein geld wert, ihr geld wert, jeden cent wert, nicht schlecht, gar nicht schlecht, wirklich nicht schlecht,
        ohne probleme, kein problem mehr, keine probleme mehr, glänzend, wirklich gekümmert, toll gekümmert,
        prompt geholfen, schnell geholfen, sehr geholfen, wirklich geholfen
        """,
    ),
    # Gratitude, meant
    Group(
        "positive",
        2.0,
        split_terms(
            """
        dankbar, dankbarkeit,
        herzlichen dank für (ihre|eure|die|deine) (schnelle|tolle|nette|gute|prompte|großartige) (hilfe|antwort|unterstützung|lieferung),
        vielen herzlichen dank, tausend dank, allerherzlichsten dank, bin ihnen sehr dankbar, möchte mich bedanken,
        wollte mich bedanken, mich bedanken, mich einfach mal bedanken, einfach mal bedanken, möchten uns bedanken,
        uns bedanken, ein dankeschön, großes dankeschön, dickes dankeschön, danke für die schnelle,
        danke für die tolle, danke für die prompte, danke für das schnelle, danke für die gute,
        danke für ihre schnelle, dank für die schnelle, dank für die tolle, dank für die prompte,
        dank für ihre schnelle, dank für ihre prompte, dank für ihre tolle, dank für das schnelle,
        dank für eure schnelle, danke für eure schnelle, danke danke
        """
        ),
        "never",
        gratitude=True,
    ),
    # It is in order again
    _positive(
        1.5,
        """
        behoben, gelöst, hat geklappt, klappt wieder, klappt jetzt, funktioniert jetzt, funktioniert wieder,
        funktioniert alles, geht jetzt, geht wieder, läuft wieder, läuft jetzt, läuft alles, alles läuft,
        alles funktioniert, alles gut, alles ok, alles okay, alles in ordnung, wieder in ordnung, alles angekommen,
        gut angekommen, heil angekommen, geholfen, weitergeholfen, endlich wieder, wie neu, freue mich, erleichtert,
        zum glück, gott sei dank, glücklicherweise, verbessert, verbesserung
        """,
    ),
    # Hints
    _positive(
        1.0,
        f"""
        schön{ENDINGS}, hübsch{ENDINGS}, praktisch{ENDINGS}, bequem{ENDINGS}, lecker{ENDINGS}, gemütlich{ENDINGS},
        robust, übersichtlich{ENDINGS}, intuitiv{ENDINGS}, fair{ENDINGS}, prompt{ENDINGS}, flott{ENDINGS}, gratuliere,
        lob, danke nochmal, danke nochmals, danke noch mal, danke euch, vielen lieben dank, lieben dank,
        liebsten dank, mag ich, ich mag, cool, fein, wie schnell das ging, so schnell, genau so, genau richtig,
        genau das richtige
        """,
    ),
    _positive(
        0.4,
        """
        klasse, spitze, mega, respekt, gut, guter, gute, erledigt, hat sich erledigt, geklärt, alles geklärt,
        alles erledigt, besser, schnell, schnelle, schneller, schnellen, sauber, gern, gerne, treu
    """,
    ),
    # Polite formulas
    Group(
        "positive",
        1.2,
        split_terms("""
        danke, dankeschön, danke schön, danke sehr, vielen dank, besten dank, herzlichen dank, schönen dank,
        recht herzlichen dank, dank ihnen, dank euch, merci, thx, thanks
        """),
        "never",
        courtesy=True,
        gratitude=True,
    ),
    # Shields: formulas that say nothing about how the writer feels
    Group(
        "positive",
        0.0,
        split_terms("""
        vielen dank im voraus, danke im voraus, besten dank im voraus, herzlichen dank im voraus, dank im voraus,
        vielen dank vorab, danke vorab, besten dank vorab, vielen dank für ihre bemühungen, danke für ihre bemühungen,
        vielen dank für ihr verständnis, danke für ihr verständnis, danke für das verständnis, danke für die info,
        vielen dank für ihre nachricht, danke für ihre nachricht, vielen dank für ihre mail, danke für ihre mail,
        vielen dank für ihre anfrage, vielen dank für ihre rückmeldung, danke für die rückmeldung,
        danke für ihre rückmeldung, nein danke, danke nein, mit freundlichen grüßen, freundliche grüße,
        freundlichen grüßen, freundlichem gruß, mit freundlichem gruß, mit freundlichen gruessen, freundlicher gruß,
        freundliche grüsse, mit freundlichen grüssen, beste grüße, schöne grüße, schönen gruß, viele liebe grüße,
        liebe grüße, herzliche grüße, schönen tag, schönen tag noch, wunderschönen tag, tollen tag, angenehmen tag,
        angenehmes wochenende, schöne woche, schönen sonntag, schönen start, guten start, schönen resttag,
        können sie mir empfehlen, können sie empfehlen, was empfehlen sie, empfehlen sie mir, mir empfehlen,
        welche empfehlen, den gefallen, super e5, energieeffizienzklasse, einen schönen tag, schönes wochenende,
        schönen abend, schönen feierabend, guten tag, guten morgen, guten abend, gute nacht, gut dass, na gut,
        alles gute, gute besserung, viel glück, gute frage, so gut wie, nicht so gut, wie gut, gut zwei, gut eine,
        gut drei, kann gut sein, gut haben, gut möglich, hätte gern, hätte gerne, hätten gern, hätten gerne,
        möchte gern, möchte gerne, würde gern, würde gerne, würden gern, würden gerne, wüsste gern, wüsste gerne,
        ich würde mich freuen, würde mich freuen, würden uns freuen, wäre toll, wäre super, wäre schön, wäre prima,
        wäre klasse, wäre nett, wäre gut, wäre hilfreich, wären dankbar, wäre dankbar, wäre ich dankbar,
        wäre ich ihnen dankbar, wäre sehr dankbar, es wäre schön, es wäre nett, seien sie so freundlich,
        seien sie so nett, wären sie so freundlich, wären sie so nett, wärst du so nett, sind sie so nett,
        so freundlich, so nett, freundlicherweise, netterweise, schöne bescherung, super dringend, super wichtig,
        gefallen tun, einen gefallen, gefallen lassen, mir nicht gefallen lassen, muss mir nicht gefallen lassen,
        besser wäre, wäre besser, wie kann ich besser, wie schnell, so schnell wie möglich, so schnell es geht,
        schnellstmöglich, schnellstens, möglichst schnell, schnell antworten, schnelle antwort, schnelle hilfe,
        schnelle rückmeldung, bitte schnell, zu schnell, top 10, super e10, spitze der, klasse 7b, erste klasse,
        zweite klasse, 2 klasse, 1 klasse, business klasse, bester kunde, prompt wieder, war viel besser, viel besser,
        nicht gelöst, nicht behoben, noch nicht gelöst, noch nicht behoben, noch nicht erledigt, noch nicht geklärt,
        nicht erledigt, nicht geklärt, gelöst werden, behoben werden, geklärt werden, erledigt werden, gelöst wird,
        behoben wird, geklärt wird, damit das geklärt ist, sobald das behoben ist, falls es geklappt hat,
        überzeugt sein, zum glück niemand, zum glück wurde niemand, gott sei dank niemand, kunden zufrieden,
        kundenzufriedenheit, zufriedenheitsumfrage, fair use, wie gewünscht zum
        """),
        "never",
    ),
)
