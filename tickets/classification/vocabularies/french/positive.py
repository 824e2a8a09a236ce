"""Positive sentiment: delight, satisfaction and sincere thanks, and polite phrases that are not.

The scale is that of negative sentiment: a sum of 0.5 decides.
"""

from tickets.classification.vocabularies.french.inflection import AGREEMENT
from tickets.classification.vocabularies.group import Group, Negation, split_terms


def _positive(weight: float, terms: str, negation: Negation = "around") -> Group:
    return Group("positive", weight, split_terms(terms), negation)


POSITIVE: tuple[Group, ...] = (
    # Delight
    _positive(
        3.0,
        f"""
        excellent{AGREEMENT}, excellence, parfait{AGREEMENT}, parfaitement, impeccable(|s),
        meilleur{AGREEMENT} que j'ai, ultra simple, ultra rapide, irréprochable(|s), remarquable(|s), formidable(|s),
        fantastique(|s), génial(|e|es), géniaux, super, superbe(|s), magnifique(|s), merveilleu(x|se),
        extraordinaire(|s), exceptionnel(|le|s|les), épatant{AGREEMENT}, fabuleu(x|se), sensationnel(|le), nickel,
        au top, top, topissime, chapeau, un grand bravo, ravi{AGREEMENT}, enchanté{AGREEMENT}, émerveillé{AGREEMENT},
        emballé{AGREEMENT}, bluffé{AGREEMENT}, bluffant{AGREEMENT}, conquis{AGREEMENT}, comblé{AGREEMENT},
        rayon de soleil, jeu d'enfant, comme sur des roulettes, un immense merci, immense merci, j'adore, adore,
        adoré, un régal, un bonheur, un rêve, cinq étoiles, 5 étoiles, 20 sur 20, dix sur dix, 10/10, rien à redire,
        rien à dire, rien à reprocher, sans faute, sans accroc, les yeux fermés, au-delà de mes attentes,
        dépassé mes attentes, recommande vivement, vivement recommandé, je recommande, recommande, recommandons,
        recommanderai, recommander, à recommander, continuez comme ça, continuez ainsi, ne changez rien,
        pas mal du tout, vraiment pas mal, meilleur service, meilleure équipe, les meilleurs, la meilleure,
        le meilleur, hors pair, sauvé la vie, me sauvez, vous me sauvez, wow, waouh, youpi
        """,
    ),
    # Contentment and praise
    _positive(
        2.0,
        f"""
        pas si mal, pas déçu{AGREEMENT}, pas du tout déçu{AGREEMENT}, pas été déçu{AGREEMENT},
        pas mécontent{AGREEMENT}, satisfait{AGREEMENT}, satisfaisant{AGREEMENT}, satisfaction,
        entièrement satisfait{AGREEMENT}, content{AGREEMENT}, très content{AGREEMENT}, heureu(x|se|ses),
        impressionné{AGREEMENT}, impressionnant{AGREEMENT}, convaincu{AGREEMENT}, me plaît, plaît, plaisir,
        un plaisir, un vrai plaisir, aime, j'aime, j'ai aimé, apprécié, j'apprécie, apprécie, appréciable, plu,
        bien conseillé{AGREEMENT}, très bien, bien reçu{AGREEMENT}, très bon, très bonne, bon service, bon travail,
        beau travail, bonne qualité, bon accueil, bon conseil, bien accueilli{AGREEMENT}, bien expliqué, agréable(|s),
        aimable(|s), amabilité, gentil(|le|s|les), gentillesse, sympathique(|s), sympa, souriant{AGREEMENT},
        courtois{AGREEMENT}, poli{AGREEMENT}, à l'écoute, serviable(|s), compétent{AGREEMENT}, professionnalisme,
        (très|vraiment|hyper) (professionnel|professionnelle|professionnels|sérieux|sérieuse|patient|patiente),
        efficace(|s), efficacité, réacti(f|ve|fs), réactivité, rapidité, ponctuel(|le), ponctualité, soigneu(x|se),
        soigné{AGREEMENT}, fiable(|s), honnête(|s), disponible à toute heure, facile(|s), simple et rapide, fluide,
        pratique(|s), intuiti(f|ve), utile(|s), bien pensé, bien conçu, pris les choses en main, de qualité,
        haute qualité, bon rapport qualité, rapport qualité prix, je reviendrai, nous reviendrons, reviendrai,
        à refaire, pas mal, sans problème, sans souci, sans encombre
        """,
    ),
    # Gratitude, meant
    Group(
        "positive",
        2.0,
        split_terms(
            """
        reconnaissant(|e|s), reconnaissance, un grand merci, grand merci, mille mercis, mille merci, merci mille fois,
        merci infiniment, infiniment merci, merci du fond du coeur,
        merci beaucoup pour votre (aide|réactivité|gentillesse|rapidité|efficacité|patience),
        merci pour votre (réactivité|efficacité|gentillesse|rapidité|professionnalisme|écoute|patience|excellent),
        merci pour la rapidité, merci pour cette rapidité, merci à votre équipe, merci à toute l'équipe, merci à vous,
        merci encore, encore merci, encore un grand merci, voulais vous remercier, voulais simplement vous remercier,
        voulais juste vous remercier, tenais à vous remercier, tiens à vous remercier, tenons à vous remercier,
        voudrais remercier, souhaite remercier, souhaitais vous remercier, vous remercier pour votre, remercier toute,
        remercie chaleureusement, remercie vivement, remercie sincèrement, chaleureux remerciements
        """
        ),
        "never",
        gratitude=True,
    ),
    # It is in order again
    _positive(
        1.5,
        """
        résolu, résolue, réparé, réparée, c'est résolu, c'est bon, tout est bon, tout va bien, tout fonctionne,
        tout marche, tout refonctionne, refonctionne, ça remarche, remarche, fonctionne à nouveau,
        fonctionne de nouveau, marche à nouveau, marche de nouveau, ça fonctionne, ça a marché, ça a fonctionné,
        ça marche maintenant, rentré dans l'ordre, plus aucun souci, plus de souci, plus aucun problème,
        plus de problème, plus d'inquiétude, bien arrivé, bien reçu le colis, bien reçu ma commande, soulagé,
        soulagée, soulagement, heureusement, dieu merci, m'a aidé, m'a aidée, m'avez aidé, m'avez aidée, nous a aidés,
        nous avez aidés, bien aidé, m'a beaucoup aidé, si rapide, si vite, très vite, amélioration, amélioré
        """,
    ),
    # Hints
    _positive(
        1.0,
        f"""
        bravo, félicitations, félicite, félicitons, beau, belle, joli{AGREEMENT}, confortable(|s), délicieu(x|se),
        clair et, rapidement résolu, chaleureu(x|se), merci bien, bonne surprise, agréablement surpris{AGREEMENT},
        chance
        """,
    ),
    _positive(
        0.4,
        """
        patient, patiente, professionnel, professionnelle, sérieux, sérieuse, brillant, brillante, indispensable,
        bien, bon, bonne, réglé, réglée, c'est réglé, mieux, rapide, rapides, rapidement, vite, facilement
        """,
    ),
    # Polite formulas
    Group(
        "positive",
        1.2,
        split_terms("""
        merci, merci beaucoup, mercii, je vous remercie, nous vous remercions, avec mes remerciements, remerciements,
        thanks, thank you
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
        merci d'avance, merci par avance, d'avance merci, en vous remerciant, vous remerciant par avance,
        vous remercie par avance, vous remercie d'avance, je vous remercie par avance, je vous remercie d'avance,
        nous vous remercions par avance, merci de votre compréhension, merci pour votre compréhension,
        merci de votre réponse, merci pour votre réponse, merci de votre retour, merci pour votre retour,
        merci pour votre message, merci de votre message, merci de, merci de me, merci de nous, merci de bien vouloir,
        non merci, merci de la bloquer, bien cordialement, bien à vous, bien à toi, excellente journée,
        excellente soirée, excellent week-end, excellente fin, super urgent, super important, satisfait ou remboursé,
        je souhaite recommander, en recommandé, bonne journée, bonne soirée, bonne fin de journée, bon week-end,
        bon weekend, bonne réception, bonne continuation, bonne année, bonjour, bonsoir, belle journée,
        très belle journée, meilleures salutations, mes meilleures salutations, meilleurs sentiments,
        sincères salutations, bien entendu, bien sûr, bien que, bien vouloir, ou bien, eh bien, si bien, aussi bien,
        très bien compris, bien reçu votre, bien reçu le, bien été, a bien été, est bien, j'ai bien, bien payé,
        bien noté, je veux bien, c'est bien triste, bien triste, bien trop, bien mieux, aimerais bien, voudrais bien,
        serait bien, ce serait bien, vont bien, va bien, avec plaisir, au plaisir, au plaisir de vous lire,
        faites-moi plaisir, j'aimerais, aimerais, j'aimerais bien, nous aimerions, je serais ravi, serais ravi,
        serait super, ce serait super, ce serait parfait, serait parfait, serait génial, serait top, serait sympa,
        vous seriez aimable, seriez-vous aimable, auriez-vous l'amabilité, auriez-vous la gentillesse,
        ayez l'amabilité, vous serait reconnaissant, vous serais reconnaissant, vous serais reconnaissante,
        serions reconnaissants, serais reconnaissant, je vous saurais gré, s'il vous plaît, s'il vous plait,
        s'il te plaît, svp, bon courage, bonne chance, bon de commande, bon d'achat, bon de réduction, bon cadeau,
        bon de livraison, bon de retour, bonne adresse, bon numéro, bonne date, bonne taille, au bon, de bonne foi,
        le bon, la bonne, une bonne fois, une bonne fois pour toutes, à quoi bon, pour de bon, bon alors, ah bon,
        bien avant, au mieux, de mieux, vaut mieux, le plus rapidement, rapidement possible, plus rapidement possible,
        au plus vite, le plus vite, au plus tôt, répondre rapidement, réponse rapide, attention rapide, retour rapide,
        intervention rapide, réponse rapidement, vite svp, mieux vaut, client professionnel, compte professionnel,
        offre professionnelle, espace professionnel, ligne professionnelle, mon activité professionnelle,
        clients professionnels, enquête de satisfaction, pas résolu, non résolu, pas encore résolu, pas réglé,
        pas encore réglé, être résolu, être réglé, soit résolu, soit réglé, non réglé, facture réglée, déjà réglé,
        ai réglé, j'ai réglé, avons réglé, a été réglée, montant réglé, heureusement personne, être sérieux,
        soyons sérieux, mode d'emploi simple, est-ce possible, de la chance, tant mieux, ou bien non, bien sur
        """),
        "never",
    ),
)
