"""Negative sentiment: what customers write when they are angry, disappointed or worried.

Words for faults ("en panne", "ne marche pas") are left out on purpose, since calm fault reports are full of them. A sum
of 0.5 decides; weights range from 0.2 (a weak hint) to 3 (an outburst).
"""

from tickets.classification.vocabularies.french.inflection import AGREEMENT, ORDINALS, SPANS
from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _negative(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("negative", -weight, split_terms(terms), negation)


NEGATIVE: tuple[Group, ...] = (
    # Anger
    _negative(
        3.0,
        f"""
        furieu(x|se|ses), fureur, en colère, colère, énervé{AGREEMENT}, énervant{AGREEMENT}, énerve, m'énerve,
        fâché{AGREEMENT}, hors de moi, enragé{AGREEMENT}, rage, exaspéré{AGREEMENT}, exaspérant{AGREEMENT},
        exaspération, excédé{AGREEMENT}, outré{AGREEMENT}, indigné{AGREEMENT}, indignation, révolté{AGREEMENT},
        révoltant{AGREEMENT}, remonté{AGREEMENT} contre, agacé{AGREEMENT}, agaçant{AGREEMENT}, agace, m'agace,
        insupportable(|s), à bout, à bout de nerfs, à bout de patience, ma patience, perdu patience, perds patience,
        ras le bol, ras-le-bol, ras la casquette, marre, en ai marre, y en a marre, j'en ai assez,
        nous en avons assez, en ai assez, en ai plein le dos, plein le dos, plein le cul, la coupe est pleine,
        trop c'est trop, plus qu'assez, assez de ces, ça suffit, ca suffit, cela suffit, goutte d'eau, goutte de trop,
        déteste, détester, détestable(|s), hais, haine, dégoûté{AGREEMENT}, dégouté{AGREEMENT}, dégoûtant{AGREEMENT},
        écoeuré{AGREEMENT}, écœuré{AGREEMENT}, écoeurant{AGREEMENT}, se moque de moi, se moque de nous,
        se moquent de nous, vous moquez de, moquez vous, vous vous moquez, foutez de, se fout de, se foutent de,
        vous foutez, vous vous foutez, vous vous fichez, fichez du monde, fiche du monde, fichez de, se fiche de,
        foutage de gueule, fout de ma gueule, fous de, foutre, me prendre pour, nous prendre pour, prend pour un,
        prenez pour, prenez pour des, pris pour un, pris pour des, prendre pour des, prise pour une
        """,
    ),
    # Judgement: as bad as it gets
    _negative(
        3.0,
        f"""
        inadmissible(|s), inacceptable(|s), intolérable(|s), scandaleu(x|se|ses), scandale(|s), honteu(x|se|ses),
        honte, une honte, lamentable(|s), minable(|s), pitoyable(|s), déplorable(|s), médiocre(|s), médiocrité,
        catastrophique(|s), catastrophe(|s), désastre, désastreu(x|se|ses), calamité, calamiteu(x|se), horrible(|s),
        affreu(x|se), atroce(|s), abominable(|s), épouvantable(|s), exécrable(|s), infect(|e), ignoble(|s),
        immonde(|s), cauchemar, cauchemardesque, enfer, un enfer, infernal(|e), calvaire, galère, galères, une blague,
        est une blague, mauvaise blague, plaisanterie, une farce, mascarade, guignol(|s), clown(|s), rigolos,
        branquignol(|s), charlot(|s), bouffon(|s), boîte de, bande de, bande d'incapables, incapable(|s), bons à rien,
        incompétent{AGREEMENT}, incompétence, nul, nulle, nuls, nulles, nullissime, nul à chier, nullité, zéro pointé,
        zéro (service|résultat|réponse|aide|respect|suivi), zero (service|resultat|reponse|aide|respect|suivi), merde,
        merdique(|s), de merde, bordel, foutoir, chier, fait chier, putain, con, connards, connard, cons, pire,
        le pire, la pire, les pires, pire service, pire expérience, de pire en pire, inqualifiable(|s),
        inexcusable(|s), impardonnable(|s), hallucinant{AGREEMENT}, ahurissant{AGREEMENT}, aberrant{AGREEMENT},
        aberration, invraisemblable, absurde(|s), ridicule(|s), grotesque(|s), n'importe quoi,
        du grand n'importe quoi, le comble, un comble, incroyable mais vrai, mépris, méprisant{AGREEMENT},
        méprisable(|s), camelote, pacotille, daube, cochonnerie, saloperie, pourri{AGREEMENT}, inutile(|s),
        bon à rien, bonne à rien, bon à jeter, bonne à jeter, inutilisable(|s), insultant{AGREEMENT}, dégueulasse(|s),
        crade(|s)
        """,
    ),
    # Frustration, disappointment, worry
    _negative(
        2.0,
        f"""
        déçu{AGREEMENT}, décevant{AGREEMENT}, déception(|s), déçoit, décevez, frustré{AGREEMENT},
        frustrant{AGREEMENT}, frustration(|s), contrarié{AGREEMENT}, contrariant{AGREEMENT}, mécontent{AGREEMENT},
        mécontentement, insatisfait{AGREEMENT}, insatisfaisant{AGREEMENT}, insatisfaction, malheureu(x|se|ses),
        triste(|s), attristé{AGREEMENT}, navrant{AGREEMENT}, désolant{AGREEMENT}, désespéré{AGREEMENT},
        désespérant{AGREEMENT}, désespoir, indifférence, désemparé{AGREEMENT}, (me sens|sentons) abandonné{AGREEMENT},
        laissé{AGREEMENT} à l'abandon, nous abandonnez, m'abandonnez, découragé{AGREEMENT}, épuisé{AGREEMENT},
        épuisant{AGREEMENT}, fatigué{AGREEMENT} de, las de, lasse de, lassé{AGREEMENT}, usant, pénible(|s),
        fatigant{AGREEMENT}, lassant{AGREEMENT}, fastidieu(x|se), consterné{AGREEMENT}, consternant{AGREEMENT},
        choqué{AGREEMENT}, choquant{AGREEMENT}, blessé{AGREEMENT} par, humilié{AGREEMENT}, humiliant{AGREEMENT},
        laissé{AGREEMENT} pour compte, laissé{AGREEMENT} tomber, livré{AGREEMENT} à moi-même, sidéré{AGREEMENT},
        sidérant{AGREEMENT}, atterré{AGREEMENT}, regrette d'avoir, regrettable(|s), perdu confiance,
        perdu toute confiance, plus confiance, plus aucune confiance, confiance rompue, confiance perdue, pff, pfff,
        grr, argh
        """,
    ),
    _negative(
        1.0,
        f"""
        incroyable(|s), inquiet(|s), inquiète(|s), inquiétant{AGREEMENT}, inquiétude, angoissé{AGREEMENT}, peur,
        effrayé{AGREEMENT}, perplexe(|s), dubitati(f|ve), étonné{AGREEMENT} de, surpris{AGREEMENT} de ne,
        désagréablement surpris, dommage, quel dommage, compliqué{AGREEMENT}, trop compliqué, usine à gaz,
        laborieu(x|se), confus{AGREEMENT}, douteu(x|se), trop cher, trop chère, hors de prix, exorbitant{AGREEMENT},
        excessi(f|fs|ve|ves), exagéré{AGREEMENT}, abusé, abusi(f|ve), abus, trop long, trop longue,
        beaucoup trop long, interminable(|s), éternité, me plaindre, nous plaindre, je me plains, plainte
        """,
    ),
    # Judgement: bad
    _negative(
        2.0,
        f"""
        mauvais service, mauvaise qualité, mauvaise foi, mauvaise expérience, mauvais accueil, très mauvais,
        très mauvaise, mauvais{AGREEMENT} conseil, mauvaises, mal reçu{AGREEMENT}, mal accueilli{AGREEMENT},
        mal traité{AGREEMENT}, mal conseillé{AGREEMENT}, mal organisé{AGREEMENT}, mal conçu{AGREEMENT},
        mal entretenu{AGREEMENT}, mal fait{AGREEMENT}, mal géré{AGREEMENT}, sale, sales, injoignable(|s),
        traité{AGREEMENT} comme, bâclé{AGREEMENT}, bricolage, amateurisme, amateur(|s), peu professionnel,
        peu sérieux, négligence, négligent, désinvolture, désinvolte, désagréable(|s), impoli{AGREEMENT},
        malpoli{AGREEMENT}, grossi(er|ère|ers), hurlé dessus, crié dessus, engueulé(|e), rembarré(|e),
        envoyé(|e) paître, agressi(f|ve|fs), hautain{AGREEMENT}, arrogant{AGREEMENT}, arrogance,
        condescendant{AGREEMENT}, irrespectueu(x|se), manque de respect, manque de sérieux,
        manque de professionnalisme, manque de considération, aucun respect, aucune considération, aucune compassion,
        insolent{AGREEMENT}, injurieu(x|se), insulté{AGREEMENT}, menacé{AGREEMENT}, menaces, menacer, menace de,
        harcelé{AGREEMENT}, harcèlement, discriminé{AGREEMENT}, discrimination, injuste(|s), injustifié{AGREEMENT},
        dépassé{AGREEMENT}, envoyé(|e) promener, envoyé(|e) balader, envoyer promener, envoyé(|e) sur les roses,
        on me balade, on nous balade, baladé{AGREEMENT}, mené{AGREEMENT} en bateau, tourné{AGREEMENT} en rond,
        tourne en rond, tourner en rond, tourner en bourrique, ballotté(|e), se renvoient la balle, renvoie la balle,
        renvoient la balle, de service en service, raccroche au nez, raccroché au nez, raccrocher au nez,
        copier-coller, copié collé, réponse automatique encore, réponses automatiques, langue de bois,
        fausses promesses, fausse promesse, promesses non tenues, promesse non tenue, pas tenu, belles paroles,
        blabla, c'est du vol, pur vol, du vol pur et simple, du vol manifeste, escroc(|s), escroquerie(|s),
        escroqué{AGREEMENT}, arnaque(|s), arnaqueur(|s), arnaqué{AGREEMENT}, arnaquer, voleur(|s), vol organisé,
        vol manifeste, volé{AGREEMENT} par, racket, brigand(|s), bandit(|s), malhonnête(|s), malhonnêteté,
        mensonge(|s), menteu(r|rs|se), menti, mentez, mensonger(|s), mensongère(|s), trompé{AGREEMENT}, tromperie,
        trompeu(r|se), publicité mensongère, dupé{AGREEMENT}, berné{AGREEMENT}, frauduleux de votre part, pigeon,
        pigeons, vache à lait, à fuir, fuyez, à éviter, évitez, plus jamais, jamais plus,
        c'était ma dernière commande, sera ma dernière commande, dernière commande chez vous, dernière fois que,
        déconseille, à déconseiller, déconseillé, ne recommande pas, ne recommande absolument pas, recommande pas,
        ne recommanderai, ne conseille pas, impossible de conseiller, je ne conseillerais, je change d'opérateur,
        change de fournisseur, chez un concurrent, à la concurrence, je vais voir ailleurs, aller voir ailleurs,
        temps perdu, perte de temps, perdu mon temps, perdre mon temps, perdre du temps, argent jeté,
        jeté par les fenêtres, gâchis, gaspillage
        """,
    ),
    # Sarcasm and idioms
    _negative(
        2.5,
        """
        merci pour rien, pas sorcier, pas bien compliqué de, faites les morts, fait le mort, font les morts,
        bon pour la poubelle, bonne pour la poubelle, la même histoire, lève le petit doigt, très peu pour moi,
        sans moi désormais, trois fois personne, deux fois personne, vous en répondrez, aurez à en répondre,
        de la patience je n'en ai plus, plus aucune patience, vous vous parlez entre, je vous somme, parler à un mur,
        parle à un mur, parler dans le vide, allers-retours, soit vous, tant pis pour vous, tant pis pour moi,
        ça ne se fait pas, cela ne se fait pas, ça se fait pas, pas en rester là, n'en resterai pas là,
        en resterai pas là, aurez des nouvelles de, aurez des nouvelles du, entendrez parler de,
        attendais autre chose, attendais franchement autre chose, attendais beaucoup mieux, réponse toute faite,
        réponses toutes faites, réponses types, réponse type, pas ça un service, quelqu'un lit-il,
        est-ce que quelqu'un lit, vous lisez ce, pourquoi je devrais payer, pourquoi devrais-je payer,
        je devrais payer pour, faire payer pour, merci de rien du tout, génial encore, génial une fois de plus,
        super encore, bravo la, bravo les, bravo pour votre, bravo pour le, bravo quel, bravo vraiment,
        quel professionnalisme, quel sérieux, quelle efficacité, quelle déception, quelle honte, quel mépris,
        quelle blague, quel manque, on marche sur la tête, on croit rêver, on rêve, c'est une blague, c'est du délire,
        c'est la meilleure, c'est le pompon, le pompon, vous êtes sérieux, vous êtes sérieuse, c'est quoi ce,
        c quoi ce, c'est quoi cette, qu'est-ce que c'est que ce, qu'est-ce qui se passe chez, que se passe-t-il chez,
        ce n'est pas possible, c'est pas possible, c'est pas normal, pas sérieux, pas admissible, pas acceptable,
        pas correct, pas digne, n'est pas digne, pas comme ça, on ne traite pas, ça ne va pas du tout,
        ça va pas du tout, vous ne daignez, ne daignez, daignez même pas, même pas répondre, même pas la peine,
        même pas capable, même pas foutu, aucune excuse, pas un mot d'excuse, pas une excuse, aucune explication,
        sans explication, aucune aide, d'aucune aide, aucun suivi, aucun service, la troisième fois que,
        la quatrième fois que, la cinquième fois que, la énième fois que, combien de temps encore, encore combien,
        combien de fois (faut-il|dois-je|faudra|vais-je|encore|il faut|je dois),
        jusqu'à quand (vais-je|devrai-je|devrons-nous|faudra-t-il), on se demande, aux abonnés absents,
        abonnés absents, silence radio, la sourde oreille, lettre morte, se lave les mains, s'en lave les mains,
        s'en fiche, s'en fichent, s'en fout, s'en foutent, s'en moque, s'en moquent, en avez rien à, rien à faire de,
        rien à faire des clients, courir après, cour après, tirer la sonnette, cela dépasse, ça dépasse,
        dépasse les bornes, dépasse l'entendement, du jamais vu, jamais vu ça, jamais vu cela, jamais vu un tel,
        le monde à l'envers, laisse à désirer, laissent à désirer, laisse vraiment à désirer, était meilleure avant,
        meilleur avant, mieux avant, était bien mieux, étaient bien mieux, j'attendais mieux, attendais mieux,
        s'attendait à mieux, m'attendais à mieux, je m'attendais à autre chose, frais abusifs, tombe en ruine,
        part en lambeaux, ne vaut rien, vaut pas, ne vaut pas, pas à la hauteur, pas terrible, rien à voir avec,
        sans scrupule, sans vergogne, sans gêne
        """,
        "never",
    ),
    # "pas" that belongs to the phrase
    _negative(
        1.5,
        f"""
        pas bien, pas bien du tout, n'écoute(|nt|z) pas, pas à l'écoute, pas satisfait{AGREEMENT},
        pas content{AGREEMENT}, pas contente, pas du tout satisfait{AGREEMENT}, pas du tout content{AGREEMENT},
        pas franchement, pas ravi{AGREEMENT}, pas aimable, pas agréable, pas professionnel(|le), pas honnête,
        pas sympa, pas logique, pas juste, pas aidé(|e), ne m'aide pas, ne m'aide absolument pas, m'a pas aidé,
        pas plu, ne nous a pas plu, ne m'a pas plu, me plaît pas, n'aime pas, n'ai pas aimé, pas apprécié,
        n'apprécie pas, pas résolu mon, rien compris, ne comprends pas que, incompréhensible(|s),
        toujours pas de (réponse|nouvelles|retour|solution), personne ne répond, personne répond,
        personne n'a répondu, personne ne rappelle, personne n'a rappelé, personne ne décroche,
        personne ne me rappelle, personne ne s'en occupe, personne n'est au courant, personne n'est responsable,
        personne ne sait, personne n'a prévenu, personne n'a daigné, personne se sent, se sent concerné,
        s'en occupe enfin, joindre personne, ne peut joindre personne, toujours rien, toujours pas,
        toujours aucun(|e), toujours sans réponse, toujours en panne, encore pas, encore une panne, encore le même,
        encore la même, de nouveau en panne, pas normal, ce n'est pas normal, la même excuse, la même réponse,
        même rengaine, rebelote, {ORDINALS} (fois|relance), énième fois, la énième, pour la énième, des semaines que,
        des mois que, des jours que, des heures que, depuis des semaines, depuis des mois, depuis des jours,
        depuis des heures, depuis des lustres, une éternité, {SPANS} d'attente, {SPANS} que j'attends,
        {SPANS} que nous attendons, {SPANS} que ça dure, que ça dure, tickets restent ignorés, ignoré{AGREEMENT},
        restent ignorés, nous ignorez, m'ignorez, m'aviez promis, m'avait promis, m'a promis, nous avait promis,
        nous a promis, était promise, était promis, avez promis, aviez promis, promis(|e|es) n'est, on m'avait dit,
        on m'a assuré, on m'avait assuré, explication différente, de qui se moque
        """,
        "never",
    ),
    # Threats
    _negative(
        1.0,
        """
        porter plainte, porte plainte, je porterai plainte, dépose plainte, déposer plainte, saisis le tribunal,
        saisir le tribunal, saisir la justice, saisir la dgccrf, mon avocat, notre avocat, dernier rappel,
        dernier avertissement, une violation du, violation flagrante, sans mon accord, sans mon consentement, j'exige,
        nous exigeons, cette fois, des comptes, en subir les conséquences, réseaux sociaux
        """,
        "never",
    ),
    # Hints: two of these are a complaint
    _negative(
        0.3,
        f"""
        (deuxième|troisième|quatrième|cinquième) semaine, on m'a dit que, on m'avait dit que, nouvelle relance,
        qui me rend, qui me rendra, (troisième|quatrième|cinquième|énième) (tentative|essai|visite|rendez-vous),
        ça fait {SPANS}, cela fait {SPANS}, voilà {SPANS}, depuis {SPANS}, sans même, encore une fois,
        une fois de plus, sérieusement, au plus haut point, rarement vu, attends, attendons, attente, d'attente,
        attendu, sans réponse, pas de réponse, aucune réponse, aucun retour, aucune nouvelle, même pas,
        alors que tout, soi-disant, pourtant, promis, promise, relance, mise en recouvrement, recouvrement, cinq fois,
        quatre fois, trois fois, dix fois, plusieurs fois, à plusieurs reprises, client fidèle,
        j'attends une explication, comme d'habitude, comme toujours, parler à un responsable,
        parler à votre responsable, tout de suite
        """,
        "never",
    ),
    # Shields: phrases that are no complaint
    Group(
        "negative",
        0.0,
        split_terms("""
        merci encore une fois, encore une fois merci, nulle part, aucun souci, pas de souci, pas de problème,
        aucun problème, rien d'urgent, pas d'inquiétude, pas d'inquiétudes, n'ayez crainte, de rien, rien de grave,
        rien de spécial, ça ne fait rien, si personne, pour rien au monde, encore bravo, toujours aussi,
        toujours au top, toujours à l'écoute, toujours disponible, toujours un plaisir, comme toujours parfait,
        enfin résolu, enfin réglé, tout de suite répondu, rappelé tout de suite, tout de suite rappelé,
        tout de suite et, une personne, cette personne, la personne, par personne, chaque personne, en personne,
        personne n'est blessé, personne n'a été blessé, même pas peur, limite de, date limite, limite d'âge,
        la limite, peur de rien, pas peur, à plus tard, au pire, si personne n'est, du tout au tout,
        malheureusement nous sommes, abus de, plainte pour vol, rage de dents, vol annulé, le vol, mon vol, notre vol,
        ce vol, un vol
        """),
        "never",
    ),
)
