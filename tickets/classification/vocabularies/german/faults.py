"""What does not work, and who has been left waiting: words that ask for a look without being a feeling.

Urgency counts them as medium, and whoever reports them wants something done.
"""

from tickets.classification.vocabularies.german.inflection import DATIVE_SPANS, ENDINGS, ORDINALS
from tickets.classification.vocabularies.group import split_terms

FAULTS = split_terms(f"""
    fehler, fehlern,
    (zahlungs|verbindungs|anmelde|login|liefer|netzwerk|server|software|system|druck|rechen|buchungs|abrechnungs|übertragungs|lade|programm|update|internet|wlan|empfangs|bild|ton|qualitäts|technik)(fehler|problem|probleme|störung|störungen),
    fehlerseite(|n), 404, 500, 502, 503, (transport|wasser|lack|display|material|produktions)schaden,
    lieferverzögerung(|en), verbindungsabbrüche, netzausfall, fehlermeldung(|en), fehlercode, fehlerhaft{ENDINGS},
    bug, bugs, störung(|en), problem(|e|en|s), defekt{ENDINGS}, schaden, schäden, ausfall, ausfälle, ausgefallen,
    fällt aus, fällt (ständig|immer|dauernd|jeden abend|täglich|oft) aus, kaputt{ENDINGS}, kapput, kaputtgegangen,
    geht kaputt, zerbrochen{ENDINGS}, gebrochen, gerissen, zerrissen, zerkratzt{ENDINGS}, verbeult,
    beschädigt{ENDINGS}, undicht, tropft, leckt, rauscht, rauschen, brummt, piept, flackert, flackern, blinkt,
    ruckelt, wackelt, quietscht, klemmt, hakt, hängt sich auf, hängt fest, bildschirm hängt, app hängt,
    programm hängt, system hängt, passiert nichts, geschieht nichts, tut sich nichts, wenn ich auf, beim klick auf,
    beim klicken, sind leer, ist leer, leer ist, leer sind, lauwarm, handwarm, obwohl,
    dabei (hat|habe|ist|sind|war|waren|steht), statt (der|des|dem|den|eines|einer), lädt ewig, lädt und lädt,
    dreht sich nur, dreht sich der kreis, wird nicht warm, bleibt kalt, anstelle (des|der|von),
    statt (des|der|dem) bestellten, abgebucht, verlängert obwohl, wurde verlängert, automatisch verlängert,
    flug (gestrichen|annulliert|storniert|ausgefallen|verpasst), gestrichen, storniert worden, den es nicht gibt,
    den es hier nicht gibt, die es nicht gibt, aufgehängt, eingefroren, friert ein, stürzt, abgestürzt, absturz,
    abstürze, abstürzt, bricht ab, bricht, abgebrochen, abbruch, abbrüche, unterbrochen, unterbrechung(|en), timeout,
    hänger, offline, nicht erreichbar, getrennt, langsam, sehr langsam, zu langsam, lahm, verzögert, verzögerung(|en),
    verspätet{ENDINGS}, verspätung(|en), zu spät, überfällig, tippfehler, vereinbart war, abgemacht war,
    ausgemacht war, falsch{ENDINGS}, verkehrt{ENDINGS}, inkorrekt{ENDINGS}, vertauscht, verwechselt, irrtümlich,
    doppelt{ENDINGS}, zweimal (abgebucht|berechnet|belastet), zu viel (berechnet|abgebucht|bezahlt),
    zuviel (berechnet|abgebucht|bezahlt), zu hoch, zu niedrig, ungültig{ENDINGS}, abgelaufen{ENDINGS},
    gesperrt{ENDINGS}, blockiert{ENDINGS}, abgelehnt{ENDINGS}, verweigert, zurückgewiesen, abgewiesen, fehlt, fehlen,
    fehlte, fehlten, fehlend{ENDINGS}, unvollständig{ENDINGS}, verloren, verlorengegangen, verschwunden{ENDINGS},
    verschwindet, verschollen, weg ist, ist weg, sind weg, paket weg, koffer weg, geklaut, weiße seite, leere seite,
    leere seiten, leer bleibt, bleibt leer, bleibt schwarz, schwarzer bildschirm, ins leere, grau hinterlegt,
    ausgegraut, knopf ist grau, niemand da, unlesbar, unleserlich, verstopft, verdorben, schimmel, ungeöffnet, virus,
    spam, phishing, passwort vergessen, kennwort vergessen, ausgesperrt, kein zugriff, keinen zugriff, kein zugang,
    keinen zugang, kein internet, kein netz, kein empfang, kein signal, keine verbindung, kein strom, keinen strom,
    kein warmwasser, kein warmes wasser, keine heizung, kein bild, kein ton, kein freizeichen, keine treffer,
    keine lieferung, keine sms, keine (e-mail|e-mails|mail|mails|bestätigung|bestätigungsmail), kam nichts an,
    nichts angekommen, kommt nichts, kam nichts, nichts erhalten, nichts bekommen, niemand gekommen, niemand kam,
    niemand erschienen, keiner gekommen, keiner kam, unmöglich, scheitert, gescheitert, fehlgeschlagen, schlägt fehl,
    stimmt was nicht, stimmt etwas nicht, stimmt nicht, lässt sich nicht, lassen sich nicht, ließ sich nicht,
    (meine|eine|unsere) reklamation, reklamation (zu|wegen), reklamieren,
    nicht (bestellt|vereinbart|beauftragt|beantragt|gebucht), mangel, mängel, mangelhaft{ENDINGS}
""")

#: They mean a fault only with a "nicht" or a "kein" in their clause.
FAULT_VERBS = split_terms("""
    funktioniert, funktionieren, funktionierte, funktionierten, funzt, geht, gehen, ging, gingen, klappt, klappen,
    klappte, geklappt, läuft, laufen, lädt, laden, geladen, startet, starten, gestartet, öffnet, öffnen, geöffnet,
    schließt, reagiert, reagieren, druckt, drucken, heizt, kühlt, schaltet, erscheint, erscheinen, erschienen, taucht,
    auftaucht, angezeigt, anzeigen, zeigt, sichtbar, aktualisiert, aktualisieren, synchronisiert, erkannt, erkennt,
    gefunden, finden, gespeichert, speichern, speichert, übernommen, übertragen, gesendet, versendet, verschickt,
    zugestellt, geliefert, ausgeliefert, angekommen, ankommt, eingegangen, eingetroffen, gekommen, kommt, kommen, kam,
    kamen, gutgeschrieben, erstellt, erhalten, erhalte, erhielt, bekommen, bekomme, bekam, empfangen, empfange,
    herunterladen, runterladen, hochladen, anmelden, einloggen, abmelden, zugreifen, aufrufen, aufladen, lädt auf,
    verbinden, verbindet, abschicken, abspielen, installieren, abschalten, ausschalten, einschalten, aktivieren,
    abschließen, bezahlen, buchen, einchecken, auswählen, bearbeiten, drücken, telefonieren, abgezogen, eingelöst,
    anerkannt, erfasst, verbucht, gebucht, überwiesen, ausgezahlt, bezahlt, beantwortet, bearbeitet, repariert,
    abgeholt, geleert, gereinigt, ersetzt, installiert, aktiviert, bestätigt, hinterlegt, geändert, gelöscht,
    storniert, durchgeführt, ausgeführt, umgesetzt, gemacht, mitgenommen, gekauft, bestellt, geht an, geht aus, hält,
    halten, dreht, zu hören, zu verstehen, zu erkennen, zu sehen, lesbar, hören, stimmt, stimmen, passt, passen,
    möglich, erreichbar, erreichen, verfügbar, richtig, korrekt, vollständig, in ordnung, angenommen, akzeptiert,
    berücksichtigt, freigeschaltet, mitgeliefert, dabei, auf dem band
""")

#: Waiting and asking again. Whoever writes this is often angry, but not always.
COMPLAINTS = split_terms(f"""
    seit (stunden|wochen|monaten|ewigkeiten), (zweites|drittes|viertes|fünftes) mal, das (dritte|vierte|fünfte) mal,
    hin und her, keine antwort, keinerlei antwort, keine reaktion, keinerlei reaktion, keine rückmeldung,
    keinerlei rückmeldung, kein rückruf, keinen rückruf, ohne antwort, ohne rückmeldung, ohne reaktion, unbeantwortet,
    nichts gehört, nichts von ihnen gehört, nichts passiert, nichts geschehen, nichts ist passiert, nichts da,
    nicht da, nicht gemeldet, nicht zurückgerufen, nicht geantwortet, nicht reagiert, nicht beantwortet,
    (zweite|dritte|vierte|fünfte|sechste) woche, wer ersetzt mir, wer erstattet mir, keiner rührt,
    niemand (antwortet|reagiert|reagierte|geantwortet|erreichbar|meldet sich|kümmert sich|hilft),
    keiner (antwortet|reagiert|reagierte|geantwortet|erreichbar|meldet sich|kümmert sich|hilft), niemand reagiert,
    niemanden erreicht, niemanden erreichen, keinen erreicht, hat niemand reagiert, niemand gemeldet, keiner gemeldet,
    meldet sich niemand, meldet sich (bei euch|bei ihnen|hier|) keiner, geht niemand ran, geht keiner ran,
    warte (jetzt|nun|schon|noch|immer noch|) {DATIVE_SPANS}, ich warte, wir warten, warte ich, warten wir,
    (zweiter|dritter|vierter|fünfter) (versuch|anlauf|anruf|termin|brief),
    (zweiten|dritten|vierten|fünften) (versuch|anlauf|anruf|termin|brief), warte immer noch, warten immer noch,
    warte noch immer, warten noch immer, warte bis heute, warteschleife, warteschlange, zum {ORDINALS} mal,
    zum x-ten mal, zum wiederholten mal(|e), wiederholt{ENDINGS}, mehrfach, mehrmals, schon wieder, wieder nicht,
    immer wieder, immer noch nicht, noch immer nicht, immer noch kein(|e|en), noch immer kein(|e|en), bis heute nicht,
    bis heute kein(|e|en), bis heute nichts, hieß es, verschoben, mahnung(|en), mahngebühr(|en), inkasso, inkassobüro,
    abgestellt, dasselbe problem, beschwerde(|n), beschweren, beschwert, vertröstet, hingehalten, ignoriert, aufgelegt
""")

#: "Nicht mehr" says that something has stopped working, unless it is only no longer wanted, or over.
NOT_WANTED = split_terms("""
    (brauche|brauchen|benötige|benötigen) (ich|wir|es|sie|ihn|das|den|die|) nicht mehr,
    (möchte|möchten|will|wollen) (ich|wir|es|sie|ihn|das|den|die|) nicht mehr,
    (nutze|nutzen|verwende|kaufe|bestelle|bestellen) (ich|wir|es|sie|hier|bei ihnen|bei euch|) nicht mehr,
    nicht mehr (nötig|notwendig|erforderlich|gebraucht|benötigt|dringend|aktuell|relevant|gewünscht|interessiert),
    nicht mehr (haben|nutzen|brauchen|so|lange|länger|wegzudenken|missen|kaufen|bestellen|als), tritt nicht mehr auf,
    problem nicht mehr, fehler nicht mehr, nicht mehr erhalten, nicht mehr bekommen
""")
