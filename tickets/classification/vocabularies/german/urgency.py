"""Urgency: what makes a ticket urgent, and what says that it can wait.

A sum of 1.0 is high, 0.4 medium. A weight of 1.0 decides alone; smaller weights of the label "high" add up.
"""

from tickets.classification.vocabularies.german.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED
from tickets.classification.vocabularies.german.inflection import ENDINGS
from tickets.classification.vocabularies.group import Group, Matter, Negation, split_terms


def _always(matter: Matter, terms: str) -> Group:
    return Group("high", 1.0, split_terms(terms), "close", always=True, matter=matter)


def _high(weight: float, terms: str, negation: Negation = "close") -> Group:
    return Group("high", weight, split_terms(terms), negation)


URGENCY: tuple[Group, ...] = (
    # Legal threats
    _always(
        "legal",
        """
        anwalt, anwälte, anwältin, anwälten, anwalts, meinem anwalt, meinen anwalt, unseren anwalt,
        (einem|einen|ein|dem|den|der|mein|meinem|meinen|unser|unserem|unseren|ihr) (rechtsanwalt|rechtsbeistand),
        rechtsanwalt (eingeschaltet|beauftragt|einschalten|beauftragen), anwaltlich, anwaltliche(|n|r|s) schritte,
        rechtliche(|n) schritte, gerichtliche(|n) schritte, juristische(|n) schritte, rechtsweg, klage, klagen werde,
        klage ein, klage einreichen, klage erheben, verklage, verklagen, verklagt, einklagen, sonst klage ich,
        klage ich, vor gericht, gerichtlich, gerichtsverfahren, mahnbescheid beantragen, gerichtlicher mahnbescheid,
        strafanzeige, anzeige erstatten, anzeige erstatte, erstatte anzeige, anzeige gegen sie, zeige sie an,
        zeige ich sie an, zeigen wir sie an, anzeigen wegen, polizei eingeschaltet, staatsanwaltschaft,
        einstweilige verfügung, abmahnung, abmahnen, unterlassungserklärung, unterlassung, schadensersatz,
        schadenersatz, schadensersatzforderung, schmerzensgeld, rechtsschutz, rechtsschutzversicherung,
        rechtsabteilung, vertragsbruch, verbraucherzentrale, verbraucherschutz, verbraucherschutzzentrale,
        schlichtungsstelle, schlichtung, ombudsmann, ombudsstelle, bundesnetzagentur, bafin, luftfahrt-bundesamt,
        aufsichtsbehörde, wettbewerbszentrale, sammelklage, musterklage, setze ihnen eine frist,
        setzen ihnen eine frist, setze eine frist, frist gesetzt, letzte frist, letzte fristsetzung, nachfrist,
        fristsetzung, lawsuit, inverzugsetzung
    """,
    ),
    # Chargebacks
    _always(
        "chargeback",
        """
        chargeback, chargebacks, rückbuchung, rückbuchen, rückbuchen lassen, zurückbuchen, zurückbuchen lassen,
        lastschrift zurück, das geld zurückbuchen, buche zurück, buche das geld zurück, hole mir das geld zurück,
        hole mein geld zurück, zurückgebucht, zurück buchen, rücklastschrift veranlasst, lastschrift zurückgeben,
        lastschrift widersprochen, lastschrift zurückgeholt, bank zurückgefordert, kreditkartenzahlung zurück,
        käuferschutz, paypal-fall, paypal fall, zahlung anfechten, zahlung beanstanden, umsatz reklamieren,
        bei meiner bank reklamiert, über meine bank zurück, geld zurückholen, bei meiner bank zurückgefordert
    """,
    ),
    # Breaches of security and of privacy
    _always(
        "breach",
        """
        jemand hat mit meinen daten, mit meinen daten (einen|ein|eine) (vertrag|handyvertrag|konto|kredit),
        in meinem namen (bestellt|abgeschlossen|eröffnet), datenleck, datenlecks, datenpanne, datenpannen,
        datendiebstahl, daten gestohlen, gestohlene daten, identitätsdiebstahl,
        von (fremden|unbekannten|dritten) (benutzt|genutzt|verwendet|missbraucht),
        (fremde|unbekannte|dritte) (haben|hat) (zugriff|sich), fremder hat sich, jemand fremdes, jemand anderes nutzt,
        unbekannte anmeldung(|en), fremde anmeldung(|en), verdächtige anmeldung(|en), fremdes gerät,
        missbraucht wurde, wurde missbraucht, identitätsmissbrauch, datenmissbrauch, sicherheitslücke,
        sicherheitslücken, sicherheitsvorfall, gehackt, gehackte(|s|n|r), gehacked, hacker, hackerangriff,
        cyberangriff, ransomware, verschlüsselungstrojaner, phishing-angriff, kompromittiert, unbefugter zugriff,
        unbefugten zugriff, unberechtigter zugriff, unbefugt, fremder zugriff, fremde zugriff auf mein konto,
        daten anderer kunden, daten eines anderen kunden, daten einer anderen kundin, rechnungen anderer kunden,
        rechnungen eines anderen kunden, rechnung eines anderen kunden, rechnungen einer anderen kundin, fremde daten,
        fremde kundendaten, fremde rechnungen, daten fremder personen, daten weitergegeben, daten ohne einwilligung,
        daten ohne meine einwilligung, daten ohne zustimmung, daten an dritte, verstoß gegen die dsgvo, dsgvo-verstoß,
        dsgvo verstoß, datenschutzverstoß, datenschutzverletzung, verletzung des datenschutzes, datenschutzbehörde,
        datenschutzaufsicht, landesdatenschutzbeauftragte(|n|r), data breach, security breach
    """,
    ),
    # Danger to people and things
    _always(
        "safety",
        f"""
        gasgeruch, riecht nach gas, riecht stark nach gas, riecht es nach gas, riecht es stark nach gas,
        riecht es (sehr|hier|bei uns|total|ganz stark) nach gas, stinkt nach gas, es stinkt nach gas, gas tritt aus,
        gasaustritt, gasleck, kohlenmonoxid, brennt, brannte, gebrannt, feuer gefangen, brand ausgebrochen,
        brand geraten, ein brand, kabelbrand, wohnungsbrand, kellerbrand, brandgeruch, schmorgeruch,
        riecht verschmort, riecht verbrannt, in flammen, in brand, flammen, verbrannt, verbrannt hat, verbrennung,
        verbrennungen, angeschmort, verschmort, schmort, rauchentwicklung, qualmt, raucht, explodiert, explosion,
        funken, stromschlag, elektrischer schlag, stromschläge,
        einen schlag (bekommen|verteilt|gekriegt|versetzt|abbekommen), bekam einen schlag, stromschlag bekommen,
        kurzschluss, schnittwunde, geschnitten, blutet, blutung, blutete, gestürzt, verletzt{ENDINGS}, verletzung,
        verletzungen, notarzt, notaufnahme, lebensgefahr, lebensgefährlich{ENDINGS}, lebensbedrohlich{ENDINGS},
        beatmungsgerät, beatmung, beatmet, sauerstoffgerät, sauerstoffkonzentrator, dialyse, herzschrittmacher,
        insulin, insulinpumpe, medizinisches gerät, medizinische geräte, allergische reaktion,
        anaphylaktisch{ENDINGS}, vergiftet, vergiftung, erstickt, unfallgefahr, brandgefahr, verletzungsgefahr,
        bringe mich um, das leben nehmen, suizid, selbstmord, umbringen, prügel, verprügelt, geschlagen worden,
        tätlich, körperverletzung, gedroht, bedroht, bedrohung, angedroht, morddrohung, rohrbruch, wasserrohrbruch,
        kabel liegt offen, offene stromkabel, eingesperrt im aufzug, im aufzug eingeschlossen, steckt im aufzug
    """,
    ),
    # Data protection in general, and people who must be left alone
    _high(
        1.0,
        """
        dsgvo, ds-gvo, gdpr, datenschutz-grundverordnung, datenschutzgrundverordnung, auskunft nach art,
        auskunftsersuchen, auskunft über alle, gespeicherten daten, gespeicherte daten, löschung meiner daten,
        löschung aller daten, meine daten löschen, meine daten zu löschen, recht auf vergessenwerden,
        datenschutzbeauftragte(|n|r), belästigung, stalking, illegal, gesetzwidrig, rechtswidrig,
        rechtswidrige(|n|r|s), sittenwidrig
        """,
    ),
    _high(
        0.5,
        "polizei, das ist betrug, ist betrug, betrug am kunden, wegen betrugs, abgezockt, betrüger, verstoß, behörde",
    ),
    # Money that has to go back. "Sie haben nicht erstattet" is as urgent as "erstatten Sie".
    _high(
        1.0,
        """
        erstattung, erstattungen, rückerstattung, rückerstattungen, rückzahlung, rückvergütung, erstatten,
        rückerstatten, zurückerstatten, erstattet, zurückerstattet, rückerstattet, zurückzahlen, zurückgezahlt,
        zurückbezahlt, zurückbezahlen, zurücküberweisen, geld zurück, mein geld, unser geld, geld wieder,
        kaufpreis zurück, rücktritt vom kaufvertrag, trete vom kauf zurück, vom kaufvertrag zurück, entschädigung,
        entschädigen, ausgleichszahlung, kompensation, refund
        """,
        "never",
    ),
    _high(
        0.0,
        """
        (lampe|leuchte|lämpchen|licht|kontrollleuchte|led|glühbirne|birne) brennt, brennt nicht, licht brennt nicht,
        (dank|danke) für die (schnelle|sofortige|prompte|umgehende|rasche|) (erstattung|rückerstattung|rückzahlung),
        (dank|danke) für (ihre|eure) (schnelle|prompte|rasche|) (erstattung|rückerstattung|rückzahlung),
        erstattung erhalten, erstattung ist angekommen, erstattung angekommen, geld zurück garantie,
        geld-zurück-garantie, gibt es eine erstattung, bekomme ich eine erstattung wenn, erstattung möglich,
        erstattungsrichtlinie, erstattungsrichtlinien, erstattungsbedingungen, keine erstattung nötig,
        brauche keine erstattung, möchte keine erstattung, will keine erstattung, würde erstattet, brand und,
        firma brand, frau brand, herr brand, marke brand, rechtsanwaltsfachangestellte, dank der erstattung,
        erstattung war da, anzeige auf dem display, anzeige im display, daten an dritte weiter geben dürfen
        """,
    ),
    # Fraud
    _high(
        1.0,
        """
        ein unbekannter, unbekannter hat, von einem unbekannten, ein fremder hat, geschmolzen, angeschmolzen,
        schmilzt, überhitzt, überhitzung, glühend heiß, (so|sehr|extrem|zu) heiß dass, kreditkartenbetrug,
        missbrauch meiner karte, kartenmissbrauch, missbräuchlich, missbräuchliche, missbräuchlichen, karte gestohlen,
        karte wurde gestohlen, karte geklaut, gestohlen, gestohlene, karte sperren, karte bitte sperren,
        konto sperren, verdacht auf betrug, betrugsverdacht, betrugsversuch, nicht autorisiert, nicht autorisierte,
        nicht autorisierten, nicht von mir autorisiert, unautorisiert, unautorisierte, unautorisierten,
        unberechtigte abbuchung, unberechtigte abbuchungen, unberechtigt abgebucht, ohne meine zustimmung,
        ohne meine einwilligung, ohne einwilligung, ohne mein einverständnis, ohne erlaubnis abgebucht,
        untergeschobener vertrag, untergeschoben, unbekannte abbuchung, unbekannte abbuchungen, fraud
        """,
        "never",
    ),
    # Speed asked for
    _high(
        1.0,
        f"""
        dringend{ENDINGS}, dringends, dringlich{ENDINGS}, dringlichkeit, äußerst dringend, sehr dringend, sofort,
        sofortig{ENDINGS}, unverzüglich{ENDINGS}, umgehend{ENDINGS}, schnellstmöglich{ENDINGS}, schnellstens,
        so schnell wie möglich, so bald wie möglich, sobald wie möglich, so schnell es geht, möglichst schnell,
        möglichst sofort, baldmöglichst, raschestmöglich, augenblicklich, auf der stelle, asap, eilt, es eilt,
        eilt sehr, eilig, sehr eilig, eilige, eiliger, eiliges, eilsache, eilantrag, notfall, notfälle, notlage,
        brandeilig, zeitkritisch{ENDINGS}, höchste priorität, höchster priorität, oberste priorität, hohe priorität,
        prio 1, prio1, p1, duldet keinen aufschub, kann nicht warten, nicht länger warten, noch heute, heute noch,
        bis heute abend, heute bis, innerhalb einer stunde, innerhalb von 24 stunden, innerhalb der nächsten stunde,
        letzte mahnung, letzte warnung, letztmalig, zum letzten mal fordere, letzte chance, sonst platzt,
        frist läuft heute ab, frist läuft ab, urgent, brauchen wir heute, brauche ich heute
        """,
    ),
    # The same words where nobody hurries
    _high(
        0.0,
        """
        in dringenden fällen, in dringenden angelegenheiten, in dringendem fall, im dringenden fall, guten morgen,
        schönen morgen, ab sofort, sofort nach, sofort wenn, sofort als, sofort bei, sofort geholfen,
        sofort zurückgerufen, sofort gemeldet, sofort eine antwort bekommen, wurde sofort, sofort lieferbar,
        sofort verfügbar, sofort beantwortet, sofort reagiert, sofort gelöst, sofort behoben, sofort wieder,
        sofort abgebrochen, sofort ab, sofort zu, umgehend geholfen, umgehend beantwortet, umgehend gelöst,
        umgehend reagiert, wurde umgehend, danke für die umgehende, danke für die sofortige, dank für die umgehende,
        dank für die sofortige, notfallkontakt, notfallnummer, im notfall, für den notfall, falls der notfall,
        kritische rückmeldung, kritisches feedback, heute noch nicht, heute morgen, seit heute, heute früh
        """,
    ),
    # Weight and rank
    _high(
        1.0,
        f"""
        kritisch{ENDINGS}, geschäftskritisch{ENDINGS}, existenzbedrohend, schwerwiegend{ENDINGS}, gravierend{ENDINGS},
        eskalation, eskalieren, eskaliere, eskaliert, ceo, chefetage,
        ihr(|e|er|en|em) (geschäftsführung|geschäftsführer|geschäftsleitung|vorstand),
        (an|bei) (die|der|den|dem) (geschäftsführung|geschäftsleitung|vorstand), direkt an den vorstand,
        an die presse, zur presse, gehe zur presse, an die medien, in die zeitung, an die öffentlichkeit, journalist,
        journalisten, fristlos{ENDINGS}, fristlose kündigung, außerordentliche kündigung, sonderkündigung,
        sonderkündigungsrecht, wechseln zur konkurrenz, umsatzverlust, umsatzausfall, umsatzverluste,
        verlieren kunden, verlieren umsatz, kostet uns tausende, produktionsausfall, produktionsstillstand,
        verdienstausfall
        """,
    ),
    _high(
        0.3,
        """
        datenschutz, baby, säugling, kleinkind, schwanger, pflegebedürftig, rollstuhl, bettlägerig, rechtsanwalt,
        rechtsanwälte, rechtsanwältin, kanzlei, zeitung, heute, morgen früh, morgen, heute abend, heute nachmittag,
        schnell, zügig, vorgesetzten, vorgesetzter, teamleiter, abteilungsleiter, filialleiter, bis freitag,
        bis montag, bis morgen
        """,
    ),
    _high(
        0.7,
        """
        alle nutzer, alle benutzer, alle kunden, alle kollegen, alle mitarbeiter, alle anwender, sämtliche nutzer,
        ganze firma, gesamte firma, gesamtes unternehmen, ganzes team, gesamtes team, gesamter standort,
        gesamten standort, ganze abteilung, allen filialen, alle filialen, alle standorte, allen standorten,
        unsere kunden können, keiner unserer kunden, kein kunde, keine kunden, 80 mitarbeiter, ganzes haus,
        das ganze haus, ganze straße, ganzen straße
        """,
    ),
    _high(
        0.5,
        """
        wichtig, sehr wichtig, extrem wichtig, gehälter, löhne, zahltag, folgen haben, konsequenzen, krankenhaus,
        deadline, äußerst wichtig, sofortmaßnahme, ernst, ernsthaft, gefährlich, gefahr, gefährdet, sicherheitsrisiko,
        kundentermin, ohne heizung, ohne strom, ohne wasser, ohne warmwasser, seit tagen ohne, strom wurde abgestellt,
        mein konto ist gesperrt
        """,
    ),
    # Nothing works any more, or something is gone
    _high(
        1.0,
        """
        (komplett|völlig|total) (weg|tot|ausgefallen|down|offline|lahm), totalausfall, komplettausfall, gesamtausfall,
        systemausfall, serverausfall, stromausfall, netzwerkausfall, großstörung, server ist ausgefallen,
        server ausgefallen, system ist ausgefallen, system steht, server steht, server ist down, server down,
        system ist down, alles ist down, ist down, sind down, webseite ist down, website ist down,
        komplett ausgefallen, vollständig ausgefallen, komplett offline, komplett tot, alles tot, nichts geht mehr,
        geht nichts mehr, geht gar nichts mehr, gar nichts mehr geht, funktioniert gar nichts mehr,
        nichts funktioniert mehr, stillstand, steht still, stehen still, steht alles, alles steht, produktion steht,
        betrieb steht, kasse steht, kassen stehen, kassensystem steht, lahmgelegt, lahm gelegt, legt uns lahm,
        können nicht arbeiten, können nicht mehr arbeiten, kann nicht arbeiten, kann nicht mehr arbeiten,
        kann niemand arbeiten, niemand kann arbeiten, keiner kann arbeiten, kann keiner arbeiten, nicht arbeitsfähig,
        arbeitsunfähig gemacht, können nichts verkaufen, können nicht kassieren, nicht mehr kassieren,
        kann niemand bestellen, kann keiner bestellen, datenverlust, daten verloren, daten sind weg, alle daten weg,
        alles weg, alles gelöscht, daten gelöscht, outage
        """,
    ),
    # Trouble that somebody has to look at: medium, however often it is said
    Group("medium", 0.4, FAULTS, "close"),
    Group("medium", 0.4, FAULT_VERBS, "needed"),
    Group("medium", 0.4, COMPLAINTS, "never"),
    Group("medium", 0.4, ("nicht mehr",), "never"),
    Group("medium", 0.0, NOT_WANTED, "never"),
    # Shields: fault words that report none
    Group(
        "medium",
        0.0,
        split_terms("""
        kein problem, kein problem mehr, keine probleme, keine probleme mehr, ohne probleme, ohne problem,
        ohne fehler, fehlerfrei, keine fehler, kein fehler, problem gelöst, problem behoben, problem ist behoben,
        problem ist gelöst, problem wurde behoben, problem wurde gelöst, problem hat sich erledigt,
        problem besteht nicht mehr, fehler behoben, fehler ist behoben, fehler gefunden danke, störung behoben,
        störung ist behoben, mach kein problem, nicht gefunden werden möchte, ob die ware, ob es möglich,
        nicht dabei sein, bin nicht erreichbar, nicht erreichbar bin, und nicht erreichbar,
        nicht erreichbar im urlaub, falls nicht möglich, wenn nicht möglich, nicht richtig verstanden, langsam aber,
        wie läuft, wenn etwas fehlt, falls etwas fehlt, nichts fehlt, es fehlt nichts, fehlt es an nichts,
        fehlt nichts, nicht nötig, geht es nicht um, es geht nicht um, geht nicht um, keine störung, keine beschwerde,
        mich nicht beschweren, kann mich nicht beschweren, kein grund zur beschwerde, finde ich nicht, nicht schlecht,
        nicht falsch verstehen, verstehen sie mich nicht falsch, gibt es probleme, bei problemen,
        bei fragen oder problemen, falls probleme, fehlkauf ausgeschlossen, geht nicht besser, besser geht's nicht,
        besser gehts nicht, besser geht es nicht, kommt nicht in frage, passt nicht zu mir, geht gar nicht,
        so geht das nicht, so geht es nicht, so geht man nicht
        """),
        "never",
    ),
    # It can wait
    Group(
        "low",
        -0.6,
        split_terms("""
        nicht dringend, nicht eilig, eilt nicht, eilt nicht sehr, nicht so eilig, keine eile, ohne eile,
        hat keine eile, hat zeit, hat noch zeit, hat aber zeit, hat aber noch zeit, hat alle zeit, kann warten,
        keinen stress, kein stress, ganz entspannt, in aller ruhe, in ruhe, bei gelegenheit, gelegentlich,
        wenn sie zeit haben, wenn sie mal zeit haben, wenn du zeit hast, wenn ihr zeit habt, irgendwann,
        nicht wichtig, nicht so wichtig, unwichtig, niedrige priorität, geringe priorität, kleinigkeit,
        nur eine kleinigkeit, kurze frage, eine kurze frage, kleine frage, nur eine frage, nur so eine frage,
        allgemeine frage, aus neugier, nur aus neugier, aus interesse, aus reinem interesse, nur zur info, zur info,
        zur information, zu ihrer information, zur kenntnis, zur kenntnisnahme, vorschlag, mein vorschlag,
        verbesserungsvorschlag, anregung, feedback, wunsch für die nächste version, schönheitsfehler, kosmetisch,
        newsletter, bin im urlaub, im urlaub und, ist im urlaub, elternzeit, mutterschutz, bin abwesend,
        derzeit abwesend, lese keine e-mails, abwesenheitsnotiz, automatische antwort, bereits erledigt,
        schon erledigt, hat sich erledigt, ist erledigt, wieder behoben, kein grund zur sorge, keine sorge
        """),
        "never",
    ),
)
