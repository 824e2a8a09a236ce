"""Action: whether the writer wants something done or answered.

A sum of 1.0 means yes. Requests such as "¿podrían…?" cannot be negated; wishes ("necesito") can.
"""

from tickets.classification.vocabularies.group import Group, split_terms
from tickets.classification.vocabularies.spanish.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED


def _request(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "never")


def _wish(weight: float, terms: str) -> Group:
    return Group("action", weight, split_terms(terms), "close")


ACTION: tuple[Group, ...] = (
    # Asking somebody to do something
    _request(
        1.2,
        """
        podrían, podría, podríais, podrías, pueden mirarlo, pueden decirme, pueden enviarme, pueden ayudarme,
        puede decirme, puede ayudarme, pueden revisar, me pueden, me puede, me puedes, me podéis, nos pueden,
        nos puede, puedes decirme, podéis decirme, se puede, se podría, puedo pedir, podemos pasar, sería posible,
        es posible, hay alguna forma, hay forma de, hay posibilidad, existe la posibilidad, le ruego, les ruego,
        ruego, rogamos, les rogamos, les pido, le pido, les pedimos, pido, pedimos, pido que, solicito, solicitamos,
        solicito que, exijo, exigimos, reclama, reclamamos, quiero que, quisiera que, espero que me, necesito que,
        espero una, espero su respuesta, esperamos su respuesta, quedo a la espera, a la espera de, espero noticias,
        espero respuesta,
        (corrijan|envien|revisen|manden|confirmen|devuelvan|cambien|cancelen|anulen|borren|eliminen|bloqueen|desbloqueen|arreglen|solucionen|reparen|abonen|reembolsen|contesten|respondan|llamen|avisen|ayuden|expliquen|indiquen|informen|faciliten|comprueben|verifiquen|resuelvan|activen|desactiven|actualicen|tramiten|retiren)(|lo|la|los|las|me|nos|melo|mela|noslo),
        (hagan|den|digan|pongan|quiten|miren|envie|corrija|revise|mande|confirme|llame|conteste|responda|ayude|avise|diga)(lo|la|los|las|le|les|me|nos|melo|noslo),
        vengan, vénganse, díganme, dígame, dime, decidme, envíenme, envíeme, envíame, enviadme, envíen, envíen a,
        mándenme, mándeme, mándame, mandadme, llámenme, llámeme, llámame, llamadme, llámennos, llamen, contesten,
        contéstenme, respondan, respóndanme, ayúdenme, ayúdeme, ayúdame, ayudadme, confírmenme, confírmenmelo,
        confírmeme, confirmen, revisen, revísenlo, revisad, comprueben, corrijan, cambien, cancelen, den de baja,
        denme de baja, anulen, borren, borrad, eliminen, bloqueen, bloquéenla, desbloqueen, arreglen, solucionen,
        solucionadlo, soluciónenlo, reparen, devuelvan, devuélvanme, paguen, abonen, reembolsen, manden,
        pónganse en contacto, póngase en contacto, contacten conmigo, contáctenme, háganme, hagan algo,
        hagan el favor, háganmelo saber, hágannos saber, expliquen, explíquenme, indíquenme, infórmenme, avísenme,
        avísame, avisadme, denme, deme, dadme, facilítenme, me gustaría saber, quisiera saber, quería saber,
        querría saber, me borren, me devuelvan, me envíen, me llamen, me digan, me confirmen, me contesten, me manden,
        me expliquen, me den, me den una solución, nos llamen, nos envíen
        """,
    ),
    # Asking without a question mark
    _request(
        1.0,
        """
        cuándo (llega|llegará|llegan|viene|vendrá|podré|puedo|podemos|estará|estarán|será|me|nos|hay),
        tienen (algún|alguna|este|esta|ese|stock|disponible|en),
        tenéis (algún|alguna|este|esta|ese|stock|disponible|en), cómo puedo, cómo se, cómo añado, cómo hago,
        cómo podemos, dónde puedo, dónde está, dónde encuentro, donde esta, donde puedo, por qué, porque me cobran,
        cuánto cuesta, cuánto tarda, cuánto tiempo, cuánto vale, cuál es, cuáles son, qué precio, qué debo, qué hago,
        qué tengo que, qué pasa con, qué documentos, a qué hora, tengo que, quién puede, saber si, saber cómo,
        saber cuándo, tengo una pregunta, tengo una duda, una pregunta, una consulta, una duda, mi pregunta, mi duda,
        mi consulta, pregunta sobre, consulta sobre, duda sobre, si es posible, si fuera posible, no sé cómo,
        no sé qué hacer, entra en garantía, alguna novedad, alguna noticia, novedades sobre, socorro, auxilio,
        ayuda por favor, urgente, asap
        """,
    ),
    # Wishes and needs of the writer
    _wish(
        1.0,
        """
        necesito, necesitamos, necesitaría, necesitaríamos, me hace falta, nos hace falta, quiero, queremos, quisiera,
        quisiéramos, querría, querríamos, quería cambiar, quería pedir, quería solicitar, quería preguntar,
        quería consultar, me gustaría, nos gustaría, deseo, deseamos, desearía, busco, buscamos, estoy buscando,
        me interesa, nos interesa, estoy interesado, estoy interesada, estamos interesados, preciso, precisamos,
        espero una explicación, espero una solución, solicitar, solicitud, pedir cita, cancelar, cancelación, anular,
        anulación, darme de baja, dar de baja, baja del servicio, me doy de baja, desistimiento, desistir, cambiar mi,
        cambiar la, cambiar el, modificar mi, presupuesto, una copia, copia de la, un certificado, certificado de,
        aplazar la, cambio de titular, cambio de domicilio
        """,
    ),
    _wish(
        0.5,
        """
        respuesta, solución, explicación, confirmación, confirmar, confirmarme, revisar, revisión, reparación,
        reparar, sustitución, sustituir, cambio, técnico, cita, corregir, corrección, modificar, eliminar, bloquear,
        desbloquear, activar, enviar, enviarme, factura correcta, ayuda, información, inmediatamente, cuanto antes,
        plazo, alguien
        """,
    ),
    # Something does not work: whoever reports it wants it mended
    Group("action", 1.0, FAULTS, "close"),
    Group("action", 1.0, FAULT_VERBS, "needed"),
    Group("action", 1.0, COMPLAINTS, "never"),
    Group("action", 1.0, ("ya no",), "never"),
    Group("action", 0.0, NOT_WANTED, "never"),
    _request(
        1.0,
        """
        reembolso, reembolsar, reintegro, devolución, devolver, mi dinero, el dinero, indemnización, compensación,
        daños y perjuicios, abogado, abogados, mi abogado, demanda, demando, denunciar, denuncia, denuncio,
        denunciarlos, oficina de consumo, retrocesión, contracargo, chargeback, filtración de datos, fuga de datos,
        brecha, hackeado, hackeada, hackearon, robado, robaron, fraude, rgpd, no he autorizado, no autorizado,
        suplantación, acoso, amenazó, amenazado, olor a gas, a gas, incendio, incendió, fuego, humo, chispas, explotó,
        explosión, descarga eléctrica, herido, heridos, quemaduras, quemadura, respirador, apagón, sin luz,
        cortaron la luz
        """,
    ),
    # Bare "por favor": common, and rarely worth showing
    Group("action", 1.0, split_terms("por favor, porfavor, porfa, x favor, please"), "never", plain=True),
    # Orders and questions at the start of a sentence
    Group(
        "action",
        1.0,
        split_terms("""
        dónde, por qué, cuánto, cuánta, cuántos, cuántas, cuáles, puedo, podemos, puede, pueden, podéis, puedes, hay,
        tienen, tenéis, tienes, es posible, debo, tengo que, envíen, manden, llamen, contesten, respondan, revisen,
        corrijan, cancelen, anulen, borren, bloqueen, arreglen, solucionen, devuelvan, paguen, abonen, confirmen,
        ayuda, díganme, quiero, necesito
        """),
        "never",
        opens_sentence=True,
    ),
    # Shields and counterweights: formulas and notices that ask for nothing
    Group(
        "action",
        0.0,
        split_terms("""
        gracias por (el|su|la) (reembolso|reintegro|devolución|compensación), recibido el reembolso,
        he recibido el reembolso, ha llegado el reembolso, no dude en, no duden en, no duden en contactar,
        si tiene alguna duda, si tienen alguna duda, cualquier duda, por favor no responda, por favor no respondan,
        adjunto encontrará, adjunto encontrarán, según lo acordado, según lo solicitado, como solicitaron,
        a su solicitud, gracias por su respuesta, gracias por la respuesta, gracias por la ayuda,
        muchas gracias por la ayuda, muchísimas gracias por la ayuda, gracias por su ayuda,
        muchas gracias por su ayuda, la ayuda tan, quería darles las gracias, solo quería darles, quería agradecer,
        quiero agradecer, denle recuerdos, denle las gracias, quiero felicitar, quiero decir algo bueno,
        quiero decir que estoy, quería decir, quería felicitar, queremos agradecer, solo quería comentarlo,
        solo quería, confirmo la, no hace falta que contesten, no hace falta que respondan,
        no es necesario que contesten, no es necesario que respondan, no necesito respuesta, no hace falta respuesta,
        no es necesario responder, no necesito nada, no hace falta, servicio técnico, su técnico, el técnico fue,
        técnico fue, cita del, confirmo la cita, ningún problema, sin ningún problema, no hay problema, sin problemas,
        sin problema, problema resuelto, problema solucionado, problema está resuelto, problema está solucionado,
        problema se ha resuelto, sin errores, ninguna queja, no tengo queja, no tengo ninguna queja, de reclamaciones,
        departamento de reclamaciones, buenas tardes, por la tarde, más tarde, esta tarde, falta de respeto,
        no puedo recomendar, no se puede pedir más, no puedo quejarme, no me puedo quejar, pérdida de tiempo,
        no me sirve, gracias de nuevo, de nuevo gracias, tratar con un servicio técnico, cambio de línea se,
        el cambio de línea, no puede ser, cómo tratan, qué bien, qué maravilla, qué gusto, qué rapidez, qué asco,
        qué vergüenza
        """),
        "never",
    ),
    Group(
        "action",
        -0.6,
        split_terms("""
        para su información, a título informativo, les informo de que, ya está resuelto, ya está solucionado,
        ya resuelto, está resuelto, ya funciona, ya va todo, todo solucionado, pueden cerrar, se puede cerrar,
        puede cerrarse, pueden cerrarlo, ya no es necesario, estaré de vacaciones, estoy de vacaciones,
        (baja|permiso) (por maternidad|por paternidad|médica|maternal), no leo el correo, estaré ausente,
        estoy ausente, fuera de la oficina, respuesta automática, no responder, haga clic, darse de baja de este,
        todos los derechos reservados, de qué preocuparse
        """),
        "never",
        plain=True,
    ),
)
