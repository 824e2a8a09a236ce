"""Action: whether the writer wants something done or answered.

A sum of 1.0 means yes. Requests such as "könnten Sie" cannot be negated; wishes ("brauche") can.
"""

from tickets.classification.vocabularies.german.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED
from tickets.classification.vocabularies.group import Group, split_terms


def _request(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never")


def _wish(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "close")


ACTION: tuple[Group, ...] = (
    # Asking somebody to do something
    _request(
        1.2,
        """
        (könnten|können|würden|möchten|wollen) (sie|sie mir|sie bitte|sie uns), (kannst|könntest|würdest|magst) du,
        (könnt|könntet|würdet) ihr, können wir, könnten wir, kann ich, könnte ich, kann man, könnte man, kann jemand,
        könnte jemand, kann mir jemand, darf ich, dürfte ich, dürften wir, wäre es möglich, ist es möglich,
        besteht die möglichkeit, gibt es eine möglichkeit, gibt es, wären sie so, wärst du so, seien sie so,
        bitte ich, bitte ich sie, ich bitte, wir bitten, ich bitte um, wir bitten um, bitte um, bitten um, bitte sie,
        erbitte, erbitten, ersuche, fordere, fordere ich, fordere sie auf, fordern sie auf, forderung, ich verlange,
        verlange, verlangen wir, ich erwarte, erwarte ich, erwarten wir, wir erwarten, bestehe darauf, kommen sie,
        teilen sie mir, teilen sie uns, teilen sie bitte, geben sie mir, geben sie uns, geben sie bescheid,
        gib mir bescheid, gebt mir bescheid, bescheid geben, sagen sie mir, sag mir, sagt mir, kannst du mir sagen,
        rufen sie mich, rufen sie uns, rufen sie bitte, ruft mich, ruf mich, rufen sie zurück, um rückruf,
        rückruf bitte, bitte um rückruf, um rückmeldung, um antwort, um klärung, um prüfung, um hilfe, um bestätigung,
        um auskunft, um stornierung, um mitteilung, um zusendung, um stellungnahme, melden sie sich, meldet euch,
        melde dich, melden sie sich bitte, schicken sie, schickt mir, schickt uns, schick mir, senden sie, sendet mir,
        schreiben sie mir, antworten sie, antwortet, prüfen sie, überprüfen sie, schauen sie, klären sie,
        erklären sie, helfen sie, helft mir, hilf mir, korrigieren sie, ändern sie, stornieren sie, kündigen sie,
        löschen sie, sperren sie, entsperren sie, erstatten sie, zahlen sie, überweisen sie, liefern sie,
        bestätigen sie, tragen sie, entfernen sie, stellen sie, sorgen sie, kümmern sie sich, kümmert euch,
        beheben sie, reparieren sie, ersetzen sie, tauschen sie, holen sie, nehmen sie, buchen sie, setzen sie,
        lassen sie mich wissen, lass mich wissen
        """,
    ),
    # Asking without a question mark
    _request(
        1.0,
        """
        wie kann ich, wie können wir, wie bekomme ich, wie lange dauert, wie hoch ist, wie viel kostet, was kostet,
        was muss ich, was kann ich, was soll ich, was passiert mit, wann kommt, wann kann, wann wird, wann ist,
        wann bekomme, wann erhalte, wo finde ich, wo ist, wo bleibt, wo kann ich, wo sehe ich, warum ist, warum wird,
        warum wurde, warum kann, warum habe, wieso, weshalb wurde, wer kann, wer ist zuständig, welche, welcher,
        ich frage mich, frage mich ob, wollte fragen, möchte fragen, wollte mal fragen, hätte eine frage,
        habe eine frage, habe ich eine frage, eine frage, noch eine frage, meine frage, frage zu, fragen zu,
        frage zur, frage zum, gibt es schon, gibt es neuigkeiten, gibt es etwas neues, wie ist der stand,
        aktueller stand, stand der dinge, ob es möglich, ob man, ob sie mir, wissen ob, wissen wie, wissen wann,
        was ist los, wie oft muss, wie lange noch, auf garantie, geht das auf garantie, ratlos, weiß nicht wie,
        weiß nicht weiter, dringend, asap, sofort melden, hilfe
        """,
    ),
    # Wishes and needs of the writer
    _wish(
        1.0,
        """
        ich möchte, möchte ich, wir möchten, möchten wir, möchte gern, möchte gerne, ich will, will ich, wir wollen,
        würde gern, würde gerne, würden gern, würden gerne, ich würde, wir würden, hätte gern, hätte gerne,
        hätten gern, hätten gerne, ich hätte, wünsche mir, wünschen uns, wünsche eine, brauche, brauchen, bräuchte,
        bräuchten, benötige, benötigen, benötigt, benötigte, ich suche, wir suchen, suche (ein|eine|einen|nach|ich),
        interessiere mich, interessieren uns, bin interessiert, sind interessiert, beantrage, beantragen,
        bestelle hiermit, widerrufe, widerruf, widerrufen, reklamiere, lege widerspruch, widerspruch, widerspreche,
        kündige, kündigen, kündigung, storniere, stornieren, stornierung, umbuchen, umbuchung, umtauschen, umtausch,
        zurückgeben, rückgabe, verschieben, ändern lassen, ich wüsste gern, angebot, muss geändert, muss behoben,
        müssen wir, muss dringend, sollte geändert, erwarte, fordern, ich brauche
        """,
    ),
    _wish(
        0.5,
        """
        rückruf, rückmeldung, antwort, auskunft, klärung, klären, prüfen, prüfung, reparatur, reparieren, ersatz,
        ersatzlieferung, austausch, gutschrift, korrektur, korrigieren, ändern, änderung, löschen, löschung, sperren,
        entsperren, freischalten, freigabe, zurücksetzen, zusenden, schicken, senden, bestätigung, bestätigen, termin,
        neuen termin, techniker, erklärung, unterstützung, erneut, sofort, umgehend, schnellstmöglich, heute noch,
        frist, kümmert, endlich, warte auf, warten auf, hilft
        """,
    ),
    # Something does not work: whoever reports it wants it mended
    Group("action", 1.0, FAULTS, "close"),
    Group("action", 1.0, FAULT_VERBS, "needed"),
    Group("action", 1.0, COMPLAINTS, "never"),
    Group("action", 1.0, ("nicht mehr",), "never"),
    Group("action", 0.0, NOT_WANTED, "never"),
    _request(
        1.0,
        """
        erstattung, rückerstattung, erstatten, erstattet, zurückerstatten, rückzahlung, geld zurück, mein geld,
        entschädigung, schadensersatz, erstattet haben, kaufpreis, anwalt, rechtsanwalt, rechtsanwälte, verklage,
        verklagen, klage, anzeige erstatten, strafanzeige, zeige ich sie an, zeige sie an, verbraucherzentrale,
        frist bis, chargeback, rückbuchung, zurückgefordert, käuferschutz, datenleck, datenpanne, gehackt, gestohlen,
        betrug, dsgvo, nicht autorisiert, unbefugt, verdacht auf, missbrauch, belästigung, angedroht, bedroht,
        gasgeruch, nach gas, brand, gebrannt, brennt, explodiert, funken, stromschlag, verletzt, verbrennungen,
        verbrennung, rohrbruch, beatmungsgerät, notfall, stromausfall, totalausfall, steht still, down, stillstand
        """,
    ),
    # Bare "bitte": common, and rarely worth showing
    Group("action", 1.0, split_terms("bitte, bitten, pls, please"), "never", plain=True),
    # Orders and questions at the start of a sentence
    Group(
        "action",
        1.0,
        split_terms("""
        schicken, schickt, senden, sendet, rufen, ruft, melden, prüfen, klären, ändern, stornieren, kündigen, löschen,
        sperren, erstatten, zahlen, bestätigen, helfen, helft, teilen, geben, erklären, korrigieren, reparieren,
        beheben, liefern, kann, können, könnte, könnten, könnt, kannst, ist es, gibt es, haben sie, habt ihr, hast du,
        sind sie, darf, dürfen, muss ich, müssen wir, soll ich, sollen wir, bieten sie, bietet ihr, wann, wie, wo,
        warum, wieso, weshalb, welche, welcher, welches, wohin
        """),
        "never",
        opens_sentence=True,
    ),
    # Shields and counterweights: formulas and notices that ask for nothing
    Group(
        "action",
        0.0,
        split_terms("""
        (dank|danke) für die (schnelle|sofortige|prompte|umgehende|rasche|) (erstattung|rückerstattung|rückzahlung),
        (dank|danke) für (ihre|eure) (schnelle|prompte|rasche|) (erstattung|rückerstattung|rückzahlung),
        erstattung erhalten, erstattung ist angekommen, wie vereinbart, wie telefonisch besprochen, wie immer,
        wie angekündigt, bitte beachten, bitte beachten sie, bitte nicht antworten, bitte nicht auf diese, bei fragen,
        falls sie fragen haben, wenn sie fragen haben, stehe ich gerne zur verfügung, stehe ihnen gerne,
        zur verfügung, anbei finden sie, wie gewünscht, wie besprochen, wie erbeten, auf ihren wunsch,
        danke für die antwort, danke für ihre antwort, vielen dank für ihre antwort, vielen dank für die antwort,
        danke für die rückmeldung, vielen dank für ihre rückmeldung, danke für die hilfe, danke für ihre hilfe,
        vielen dank für die hilfe, vielen dank für ihre hilfe, vielen dank für die schnelle hilfe,
        danke für die schnelle hilfe, vielen dank für die schnelle antwort, danke für die schnelle antwort,
        danke für den rückruf, dank für ihre hilfe, dank für die schnelle hilfe,
        herzlichen dank für die schnelle hilfe, schnelle hilfe, der rückruf kam, bestätige ich den, hiermit bestätige,
        bestätige den, keine antwort nötig, antwort nicht nötig, keine rückmeldung nötig, nichts zu tun,
        könnt ihr euch sparen, können sie sich sparen, hängt an, hängt dem, liegt bei, kein problem,
        kein problem mehr, keine probleme, keine probleme mehr, ohne probleme, problem gelöst, problem behoben,
        problem ist behoben, problem ist gelöst, problem wurde behoben, problem wurde gelöst, fehler behoben,
        störung behoben, keine fehler, fehlerfrei, nicht schlecht, wirklich nicht schlecht, ich möchte mich bedanken,
        möchte mich bedanken, wollte mich bedanken, möchte mich herzlich bedanken, möchte ich mich bedanken,
        ich wollte mich, möchte danke sagen, möchte loben, kann mich nicht beschweren, ich kann mich nicht beschweren,
        und nicht erreichbar, eilt nicht, geht gar nicht, so geht man nicht, so geht es nicht, so geht das nicht,
        kein grund zur sorge, keine sorge, wie schnell, wie schnell das ging, wie toll, was für ein,
        kann ich nur empfehlen, kann ich nur, kann ich diesen, kann ich jedem, kann man nur, kann ich nicht empfehlen,
        nie wieder, nie mehr, finger weg, brauchen sie nicht, brauche ich nicht, beim besten willen,
        gesucht und gefunden
        """),
        "never",
    ),
    Group(
        "action",
        -0.6,
        split_terms("""
        zur info, zur information, zu ihrer information, zur kenntnis, zur kenntnisnahme, nur zur info,
        hat sich erledigt, bereits erledigt, schon erledigt, ist erledigt, funktioniert wieder, funktioniert jetzt,
        läuft wieder, geht wieder, klappt jetzt, hat geklappt, wieder einwandfrei, alles bestens, alles gut,
        alles in ordnung, ticket kann geschlossen werden, kann geschlossen werden, können sie schließen,
        bin im urlaub, im urlaub und, elternzeit, mutterschutz, bin abwesend, derzeit abwesend, lese keine e-mails,
        abwesenheitsnotiz, automatische antwort, nicht mehr nötig, hinfällig, jetzt abmelden, abbestellen klicken,
        hier klicken, alle rechte vorbehalten
        """),
        "never",
        plain=True,
    ),
)
