"""Negative sentiment: what customers write when they are angry, disappointed or worried.

Words for faults ("defekt", "funktioniert nicht") are left out on purpose, since calm fault reports are full of them. A
sum of 0.5 decides; weights range from 0.2 (a weak hint) to 3 (an outburst).
"""

from tickets.classification.vocabularies.german.inflection import DATIVE_SPANS, ENDINGS, ORDINALS
from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _negative(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("negative", -weight, split_terms(terms), negation)


NEGATIVE: tuple[Group, ...] = (
    # Anger
    _negative(
        3.0,
        f"""
        wütend{ENDINGS}, wut, zornig{ENDINGS}, zorn, verärgert{ENDINGS}, verärgerung, sauer, stinksauer, stocksauer,
        mega sauer, sauerei, erbost, empört{ENDINGS}, empörend{ENDINGS}, empörung, ungehalten, aufgebracht, rasend,
        fassungslos, hasse, hass, verhasst, kotzt mich an, zum kotzen, kotzt, koche vor wut, platzt mir der kragen,
        platzt der kragen, auf die palme, schnauze voll, schnautze voll, nase voll, kanal voll, faxen dicke,
        reicht es, mir reicht's, mir reichts, mir reicht es, jetzt reicht's, jetzt reichts, jetzt reicht es,
        es reicht, das maß ist voll, am ende meiner geduld, geduld ist am ende, geduld am ende, geduld verloren,
        bin es leid, sind es leid, satt habe, habe es satt, hab es satt, habs satt, hab's satt, bin bedient,
        ich bin restlos bedient, geht's noch, gehts noch, spinnt ihr, spinnen sie, seid ihr noch ganz dicht,
        leckt mich, verarscht, verarschen, verarsche, verarschung, für dumm verkauft, für dumm verkaufen,
        für blöd verkauft, zum narren gehalten, auf den arm nehmen, auf den arm genommen, an der nase herum,
        veräppelt, veralbert
        """,
    ),
    # Judgement: as bad as it gets
    _negative(
        3.0,
        f"""
        unverschämt{ENDINGS}, unverschämtheit(|en), frech{ENDINGS}, frechheit(|en), dreist{ENDINGS}, dreistes,
        dreistigkeit, zumutung, unzumutbar{ENDINGS}, unerhört{ENDINGS}, unmöglich von ihnen, unfassbar{ENDINGS},
        nicht zu fassen, kaum zu fassen, skandal, skandalös{ENDINGS}, inakzeptabel, inakzeptable(|r|n|s),
        nicht akzeptabel, nicht hinnehmbar, untragbar{ENDINGS}, unentschuldbar, unter aller sau, unter aller kanone,
        unter aller würde, unterirdisch{ENDINGS}, grottenschlecht{ENDINGS}, grottig{ENDINGS}, grauenhaft{ENDINGS},
        grauenvoll{ENDINGS}, grausam{ENDINGS}, schrecklich{ENDINGS}, furchtbar{ENDINGS}, fürchterlich{ENDINGS},
        entsetzlich{ENDINGS}, entsetzt, katastrophe(|n), katastrophal{ENDINGS}, desaster, desaströs, horror, albtraum,
        alptraum, hölle, miserabel, miserable(|r|n|s), mies{ENDINGS}, übel{ENDINGS}, erbärmlich{ENDINGS},
        armselig{ENDINGS}, jämmerlich{ENDINGS}, lächerlich{ENDINGS}, peinlich{ENDINGS}, beschämend{ENDINGS}, schande,
        schäm(|t|en) (euch|sie sich), schämt euch, schämen sie sich, blamabel, armutszeugnis, trauerspiel,
        trauriger verein, saftladen, sauladen, scheißladen, drecksladen, chaosladen, chaotenladen, chaotenverein,
        affenladen, bananenrepublik, witzverein, ein witz, witz sein, schlechter witz, schlechter scherz, farce,
        kasperletheater, zirkus, schrott, mist, so ein mist, was soll der mist, scheiße, scheisse, scheiss, scheiß,
        kacke, beschissen{ENDINGS}, verdammt{ENDINGS}, verflucht, idioten, idiot, dilettanten, dilettantisch{ENDINGS},
        stümper, stümperhaft, versager, deppen, trottel, schlimmst(e|er|es|en), schlechtest(e|er|es|en),
        am schlechtesten, das letzte, ist das letzte, wirklich das letzte, absolutes no go, absolutes no-go, no-go,
        wertlos{ENDINGS}, nutzlos{ENDINGS}, sinnlos{ENDINGS}, hoffnungslos, unbrauchbar{ENDINGS}, null sterne,
        0 sterne, ein stern, 1 stern, setzen sechs, spottet jeder beschreibung, hanebüchen, haarsträubend{ENDINGS},
        bodenlos{ENDINGS}, bodenlose frechheit, menschenverachtend, respektlos{ENDINGS}, kundenfeindlich{ENDINGS}, wtf
        """,
    ),
    # Frustration, disappointment, worry
    _negative(
        2.0,
        f"""
        enttäuscht{ENDINGS}, enttäuschend{ENDINGS}, enttäuschung(|en), entäuscht, enttäuschen, enttäuschte,
        frustriert{ENDINGS}, frustrierend{ENDINGS}, frust, gefrustet, genervt{ENDINGS}, nervig{ENDINGS}, nervt,
        nerven, nervend, nervtötend, ätzend{ENDINGS}, anstrengend, lästig{ENDINGS}, ärgerlich{ENDINGS}, ärgere mich,
        ärgern uns, ärger, ärgern, geärgert, unzufrieden{ENDINGS}, unzufriedenheit, unglücklich{ENDINGS},
        traurig{ENDINGS}, verzweifelt{ENDINGS}, verzweifle, am verzweifeln, verzweiflung, entmutigt, gestresst,
        stressig, anstrengend{ENDINGS}, mühsam{ENDINGS}, zermürbend, im stich gelassen, allein gelassen,
        alleine gelassen, alleingelassen, hängen gelassen, hängengelassen, bedauerlich{ENDINGS}, bedauerlicherweise,
        schockiert, schockierend, befremdlich, befremdet, verletzend, gedemütigt, demütigend, herabgelassen,
        vertrauen verloren, vertrauen verspielt, vertrauen ist weg, kein vertrauen, kein verständnis,
        keinerlei verständnis, verständnis fehlt, bleibt mir ein rätsel, ein rätsel, lässt zu wünschen übrig,
        zu wünschen übrig, weit entfernt von, ein trauerspiel, seufz, grr, grrr, argh, boah, menno, was ein
        """,
    ),
    _negative(
        1.0,
        f"""
        unglaublich{ENDINGS}, mich beschweren, mangelhaft{ENDINGS}, schade, sehr schade, wirklich schade,
        mache mir sorgen, machen uns sorgen, große sorgen, besorgt, beunruhigt, beunruhigend, verunsichert, verwirrt,
        verwirrend, irritiert, irritierend, ratlos, verwundert, angst, ängstlich, leider muss ich sagen,
        leidig{ENDINGS}, bitter, umständlich{ENDINGS}, kompliziert{ENDINGS}, unübersichtlich{ENDINGS}, unlogisch,
        undurchsichtig, mangelhafter service, beschwere mich, beschwere ich mich, möchte mich beschweren,
        muss mich beschweren, beschwerde, bemängeln, zweifelhaft, fragwürdig{ENDINGS}, überteuert{ENDINGS},
        viel zu teuer, zu teuer, viel zu lange, viel zu spät, viel zu langsam, dauert ewig, dauerte ewig, ewigkeit,
        ewigkeiten, ewig lange
        """,
    ),
    # Judgement: bad
    _negative(
        2.0,
        f"""
        schlecht{ENDINGS}, schlechter service, dürftig{ENDINGS}, mangelhafte beratung, billig verarbeitet,
        billig wirkt, ramsch, billigware, murks, pfusch, gepfuscht, verpfuscht, pfuscher, chaos, chaotisch{ENDINGS},
        unorganisiert, unfähig{ENDINGS}, unfähigkeit, inkompetent{ENDINGS}, inkompetenz, inkompetentes,
        überfordert{ENDINGS}, ahnungslos{ENDINGS}, keine ahnung von, keinen plan, planlos{ENDINGS},
        unprofessionell{ENDINGS}, unseriös{ENDINGS}, unzuverlässig{ENDINGS}, unfreundlich{ENDINGS}, unfreundlichkeit,
        unhöflich{ENDINGS}, unhöflichkeit, patzig{ENDINGS}, pampig{ENDINGS}, schnippisch{ENDINGS}, arrogant{ENDINGS},
        arroganz, überheblich{ENDINGS}, herablassend{ENDINGS}, abfällig{ENDINGS}, genervte mitarbeiter, rüde, ruppig,
        beleidigt, beleidigend{ENDINGS}, beleidigung, angeschrien, angebrüllt, angepöbelt, bedroht, angedroht,
        belästigt, belästigung, schikane, schikaniert, diskriminiert, diskriminierung, unfair{ENDINGS},
        ungerecht{ENDINGS}, rücksichtslos, gleichgültig{ENDINGS}, ignorant, ignoranz, ignoriert, ignorieren,
        abgewimmelt, abwimmeln, angeschnauzt, angemault, angeraunzt, angefahren, angepflaumt, angemotzt, speist mich,
        speisen mich, speisen uns, standardmail(|s), standardschreiben, standardbrief(|e), abgespeist, abgekanzelt,
        abgewürgt, weggedrückt, hingehalten, hinhalten, hinhaltetaktik, vertröstet, vertrösten, vertröstung,
        verschaukelt, textbaustein(|e|en), standardantwort(|en), standardfloskeln, floskeln, ausrede(|n),
        faule ausreden, leere versprechungen, leere versprechen, verschwendet{ENDINGS}, verschwendung,
        zeitverschwendung, geldverschwendung, rausgeschmissenes geld, umsonst gewartet, vergeblich, vergebens,
        fehlanzeige, totalausfall, reinfall, flop, fehlkauf, finger weg, hände weg, nie wieder, nie mehr,
        niemals wieder, letzte mal, das letzte mal, kann nur abraten, kann ich nur abraten, rate ab, abraten,
        nicht zu empfehlen, nicht empfehlenswert, keine empfehlung, kein vertrauen mehr, wechsle den anbieter,
        zur konkurrenz, bereue, bereuen, ein fehler bei ihnen, hätte ich das gewusst, hätte ich gewusst,
        selbst schuld, betrogen, das ist betrug, ist betrug, reiner betrug, glatter betrug, ein betrug,
        schierer betrug, betrug am kunden, so ein müll, ist müll, totaler müll, absoluter müll, der letzte müll,
        letzter dreck, der letzte dreck, wie dreck, abgezockt, abzocke, abzockerei, abzocker, abzocken, wucher,
        beutelschneiderei, geldmacherei, über den tisch gezogen, betrüger, betrügerisch{ENDINGS}, betrügerei, gauner,
        gaunerei, halsabschneider, verbrecher, kriminell{ENDINGS}, nepp, bauernfänger, bauernfängerei, lüge, lügen,
        lügner, gelogen, belogen, angelogen, getäuscht, täuschung, irreführend{ENDINGS}, irreführung,
        hinters licht geführt, falsche versprechen, falsche versprechungen, nicht gehalten, nicht eingehalten,
        wortbruch, schönreden, mogelpackung, wegelagerei
        """,
    ),
    # Sarcasm and idioms
    _negative(
        2.5,
        """
        jetzt ist auch noch, jetzt auch noch, im falschen film, komme mir vor, komme mir langsam vor,
        kommen uns vor wie, hin und her, ewiges hin und her, entweder sie, entweder ihr, sie hören von, ihr hört von,
        werden von mir hören, nicht bieten, lasse ich mir nicht, lass ich mir nicht, lassen wir uns nicht,
        mir nicht gefallen, uns nicht gefallen, gehört sich nicht, pech gehabt, auch noch zahlen, auch noch bezahlen,
        noch zahlen soll, noch bezahlen soll, unter service verstehe ich, unter kundenservice verstehe ich,
        unter kundendienst verstehe ich, stelle ich mir anders vor, habe ich mir anders vorgestellt, null ergebnis,
        null antwort, null reaktion, null rückmeldung, zum davonlaufen, wie bestellt und nicht abgeholt,
        leeres versprechen, das versteht kein mensch, wer soll das verstehen, liest bei ihnen, liest das überhaupt,
        wie oft muss ich noch, wie oft muss ich denn, wie oft soll ich noch, wie oft soll ich denn,
        wie oft eigentlich, rührt einen finger, rührt keinen finger, krümmt keinen finger, keine geduld mehr,
        geduld habe ich keine, könnt ihr euch sparen, können sie sich sparen, ich bin weg, bin dann mal weg,
        dreimal kein, zweimal kein, viermal kein, wird folgen haben, das hat folgen, masse statt klasse,
        kann doch nicht so schwer sein, kann nicht so schwer sein, so schwer kann das, stellen sich tot,
        stellen sie sich tot, stellt euch tot, danke für nichts, danke für garnichts, danke für gar nichts,
        vielen dank für nichts, na toll, na super, na großartig, na wunderbar, herzlichen glückwunsch,
        glückwunsch sie haben, sie haben es geschafft, ihr habt es geschafft, na prima, na klasse, na bravo, na danke,
        ganz toll gemacht, ganz großes kino, großes kino, ganz großes tennis, tolle wurst, toller laden,
        toller verein, toller service, ein toller service, schöner service, das nennt sich service,
        das nennen sie service, das soll service sein, soll das ein witz sein, soll das ein scherz sein,
        ist das ihr ernst, euer ernst, ihr ernst, im ernst jetzt, das kann nicht ihr ernst sein, nicht ihr ernst,
        nicht euer ernst, kann doch nicht wahr sein, darf doch nicht wahr sein, kann nicht wahr sein,
        darf nicht wahr sein, das kann es doch nicht sein, kann es nicht sein, kann doch nicht sein, was soll das,
        was soll der, was soll denn das, was bilden sie sich ein, was ist los bei ihnen, was ist eigentlich los,
        was ist bei euch los, so geht das nicht, so geht es nicht, so geht man nicht, so nicht, so kann man nicht,
        geht gar nicht, geht überhaupt nicht, geht garnicht, ein unding, unding, wie im mittelalter, servicewüste,
        kein service, null service, null hilfe, null ahnung, null kompetenz, wie lange soll, wie lange denn noch,
        wie oft noch, wie oft denn, wie viele male noch, interessiert niemanden, interessiert keinen,
        interessiert sie nicht, ist ihnen egal, ist euch egal, scheint egal, völlig egal, juckt keinen,
        juckt niemanden, glatte sechs, note sechs, kopfschüttel, war ja klar, kundenservice sieht anders aus,
        service ist anders, service ist was anderes, so etwas habe ich noch nie, hält man nicht aus,
        hätte mehr erwartet, mehr erwartet, anders vorgestellt, besser vorgestellt, darf nicht passieren,
        darf nicht sein, grenzt an, hinterherlaufen, hinterherzulaufen, hinterherrennen, nicht mal für nötig,
        nicht einmal für nötig, zum verrückt werden, zum haare raufen, zum heulen, zum weinen,
        da fehlen mir die worte, mir fehlen die worte, sprachlos, verarschen kann ich mich selbst, ohne worte,
        beim besten willen, früher besser, früher war alles besser, war früher besser, qualität war besser,
        war die qualität besser
        """,
        "never",
    ),
    # "nicht" that belongs to the phrase
    _negative(
        1.5,
        """
        (schickt|schicken) mich im kreis, im kreis geschickt, drehe mich im kreis, dreht sich im kreis,
        drehen uns im kreis,
        (immer noch|noch immer|bis heute) (keine antwort|keine rückmeldung|keine reaktion|keine nachricht|keine lösung|kein rückruf|nichts),
        hilft mir nicht, hilft mir leider nicht, hilft uns nicht, hilft mir auch nicht, nur probleme,
        nichts als probleme, nur ärger, nichts als ärger, keine reaktion, immer belegt, ständig belegt,
        dauernd belegt, nicht zufrieden, nicht einverstanden, nicht in ordnung, nicht ok, nicht okay, nicht fair,
        nicht korrekt von, nicht nachvollziehbar, nicht nachvollziehen, nicht verständlich, unverständlich,
        unverständlich ist, nicht gut, nicht schön, nicht toll, nicht professionell, nicht hilfreich, nicht geholfen,
        nicht gekümmert, nicht kundenfreundlich, nicht für voll genommen, nicht ernst genommen, nicht ernstgenommen,
        nicht weiter, nicht weitergeholfen, gar nichts, überhaupt nichts, keinerlei, keine hilfe, keine unterstützung,
        keine entschuldigung, niemanden interessiert, keinen interessiert, niemand fühlt sich zuständig,
        keiner fühlt sich zuständig, fühlt sich niemand zuständig, fühlt sich keiner zuständig, keiner zuständig,
        niemand zuständig, kümmert sich niemand, kümmert sich keiner, niemand kümmert sich, keiner kümmert sich,
        keiner hilft, niemand hilft, hilft keiner, hilft niemand, keiner weiß, niemand weiß bescheid,
        keiner weiß bescheid, meldet sich niemand, meldet sich keiner, meldet sich bei euch keiner,
        meldet sich bei ihnen niemand, geht niemand ran, geht keiner ran, niemanden erreicht, niemanden erreichen,
        keinen erreicht, man erreicht niemanden, niemand erreichbar, keiner erreichbar, ohne absage,
        niemand hat abgesagt, keiner hat abgesagt, einfach aufgelegt, wird aufgelegt, wurde aufgelegt, aufgelegt,
        aus der leitung geworfen, rausgeworfen, rausgeflogen, weitergereicht, von einem zum anderen,
        von pontius zu pilatus, hin und her geschickt, alle naselang, zum xten mal, zum wiederholten mal,
        zum wiederholten male, schon wieder, wieder nicht, wieder nichts, mal wieder nicht, immer das gleiche,
        immer dasselbe, jedes mal dasselbe, etwas anderes erzählt, versprochen war, versprochen wurde, versprach man,
        man versprach, hieß es, wie versprochen nicht, nicht wie versprochen, zugesagt, die versprochene,
        der versprochene, das versprochene, den versprochenen, nichts ist passiert, nichts ist da, seit stunden,
        seit tagen, seit wochen, seit monaten, seit jahren, seit ewigkeiten, tagelang, wochenlang, monatelang,
        stundenlang, ewig gewartet, vergeblich gewartet, bis heute nichts, bis heute keine, bis heute nicht,
        noch immer nichts, immer noch nichts
        """,
        "never",
    ),
    # Threats
    _negative(
        1.0,
        """
        klarer verstoß, eindeutiger verstoß, ungeheuerlicher verstoß, sonst klage ich, verklage, verklagen,
        meinem anwalt, unserem anwalt, mein anwalt, unser anwalt, meinen anwalt, unseren anwalt, anzeige erstatten,
        erstatte anzeige, zeige ich sie an, zeige sie an, verbraucherzentrale einschalten, an die verbraucherzentrale,
        letzte mahnung, letzte warnung, klage einreichen, klage erheben, verbraucherzentrale informiert,
        rechtliche schritte, letztmalig, das hat konsequenzen, konsequenzen ziehen, hören von meinem,
        sehen uns vor gericht
        """,
        "never",
    ),
    # Waiting, asking again: two of these are a complaint
    _negative(
        0.5,
        f"""
        (zweite|dritte|vierte|fünfte|sechste) woche, nächste mahnung, wer ersetzt mir, wer erstattet mir,
        (dritter|vierter|fünfter) (versuch|anlauf|anruf|termin|brief), niemand reagiert, keiner reagiert, hat niemand,
        hat keiner, kam niemand, keinerlei antwort, keinerlei reaktion, keinerlei rückmeldung, unbeantwortet,
        ohne jede antwort, ohne jegliche, hotline, warteschleife, warteschlange, hänge ich, endlich mal,
        endlich jemand, gefälligst, ernsthaft, ehrlich gesagt, ganz ehrlich, stammkunde, langjähriger kunde,
        treuer kunde, zum {ORDINALS} mal, (zweites|drittes|viertes|fünftes|weiteres) mal,
        das (dritte|vierte|fünfte) mal, dreimal, fünfmal, viermal, zehnmal, mehrfach angerufen, mehrmals angerufen,
        mehrfach geschrieben, mehrmals geschrieben, schon (fünfmal|viermal|dreimal|zehnmal),
        die (dritte|vierte|fünfte|sechste) (mahnung|mail|e-mail|anfrage|nachricht|beschwerde), trotz zahlung,
        trotz mehrfacher, trotz mehrmaliger, ich erwarte eine erklärung, erklärung erwarte ich, noch nicht einmal,
        nicht einmal, nicht mal, haltet es, halten es
        """,
        "never",
    ),
    _negative(
        0.3,
        f"""
        {DATIVE_SPANS}, umsonst, wieder einmal, wieder mal, noch nie erlebt, selten erlebt, noch nie so, typisch,
        warte, warten, wartete, gewartet, wartezeit, keine antwort, keine rückmeldung, kein rückruf, angeblich,
        angeblicher, versprochen, mahnung, inkasso
        """,
        "never",
    ),
    # Shields: phrases that are no complaint
    Group(
        "negative",
        0.0,
        split_terms("""
        schlechte(|r|n|m|s) (empfang|verbindung|signal|wetter|sicht|licht|internetverbindung), schlechtem empfang,
        nicht mehr als, keine sorge, keine sorgen, mach dir keine sorgen, kein ärger, ohne ärger,
        um ärger zu vermeiden, wieder einwandfrei, alles wieder gut, wieder alles, wieder da, wiedersehen,
        auf wiedersehen, sollte ich nichts, wohl fühlen, wohlfühlen, fühle mich wohl, keine beschwerde,
        wo kann ich mich beschweren, wo kann ich meine beschwerde, kein grund zur sorge, kein grund zur beschwerde,
        endlich funktioniert, nichts mehr, erst am, erst ab, erst im, erst nach, und dann, und zwar,
        schlechtes gewissen, verdacht auf betrug, betrugsverdacht, betrugsversuch, nichts zu danken, macht nichts,
        kein witz, wartezeit nur, kaum wartezeit, keine wartezeit, ohne wartezeit, nichts passiert zum glück,
        eilt nicht
        """),
        "never",
    ),
)
