"""Action: whether the writer wants something done or answered.

A sum of 1.0 means yes. Requests such as "pourriez-vous" cannot be negated; wishes ("j'ai besoin") can.
"""

from tickets.classification.vocabularies.french.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED
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
        pouvez-vous, pourriez-vous, pourrait-on, peut-on, peux-tu, pourrais-tu, peut-il, puis-je, pourrais-je,
        pouvons-nous, pourrions-nous, vous pouvez me, vous pourriez, tu peux me, tu pourrais, est-il possible,
        est-ce possible, serait-il possible, est-ce que vous pouvez, est-ce que vous pourriez, est-ce que je peux,
        est-ce qu'on peut, y a-t-il, existe-t-il, existe-t-elle, avez-vous, auriez-vous, as-tu, seriez-vous,
        voudriez-vous, voulez-vous, veuillez, merci de, merci de me, merci de nous, merci de bien vouloir,
        merci de vérifier, merci de bloquer, je vous prie de, vous prie de, prière de, je vous demande de,
        je vous demande, vous demande de, je demande, nous demandons, nous vous demandons, j'exige, nous exigeons,
        exige, exigeons, je réclame, réclame, réclamons, réclamer, je sollicite, sollicite, sollicitons, venez,
        venez vite, dites-moi, dites-nous, dis-moi, envoyez-moi, envoyez-nous, envoie-moi, envoyez quelqu'un,
        rappelez-moi, rappelez-nous, rappelle-moi, contactez-moi, contactez-nous au, appelez-moi, appelez-nous,
        répondez-moi, répondez, remboursez-moi, remboursez, aidez-moi, aidez-nous, aide-moi, expliquez-moi,
        expliquez-nous, indiquez-moi, donnez-moi, tenez-moi au courant, tenez-moi informé, tenez-moi informée,
        faites-moi, faites le nécessaire, faire le nécessaire, faites quelque chose, rendez-moi, versez, vérifiez,
        corrigez, annulez, résiliez, supprimez, débloquez, bloquez, réparez, changez, livrez, occupez-vous,
        nous rappeler, me rappeler, de me rappeler, me recontacter, me répondre, me confirmer, me renvoyer, m'envoyer,
        m'en renvoyer, nous envoyer, me faire parvenir, me tenir, m'indiquer, me dire, me désinscrire, me désabonner
        """,
    ),
    # Asking without a question mark
    _request(
        1.0,
        """
        comment faire, comment puis-je, comment je, comment ajouter, comment fonctionne, quand est-ce que,
        quand puis-je, quand sera, quand vais-je, où puis-je, où est, où en est, où en sommes, où trouver,
        ou je trouve, où je trouve, pourquoi, combien coûte, combien de temps, quel est, quelle est, quels sont,
        quelles sont, qu'en est-il, que dois-je, que faire, dois-je, faut-il, est-ce que, est-ce, je me demande si,
        savoir si, savoir comment, savoir quand, savoir pourquoi, je voudrais savoir, j'aimerais savoir,
        j'ai une question, une question, petite question, ma question, avez-vous des nouvelles, des nouvelles de,
        si vous avez, s'il est possible, si c'est possible, aucune idée comment, ne sais pas comment,
        ne sais plus quoi, sous garantie, au secours, à l'aide, urgent, asap, d'urgence
        """,
    ),
    # Wishes and needs of the writer
    _wish(
        1.0,
        """
        je veux, nous voulons, je voudrais, nous voudrions, je souhaite, nous souhaitons, je souhaiterais,
        nous souhaiterions, souhaiterais, souhaite, j'aimerais, nous aimerions, aimerais, j'ai besoin,
        nous avons besoin, besoin de, besoin d'une, besoin d'un, avons besoin, il me faut, il nous faut, me faudrait,
        il faudrait, je cherche, nous cherchons, je recherche, intéressé par, intéressée par, intéressés par,
        je suis intéressé, je désire, désire, j'attends une, j'attends un, j'attends votre, attendons votre,
        dans l'attente de votre, dans l'attente d'une, en attente de votre, je compte sur, compte sur vous,
        je résilie, résilier, résiliation, annulation, annuler, j'annule, me rétracter, rétractation, échanger,
        échange, retourner, devis, un duplicata, duplicata, une attestation, attestation, changer mon, changer ma,
        changer d'adresse, modifier mon, modifier ma, déplacer le, décaler le, reporter le, prendre rendez-vous
        """,
    ),
    _wish(
        0.5,
        """
        réponse, un retour, votre retour, confirmation, confirmer, vérifier, vérification, réparation, réparer,
        remplacement, remplacer, technicien, intervention, correction, corriger, modifier, modification, supprimer,
        suppression, bloquer, débloquer, activer, envoyer, renvoyer, explication, explications, aide, assistance,
        renseignement, renseignements, informations, immédiatement, au plus vite, délai, enfin, toujours, attends
        """,
    ),
    # Something does not work: whoever reports it wants it mended
    Group("action", 1.0, FAULTS, "close"),
    Group("action", 1.0, FAULT_VERBS, "needed"),
    Group("action", 1.0, COMPLAINTS, "never"),
    Group("action", 1.0, ("plus",), "needed"),
    Group("action", 0.0, NOT_WANTED, "never"),
    _request(
        1.0,
        """
        remboursement, rembourser, remboursé, remboursée, remboursés, mon argent, indemnisation, indemnité,
        dédommagement, dommages et intérêts, avocat, mon avocat, tribunal, porter plainte, porte plainte, plainte,
        mettons en demeure, dgccrf, médiateur, chargeback, opposition, fuite de données, piraté, piratée, piratage,
        volé, volée, fraude, rgpd, cnil, pas autorisés, pas autorisé, non autorisé, usurpation, harcèlement, menacé,
        menacée, odeur de gaz, le gaz, incendie, pris feu, en feu, fumée, étincelles, explosé, explosion, électrocuté,
        blessé, blessée, brûlé, brûlée, brûlure, respirateur, est tombé, paralysé, à l'arrêt,
        électricité a été coupée, a été coupée
        """,
    ),
    # Bare "svp": common, and rarely worth showing
    Group(
        "action",
        1.0,
        split_terms("s'il vous plaît, s'il te plaît, svp, stp, s'il vous plait, please"),
        "never",
        plain=True,
    ),
    # Orders and questions at the start of a sentence
    Group(
        "action",
        1.0,
        split_terms("""
        comment, quand, où, pourquoi, combien, quel, quelle, quels, quelles, que faire, que dois, qui, est-ce,
        est-ce que, peut-on, puis-je, y a-t-il, dois-je, faut-il, à quelle heure, de quelle, envoyez, rappelez,
        appelez, répondez, remboursez, annulez, résiliez, vérifiez, corrigez, confirmez, contactez, aidez, expliquez,
        dites, donnez, faites, supprimez, bloquez, livrez, versez, rendez, merci de
        """),
        "never",
        opens_sentence=True,
    ),
    # Shields and counterweights: formulas and notices that ask for nothing
    Group(
        "action",
        0.0,
        split_terms("""
        merci pour (le|ce|votre) remboursement, merci du remboursement, bien reçu le remboursement,
        reçu le remboursement, reçu mon remboursement, en cas d'urgence, en cas d'urgence merci de contacter,
        merci de contacter mon, merci de contacter ma, merci de vous adresser à, merci de votre compréhension,
        merci de votre réponse, merci de votre aide, merci de votre retour, merci de votre confiance,
        merci de ne pas répondre, merci de votre, n'hésitez pas, n'hésitez pas à me contacter,
        n'hésitez pas à nous contacter, si vous avez des questions, veuillez trouver, veuillez trouver ci-joint,
        veuillez noter, veuillez agréer, veuillez recevoir, veuillez croire, je vous prie d'agréer,
        je vous prie de croire, je vous prie de recevoir, prie d'agréer, vous trouverez, vous pouvez me joindre,
        merci pour votre réponse, merci pour la réponse, merci pour votre aide, merci beaucoup pour votre aide,
        un grand merci pour votre aide, grand merci pour votre aide, votre aide si, je voulais vous remercier,
        souhaite vous remercier, je souhaite remercier, je voudrais remercier, voulais simplement, je confirme,
        je vous confirme, vous confirme le, comme demandé, comme convenu, suite à votre demande, à votre demande,
        aucune réponse nécessaire, pas besoin de répondre, pas besoin, jamais répondu aussi, ne changez rien,
        surtout ne changez rien, pas de problème, aucun problème, sans problème, aucun souci, sans souci,
        problème résolu, problème réglé, problème est résolu, problème est réglé, problème a été résolu,
        problème a été réglé, sans erreur, aucune erreur, rien à redire, service réclamations, service réclamation,
        du service réclamations, impossible de conseiller, impossible de recommander, non joignable, on m'a rappelé,
        pas mal, vraiment pas mal, ne peux que, je ne peux que, j'attends d'un, que j'attends d'un, ce que j'attends,
        exactement ce que j'attends, j'aimerais remercier, ne m'aide pas, ne m'aide absolument pas, d'aucune aide,
        recommande pas, la recherche, ce n'est pas possible, manque de respect
        """),
        "never",
    ),
    Group(
        "action",
        -0.6,
        split_terms("""
        pour information, pour info, à titre d'information, à titre indicatif, c'est réglé, c'est résolu, déjà réglé,
        déjà résolu, est résolu, est réglé, a été résolu, rentré dans l'ordre, tout fonctionne,
        tout fonctionne à nouveau, ça remarche, ça fonctionne maintenant, c'est bon, vous pouvez fermer,
        vous pouvez clore, peut être clos, peut être fermé, plus nécessaire, serai en congés, suis en congés,
        congé (parental|maternité|maladie), ne consulte pas mes mails, actuellement absent, actuellement absente,
        absence du bureau, réponse automatique, ne pas répondre, cliquez ici, se désabonner, tous droits réservés,
        je tenais juste à le signaler, simplement à titre
        """),
        "never",
        plain=True,
    ),
)
