"""Urgency: what makes a ticket urgent, and what says that it can wait.

A sum of 1.0 is high, 0.4 medium. A weight of 1.0 decides alone; smaller weights of the label "high" add up.
"""

from tickets.classification.vocabularies.french.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED
from tickets.classification.vocabularies.french.inflection import AGREEMENT
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
        avocat, avocate, mon conseil juridique, service juridique, action en justice, actions en justice, en justice,
        poursuites judiciaires, poursuites, poursuivre en justice, poursuivrai, voie judiciaire, voies judiciaires,
        procédure judiciaire, tribunal, tribunaux, tribunal judiciaire, assigner en justice, vous assigner,
        assignation en justice, assignation devant, citation à comparaître, injonction de payer, porter plainte,
        porte plainte, porterai plainte, portons plainte, dépôt de plainte, déposer plainte, dépose plainte,
        déposé plainte, plainte pénale, plainte au commissariat, mise en demeure, mettons en demeure, mets en demeure,
        met en demeure, vous mettre en demeure, dommages et intérêts, dommages-intérêts, préjudice subi,
        préjudice moral, protection juridique, dgccrf, répression des fraudes, ufc-que choisir, que choisir,
        60 millions de consommateurs, association de consommateurs, défense des consommateurs, médiateur, médiatrice,
        médiation, défenseur des droits, action de groupe, class action, huissier de justice, constat d'huissier,
        commissaire de justice, rupture de contrat, vice caché, code de la consommation, obligation légale,
        recours juridique, lawsuit, arcep, aviation civile, dgac, acpr
    """,
    ),
    # Chargebacks
    _always(
        "chargeback",
        """
        chargeback, rétrofacturation, opposition au paiement, opposition à ma carte, opposition sur le paiement,
        opposition auprès de ma banque, opposition bancaire, fait opposition, rejeter le prélèvement,
        fais rejeter le prélèvement, faire opposition, contester le paiement, conteste le paiement,
        contester le prélèvement, conteste le prélèvement, contesté le prélèvement, contestation de paiement,
        contesté le paiement, contester ce débit, conteste ce débit, rejet de prélèvement,
        annuler le prélèvement auprès de ma banque, rappel de fonds, litige paypal,
        procédure de remboursement auprès de ma banque
    """,
    ),
    # Breaches of security and of privacy
    _always(
        "breach",
        f"""
        fuite de données, fuites de données, violation de données, violation du rgpd, non-respect du rgpd,
        non respect du rgpd, vol de données, données volées, usurpation d'identité,
        quelqu'un a (souscrit|ouvert|contracté), avec mes papiers, en mon nom sans, à mon nom sans,
        usurpé mon identité, inconnu(|s) (a|ont) (utilisé|accédé), inconnus ont manifestement utilisé,
        des inconnus ont, un inconnu a, quelqu'un (s'est connecté|a accédé|utilise mon|a utilisé mon|s'est introduit),
        connexion(|s) (inconnue|inconnues|suspectes|depuis l'étranger), identité usurpée, piraté{AGREEMENT}, piratage,
        pirate informatique, pirates, hacké{AGREEMENT}, hacker, hackers, cyberattaque, rançongiciel, ransomware,
        faille de sécurité, incident de sécurité, intrusion, compromis mon compte, compte compromis,
        mots de passe exposés, accès non autorisé, accès frauduleux, connexion suspecte, connexion frauduleuse, cnil,
        données d'un autre client, données d'autres clients, données d'une autre cliente, factures d'un autre client,
        facture d'un autre client, factures d'autres clients, factures d'une autre cliente, dossier d'un autre client,
        données d'une autre personne, données à des tiers, transmis mes données, données divulguées,
        divulgation de données, vendu mes données, données sans mon accord, données sans mon consentement
    """,
    ),
    # Danger to people and things
    _always(
        "safety",
        f"""
        odeur de gaz, sent le gaz, sent fort le gaz, sent très fort le gaz,
        sent (beaucoup|vraiment|fortement|énormément) le gaz, ça sent le gaz, ça pue le gaz, fuite de gaz,
        monoxyde de carbone, intoxication, intoxiqué{AGREEMENT}, incendie, incendié, pris feu, prend feu, prendre feu,
        a pris feu, en feu, en flammes, au feu, flammes, brûle, brûlé{AGREEMENT}, a brûlé, brûlure(|s),
        cramé{AGREEMENT}, fume, fumée, de la fumée, étincelles, étincelle, court-circuit, électrocuté{AGREEMENT},
        électrocution, décharge électrique, (donné|reçu|pris|ressenti) une décharge, une décharge, choc électrique,
        explosé{AGREEMENT}, explose, explosion, blessé{AGREEMENT}, blessure(|s), saigne, saignait,
        s'est coupé(|e) (le|la|au|à la|sur|avec), s'est ouvert la main, samu, danger de mort, en danger, danger,
        dangereu(x|se|ses), mortel(|le), respirateur, sous oxygène, oxygène, appareil respiratoire, dialyse,
        pacemaker, pompe à insuline, insuline, appareil médical, matériel médical, réaction allergique,
        choc anaphylactique, allergique, empoisonné{AGREEMENT}, étouffé, s'étouffer, suicide, me suicider, me tuer,
        mettre fin à mes jours, menacé de me, menacé de nous, menacé de mort, a menacé, menaces de mort, m'a frappé,
        frappé{AGREEMENT}, me frapper, agressé{AGREEMENT}, agression, violences, coincé(|e|s) dans l'ascenseur,
        bloqué(|e|s) dans l'ascenseur, inondation, inondé{AGREEMENT}, dégât des eaux, câble dénudé, fils dénudés
    """,
    ),
    # Data protection in general, and people who must be left alone
    _high(
        1.0,
        """
        rgpd, gdpr, droit à l'oubli, droit d'accès, droit à l'effacement, droit de rectification,
        accès à toutes mes données, accès à mes données personnelles, suppression de mes données,
        supprimer mes données, effacer mes données, effacement de mes données, délégué à la protection des données,
        protection des données, dpo, harcèlement, harcelé, harcelée, harceler, illégal, illégale, illégalement,
        illégaux, illicite, illicites, hors la loi
        """,
    ),
    _high(
        0.5,
        "gendarmerie, fraude, arnaque, escroquerie, escrocs, violation, plainte, huissier",
    ),
    # Money that has to go back. "Vous n'avez pas remboursé" is as urgent as "remboursez".
    _high(
        1.0,
        f"""
        remboursement(|s), rembourser, remboursez, rembourse, remboursé{AGREEMENT}, remboursiez, remboursera,
        rembourserez, rendez-moi mon argent, rendez moi mon argent, récupérer mon argent, mon argent, notre argent,
        indemnisation, indemniser, indemnisé{AGREEMENT}, indemnité(|s), dédommagement, dédommager,
        dédommagé{AGREEMENT}, compensation, restitution du, restituer la somme, refund
        """,
        "never",
    ),
    _high(
        0.0,
        """
        carte vitale, police d'assurance, numéro de police, ma police, police n, la police n,
        merci pour (le|ce|votre) remboursement, merci du remboursement, remboursement reçu,
        bien reçu le remboursement, reçu le remboursement, reçu mon remboursement, remboursement est arrivé,
        remboursement effectué merci, politique de remboursement, conditions de remboursement, satisfait ou remboursé,
        satisfaits ou remboursés, est-ce remboursable, pas besoin de remboursement, ne demande pas de remboursement,
        remboursement de frais médicaux, est-il possible d'être remboursé si, service des urgences, numéro d'urgence,
        contact d'urgence, en cas d'urgence, issue de secours, détecteur de fumée, détecteurs de fumée,
        détecteur de monoxyde, compensation carbone
        """,
    ),
    # Fraud
    _high(
        1.0,
        """
        un inconnu, des inconnus, une inconnue s'est, fondu, a fondu, ont fondu, surchauffe, brûlant, brûlante,
        chauffe (tellement|trop|énormément|anormalement), fraude bancaire, fraude à la carte, une fraude,
        soupçonne une fraude, suspicion de fraude, tentative de fraude, frauduleux, frauduleuse, frauduleuses,
        frauduleusement, carte volée, volé ma carte, volé mon, vol de ma carte, vol de ma, m'a volé, on m'a volé,
        bloquer ma carte, débit non autorisé, débits non autorisés, prélèvement non autorisé,
        prélèvements non autorisés, paiement non autorisé, opération non autorisée, opérations non autorisées,
        pas autorisé, pas autorisée, pas autorisés, pas autorisées, jamais autorisé, jamais autorisée,
        débits que je n'ai pas, à mon insu, sans mon autorisation, sans autorisation, sans mon consentement,
        sans mon accord, escroqué, escroquée, fraud
        """,
        "never",
    ),
    # Speed asked for
    _high(
        1.0,
        f"""
        urgent{AGREEMENT}, urgence, d'urgence, en urgence, de toute urgence, extrême urgence, extrêmement urgent,
        très urgent, urgemment, urgentissime, immédiat{AGREEMENT}, immédiatement, sur-le-champ, sur le champ,
        dans l'immédiat, tout de suite, sans délai, sans attendre, sans tarder, dans les plus brefs délais,
        plus brefs délais, dans les meilleurs délais, au plus vite, le plus vite possible, au plus tôt,
        dès que possible, le plus rapidement possible, plus rapidement possible, aussi vite que possible,
        aussi rapidement que possible, asap, prioritaire, priorité absolue, haute priorité, priorité haute, p1,
        ne peut pas attendre, peut pas attendre, ne peux plus attendre, peux plus attendre, avant ce soir,
        dans l'heure, dans la journée, sous 24h, sous 24 h, sous 24 heures, sous 48h, sous 48 h, sous 48 heures,
        aujourd'hui avant, aujourd'hui même, dernier délai, dernier avertissement, dernier rappel,
        dernière relance avant, date limite aujourd'hui, délai expire
        """,
    ),
    # The same words where nobody hurries
    _high(
        0.0,
        """
        rappelé tout de suite, rappelée tout de suite, m'a rappelé tout de suite, répondu immédiatement,
        répondu tout de suite, intervenu immédiatement, tout de suite répondu, tout de suite rappelé,
        immédiatement répondu, immédiatement après, immédiatement avant, se ferme immédiatement,
        s'éteint immédiatement, tout de suite après, résolu immédiatement, résolu dans la journée,
        réglé dans la journée, livré dans la journée, intervenu dans l'heure, venue si vite, depuis aujourd'hui,
        critique constructive, critiques constructives, une critique, les critiques, dès que possible pour moi
        """,
    ),
    # Weight and rank
    _high(
        1.0,
        """
        critique, critiques, gravissime, très grave, grave problème, problème grave, crucial, cruciale, escalade,
        escalader, escaladez, votre direction, votre directeur, votre directrice, votre pdg, à la direction générale,
        à votre siège, comité de direction, alerter la presse, contacter la presse, à la presse, préviens la presse,
        prévenir la presse, alerte la presse, les médias, journaliste, journalistes, résilier pour faute,
        résiliation immédiate, perte de chiffre, chiffre d'affaires, perdons des clients, perdons de l'argent,
        perte d'exploitation, manque à gagner
        """,
    ),
    _high(
        0.3,
        """
        femme enceinte, bébé, nourrisson, personne âgée, handicapé, handicapée, données personnelles, confidentialité,
        avocats, police, presse, un responsable, votre responsable, aujourd'hui, ce soir, demain, demain matin,
        rapidement, supérieur, superviseur, avant vendredi, d'ici vendredi, d'ici demain, d'ici lundi
        """,
    ),
    _high(
        0.7,
        """
        tous les utilisateurs, tous nos utilisateurs, tous les clients, tous nos clients, toute l'entreprise,
        toute la société, toute l'équipe, toute notre équipe, tous nos salariés, tous les magasins, tous nos magasins,
        tous nos sites, tout notre site, aucun client ne, aucun de nos clients, tout l'immeuble, tout le quartier
        """,
    ),
    _high(
        0.5,
        """
        important, importante, très important, très importante, les salaires, salaires, la paie, conséquences, vital,
        hôpital, ambulance, deadline, sans (chauffage|électricité|courant), grave, sérieux problème, priorité,
        sans eau, électricité a été coupée, courant a été coupé, depuis trois jours sans
        """,
    ),
    # Nothing works any more, or something is gone
    _high(
        1.0,
        """
        (complètement|totalement|entièrement) (coupé|coupée|bloqué|bloquée|bloqués|hors service|arrêté|arrêtée),
        il y a le feu, panne totale, panne générale, panne complète, panne de courant, coupure générale,
        serveur est tombé, serveur tombé, serveur en panne, serveurs en panne, système en panne, site est tombé,
        site est down, site en panne, tout est en panne, tout est bloqué, tout est à l'arrêt, à l'arrêt,
        production arrêtée, production à l'arrêt, activité à l'arrêt, activité bloquée, caisses en panne,
        caisse en panne, ne peuvent plus travailler, ne pouvons plus travailler, peux plus travailler,
        pouvons plus travailler, peuvent plus travailler, peut plus travailler, ne peux pas travailler,
        ne pouvons pas travailler, peuvent pas travailler, impossible de travailler, plus personne ne peut,
        personne ne peut travailler, ne peut commander, ne pouvons plus vendre, plus rien ne fonctionne,
        plus rien ne marche, plus rien, perte de données, perdu toutes nos données, perdu toutes mes données,
        données perdues, données effacées, tout effacé, tout a disparu, paralysé, paralysée, paralyse, outage
        """,
    ),
    # Trouble that somebody has to look at: medium, however often it is said
    Group("medium", 0.4, FAULTS, "close"),
    Group("medium", 0.4, FAULT_VERBS, "needed"),
    Group("medium", 0.4, COMPLAINTS, "never"),
    Group("medium", 0.4, ("plus",), "needed"),
    Group("medium", 0.0, NOT_WANTED, "never"),
    # Shields: fault words that report none
    Group(
        "medium",
        0.0,
        split_terms("""
        jamais répondu aussi, jamais eu de problème, (une|la|ma|cette|les|des|vos|mes|plusieurs) (plante|plantes),
        pas de problème, aucun problème, sans problème, sans aucun problème, aucun souci, pas de souci, sans souci,
        sans erreur, aucune erreur, pas d'erreur, problème résolu, problème réglé, problème est résolu,
        problème est réglé, problème a été résolu, problème a été réglé, panne résolue, panne réparée,
        service réclamations, service réclamation, service des réclamations, sans accroc, rien à redire,
        impossible de conseiller, impossible de recommander, il ne manque rien, ne manque rien, manque de respect,
        manque de professionnalisme, manque de sérieux, non joignable, ne marche pas sur, pas possible de venir,
        si possible, n'est-ce pas possible, ce n'est pas possible, c'est pas possible, pas bon marché,
        pas la bonne personne, pas valable, pas mal, vraiment pas mal, pas mal du tout, n'ai pas d'autre,
        ne passe pas inaperçu, on ne peut plus, on ne peut mieux, ne peux que, ne peut que, je ne peux que,
        ne peux pas me plaindre, ne peux pas dire, pas dire, que j'attends d'un
        """),
        "never",
    ),
    # It can wait
    Group(
        "low",
        -0.6,
        split_terms("""
        pas urgent, pas urgente, n'est pas urgent, rien d'urgent, sans urgence, pas d'urgence, aucune urgence,
        pas pressé, pas pressée, rien ne presse, ça ne presse pas, ne presse pas, peut attendre, ça peut attendre,
        cela peut attendre, à l'occasion, quand vous aurez le temps, quand vous avez le temps, quand tu as le temps,
        quand vous pourrez, quand vous voulez, à votre convenance, prenez votre temps, un de ces jours, un jour,
        pas important, peu important, sans importance, priorité basse, faible priorité, petite question,
        simple question, juste une question, question générale, simple curiosité, par curiosité, juste par curiosité,
        pour information, pour info, à titre d'information, à titre indicatif, une suggestion, suggestion,
        suggestions, une idée, idée d'amélioration, amélioration possible, un simple détail, mineur, mineure,
        cosmétique, newsletter, réponse automatique, serai en congés, suis en congés,
        congé (parental|maternité|maladie), ne consulte pas mes mails, actuellement absent, actuellement absente,
        absence du bureau, déjà résolu, déjà réglé, est résolu, est réglé, rentré dans l'ordre, plus d'inquiétude,
        pas d'inquiétude
        """),
        "never",
    ),
)
