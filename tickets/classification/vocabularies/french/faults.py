"""What does not work, and who has been left waiting: words that ask for a look without being a feeling.

Urgency counts them as medium, and whoever reports them wants something done.
"""

from tickets.classification.vocabularies.french.inflection import AGREEMENT, ORDINALS, SPANS
from tickets.classification.vocabularies.group import split_terms

FAULTS = split_terms(f"""
    erreur(|s), 404, 500, 502, 503, est vide, sont vides, vide, vides, ne se passe rien, se passe rien,
    quand je clique, lorsque je clique, en cliquant, tiède, alors que, a cessé de, ne cesse de,
    à la place (de|du|des), tourne dans le vide, le rond tourne, tourne en boucle, ça tourne, tourne en rond,
    reste froid(|e), ne chauffe pas, prélevé(|e|s|es), reconduit(|e), n'existe pas, existe pas,
    vol (annulé|supprimé|retardé|raté|manqué), train (annulé|supprimé), au lieu (du|des|d'un|d'une),
    on entend à peine, à peine lisible, à peine audible, message d'erreur, erroné{AGREEMENT}, bug, bugs, bogue(|s),
    bugue, buggé{AGREEMENT}, bugge, panne(|s), en panne, problème(|s), dysfonctionnement(|s), dysfonctionne,
    incident(|s), défaut(|s), défectueu(x|se|ses), défaillan(t|te|ts|tes|ce),
    souci(|s) (avec|de|sur|technique|au niveau), un souci, cassé{AGREEMENT}, casse, brisé{AGREEMENT},
    fendu{AGREEMENT}, fissuré{AGREEMENT}, rayé{AGREEMENT}, déchiré{AGREEMENT}, abîmé{AGREEMENT}, endommagé{AGREEMENT},
    détérioré{AGREEMENT}, cabossé{AGREEMENT}, fuit, fuite d'eau, goutte, grésille, grésillements, friture, clignote,
    bipe, sonne sans arrêt, rame, lent{AGREEMENT}, très lent(|e|s|es), lenteur(|s), ralenti(|e|s), ralentissement(|s),
    bloqué{AGREEMENT}, bloque, blocage, coincé{AGREEMENT}, figé{AGREEMENT}, se fige, gelé{AGREEMENT}, plante,
    plantent, planté{AGREEMENT}, plantage(|s), s'interrompt, interrompu{AGREEMENT}, interruption(|s), se coupe,
    coupe sans cesse, coupé{AGREEMENT}, coupure(|s), coupe tous, déconnecté{AGREEMENT}, déconnexion(|s),
    se déconnecte, hors ligne, hors service, indisponible(|s), inaccessible(|s), injoignable(|s), invalide(|s),
    incorrect{AGREEMENT}, inexact{AGREEMENT}, faux, fausse(|s),
    mauvais (article|produit|câble|colis|montant|numéro|modèle|nom|code|prix|compte|tarif),
    mauvaise (adresse|taille|couleur|référence|commande|facture|pièce|date), le mauvais, la mauvaise, par erreur,
    mal (saisi|saisie|enregistré|calculé|relevé|facturé|imprimé), refusé{AGREEMENT}, rejeté{AGREEMENT},
    expiré{AGREEMENT}, périmé{AGREEMENT}, manque, manquent, manquait, manquant{AGREEMENT}, incomplet(|s),
    incomplète(|s), perdu{AGREEMENT}, égaré{AGREEMENT}, disparu{AGREEMENT}, disparaît, disparaissent, introuvable(|s),
    en double, deux fois (débité|débitée|facturé|prélevé|payé), (prélevé|débité|facturé|passé)(|e|s|es) deux fois,
    facturé (deux fois|en trop|à tort), débité à tort, trop (perçu|facturé|prélevé),
    double (facturation|prélèvement|débit|paiement), au lieu de, en retard, retard, retards, retardé{AGREEMENT},
    page blanche, écran noir, écran blanc, pages vides, page vide, grisé{AGREEMENT}, mot de passe oublié,
    oublié mon mot de passe, spam, virus, hameçonnage, phishing, impossible, impossible de, impossibilité,
    n'arrive pas à, n'arrive plus à, n'arrivons pas à, n'arrivons plus à, rien reçu, rien recu,
    rien ne (marche|fonctionne|se passe|s'affiche|s'ouvre), personne n'est (venu|venue|passé),
    personne ne s'est présenté, personne n'est venu,
    plus de (réseau|connexion|courant|chauffage|tonalité|signal|son|image|internet|lumière|eau chaude|téléphone),
    pas de (réseau|connexion|courant|chauffage|tonalité|signal|son|image|internet|sms|mail|confirmation),
    sans (eau chaude|internet|téléphone|connexion), aucun résultat, aucune connexion, aucun accès, aucun signal,
    (ça|ca|cela) (marche|fonctionne|répond|charge|capte) (plus|pas), échoue, échoué, échec, ne correspond(|ent) pas,
    litige, anomalie(|s), non conforme(|s)
""")

#: They mean a fault only with a "ne", a "pas" or a "plus" in their clause.
FAULT_VERBS = split_terms(f"""
    marche, marchent, marchait, fonctionne, fonctionnent, fonctionnait, fonctionné, répond, répondent, réagit, entend,
    entends, entendons, démarre, démarrent, s'allume, allume, s'ouvre, ouvre, s'ouvrent, se ferme, charge, chargent,
    se charge, chargé{AGREEMENT}, s'affiche, affiche, s'affichent, affiché, apparaît, apparaissent, apparaissait,
    se lance, lance, s'imprime, imprime, chauffe, refroidit, tourne, capte, reconnaît, reconnaissent,
    reconnu{AGREEMENT}, enregistre, enregistré{AGREEMENT}, s'actualise, s'actualisent, actualise, actualisent,
    actualisé{AGREEMENT}, se synchronise, synchronise, synchronisent, se désactive, désactive, s'active, active,
    activer, désactiver, renvoie, reçois, recevons, reçu{AGREEMENT}, recevoir, arrivé{AGREEMENT}, arrive, arrivent,
    parvenu{AGREEMENT}, livré{AGREEMENT}, expédié{AGREEMENT}, crédité{AGREEMENT}, remis{AGREEMENT},
    distribué{AGREEMENT}, envoyé{AGREEMENT}, pris en compte, prise en compte, pris{AGREEMENT} en charge, peux,
    pouvons, peut, pouvais, ai pu, avons pu, parviens, parvenons, réussis, réussissons, accès, accéder, connecter,
    me connecter, nous connecter, se connecter, télécharger, ouvrir, envoyer, modifier, valider, payer, imprimer,
    enregistrer, passe, passent, va pas, valide(|s), possible, disponible(|s), conforme(|s), correct{AGREEMENT}, bon,
    bonne, s'arrête, s'arrêtent, pris(|e|es), acheté(|e|s|es), appliqué(|e|s|es), pas prise en compte,
    déduit(|e|s|es), crédité(|e|s|es), traité(|e|s|es), réparé(|e|s|es), remplacé(|e|s|es), changé(|e|s|es),
    corrigé(|e|s|es), modifié(|e|s|es), annulé(|e|s|es), supprimé(|e|s|es), activé(|e|s|es), validé(|e|s|es),
    confirmé(|e|s|es), versé(|e|s|es), effectué(|e|s|es), nettoyé(|e|s|es), ramassé(|e|s|es), payé(|e|s|es), recharge,
    rechargent, se recharge, se rechargent, sur le tapis, dans le carton, dans le colis, retrouve, trouve, vois,
    commandé{AGREEMENT}, demandé{AGREEMENT}, souscrit{AGREEMENT}
""")

#: Waiting and asking again. Whoever writes this is often angry, but not always.
COMPLAINTS = split_terms(f"""
    (deuxième|troisième|quatrième|cinquième) semaine, qui me rend, qui me rendra, trois fois personne,
    deux fois personne, lève le petit doigt, on m'a dit que, on m'avait dit que,
    (deuxième|troisième|quatrième|cinquième|énième) (tentative|essai|visite|rendez-vous), pas de réponse,
    aucune réponse, sans réponse, jamais de réponse, pas de nouvelles, aucune nouvelle, aucun retour, pas de retour,
    sans retour de votre part, sans nouvelles, toujours rien, toujours pas, toujours aucun(|e), toujours sans,
    encore pas, pas encore, pas répondu, jamais répondu, pas rappelé, jamais rappelé,
    resté(|e|s) sans (réponse|suite|retour),
    personne (ne|n'a|n'est) (répond|répondu|rappelle|rappelé|réagit|disponible|joignable|décroche|prévenu|me répond|nous répond),
    personne ne, personne n'a, joindre personne, joindre quelqu'un, j'attends (toujours|encore|depuis),
    attends toujours, attendons toujours, j'attends depuis, attendons depuis, que j'attends, qu'on attend,
    que nous attendons, {SPANS} d'attente, {SPANS} que j'attends, {SPANS} que nous attendons,
    {ORDINALS} (fois|relance|mail|appel|message|demande|rappel|réclamation|courrier), à plusieurs reprises,
    plusieurs fois, maintes fois, encore une fois, encore une panne, encore la même, encore le même, recommence,
    même problème, relance(|s), relancé(|e), mise en recouvrement, recouvrement, ma réclamation, réclamation,
    une réclamation, reporté(|e|s), annulé(|e|s) sans, on me balade, baladé(|e), ignoré(|e|s), raccroche au nez,
    raccroché au nez, la ligne a été coupée, promis(|e|es) (et|mais|pour), promise, était promise,
    n'est (encore|toujours) pas, rien n'a été fait, rien n'a changé, rien n'avance, rien ne bouge,
    depuis des (jours|semaines|mois|heures), des (semaines|mois|jours|heures) que, d'abord deux jours
""")

#: "Ne … plus" says that something has stopped working, unless it is only no longer wanted, or over.
NOT_WANTED = split_terms("""
    plus (besoin|souhaite|envie|intéressé|intéressée|nécessaire|urgent|utile|utiliser|utilise|jamais|que|tard|vite),
    plus (grand|de problème|de problèmes|aucun problème|de souci|aucun souci|recevoir|commander|revenir|rien à),
    ne (souhaite|souhaitons|veux|voulons|désire|utilise|utilisons) plus, n'en ai plus, n'en avons plus, non plus,
    en plus, de plus, au plus, ne commanderai plus, ne reviendrai plus
""")
