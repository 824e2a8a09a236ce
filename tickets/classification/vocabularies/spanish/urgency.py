"""Urgency: what makes a ticket urgent, and what says that it can wait.

A sum of 1.0 is high, 0.4 medium. A weight of 1.0 decides alone; smaller weights of the label "high" add up.
"""

from tickets.classification.vocabularies.group import Group, Matter, Negation, split_terms
from tickets.classification.vocabularies.spanish.faults import COMPLAINTS, FAULT_VERBS, FAULTS, NOT_WANTED
from tickets.classification.vocabularies.spanish.inflection import AGAIN, ENDINGS


def _always(matter: Matter, terms: str) -> Group:
    return Group("high", 1.0, split_terms(terms), "close", always=True, matter=matter)


def _high(weight: float, terms: str, negation: Negation = "close") -> Group:
    return Group("high", weight, split_terms(terms), negation)


URGENCY: tuple[Group, ...] = (
    # Legal threats
    _always(
        "legal",
        """
        abogado, abogada, mi abogado, asesor legal, asesoría jurídica, servicios jurídicos, defensa jurídica,
        protección jurídica, seguro jurídico, acciones legales, acción legal, medidas legales, vía legal,
        vías legales, vía judicial, por la vía judicial, procedimiento judicial, demanda judicial, demanda contra,
        demandar, demandarles, demandarlos, demandaré, demandaremos, les demando, los demando, les demandaré,
        poner una demanda, interponer una demanda, ir a juicio, a juicio, juicio contra, llevar a juicio, interpondré,
        juzgado, juzgados, tribunales, ante los tribunales, monitorio, denuncia, denunciar, denunciarlos,
        denunciarles, denunciaré, denuncio, les denuncio, los denuncio, poner una denuncia, denuncia en comisaría,
        querella, burofax, daños y perjuicios, indemnización por daños, oficina de consumo, oficina del consumidor,
        omic, hoja de reclamaciones, hojas de reclamaciones, hoja de reclamación, asociación de consumidores,
        defensa del consumidor, protección al consumidor, profeco, sernac, indecopi, ocu, facua, arbitraje,
        junta arbitral, defensor del cliente, defensor del pueblo, banco de españa, aesa, cnmc, superintendencia,
        incumplimiento de contrato, incumplimiento contractual, demanda colectiva, lawsuit
    """,
    ),
    # Chargebacks
    _always(
        "chargeback",
        """
        chargeback, contracargo, contracargos, contra cargo, retrocesión, retrocesión del cargo, retrocesión del pago,
        retroceder el cargo, retroceder el pago, devolución del recibo, devuelvo el recibo, devolveré los recibos,
        devuelvo los recibos, devolver el recibo, devolveré el recibo, devuelto el recibo, he devuelto el recibo,
        disputa del cargo, disputar el cargo, disputa con mi banco, disputa en paypal, disputa con el banco,
        desconocer el cargo, desconozco el cargo, desconozco este cargo, rechazar el cargo,
        anular el cargo con mi banco, reclamar al banco el cargo
    """,
    ),
    # Breaches of security and of privacy
    _always(
        "breach",
        f"""
        fuga de datos, filtración de datos, filtraciones de datos, datos filtrados, filtrado mis datos,
        filtraron mis datos, brecha de seguridad, brecha de datos, violación de datos, robo de datos, datos robados,
        robo de identidad, suplantación de identidad, alguien ha (contratado|abierto|pedido), contratado a mi nombre,
        a mi nombre sin, en mi nombre sin, suplantado mi identidad,
        (desconocido|desconocidos|alguien) (ha|han) (usado|utilizado|entrado|accedido), alguien ha entrado,
        alguien entró, alguien usa mi, conexión desde otro, inicios de sesión (desconocidos|sospechosos|extraños),
        accesos desconocidos, suplantando, hackead{ENDINGS}, han hackeado, hackeo, hackearon, me hackearon, hacker,
        hackers, jaquead{ENDINGS}, pirateado, pirateada, ciberataque, ataque informático, ransomware,
        fallo de seguridad, vulnerabilidad, vulnerabilidades, incidente de seguridad, acceso no autorizado,
        accesos no autorizados, entrado en mi cuenta, entraron en mi cuenta, accedido a mi cuenta,
        cuenta comprometida, contraseñas expuestas, datos de otro cliente, datos de otros clientes,
        datos de otra clienta, datos de otra persona, facturas de otro cliente, factura de otro cliente,
        facturas de otros clientes, datos a terceros, cedido mis datos, vendido mis datos, mis datos a terceros,
        divulgado mis datos, datos sin mi consentimiento, vulneración del rgpd, incumplimiento del rgpd,
        infracción del rgpd, vulneración de la protección de datos, agencia de protección de datos,
        agencia española de protección de datos, aepd
    """,
    ),
    # Danger to people and things
    _always(
        "safety",
        f"""
        olor a gas, huele a gas, huele mucho a gas, huele fuerte a gas,
        huele (muchísimo|muy fuerte|bastante|demasiado) a gas, fuga de gas, escape de gas, monóxido de carbono,
        intoxicación, intoxicad{ENDINGS}, incendio, incendió, se incendió, incendiad{ENDINGS}, prendió fuego,
        se prendió, fuego, en llamas, llamas, ardiendo, ardió, arde, quemad{ENDINGS}, se quemó, me quemé, quemadura,
        quemaduras, quemando, echa humo, sale humo, humo, chispas, echó chispas, chispazo, cortocircuito,
        electrocutad{ENDINGS}, electrocución, descarga eléctrica, (ha dado|dio|da|dado|recibí|recibió) una descarga,
        una descarga eléctrica, dio calambre, calambre, calambrazo, explotó, explota, explosión, explotad{ENDINGS},
        reventó, herid{ENDINGS}, se cortó con, se ha cortado con, me corté con, herida, lesión, lesiones,
        lesionad{ENDINGS}, sangre, sangrando, peligro de muerte, en peligro, peligro, peligros{ENDINGS}, mortal,
        respirador, ventilador mecánico, oxígeno, concentrador de oxígeno, diálisis, marcapasos, bomba de insulina,
        insulina, equipo médico, aparato médico, reacción alérgica, alérgic{ENDINGS}, anafilaxia, envenenad{ENDINGS},
        asfixia, ahogarse, suicidio, suicidarme, quitarme la vida, matarme, amenaza de muerte, amenazó, me amenazó,
        amenazad{ENDINGS}, amenazó con, pegarme, me pegó, agredid{ENDINGS}, agresión, agredió, me golpeó,
        atrapad{ENDINGS} en el ascensor, encerrad{ENDINGS} en el ascensor, inundación, inundad{ENDINGS}, inundando,
        cables pelados, cable pelado
    """,
    ),
    # Data protection in general, and people who must be left alone
    _high(
        1.0,
        """
        rgpd, gdpr, lopd, lopdgdd, derecho al olvido, derecho de acceso, derecho de supresión,
        derecho de rectificación, derechos arco, acceso a todos mis datos, acceso a mis datos personales,
        supresión de mis datos, borren mis datos, borrar mis datos, eliminen mis datos, eliminar mis datos,
        eliminación de mis datos, delegado de protección de datos, dpo, protección de datos, acoso, acosando, acosado,
        acosada, ilegal, ilegales, ilegalmente, ilícito, ilícita
        """,
    ),
    _high(
        0.5,
        "policía, comisaría, guardia civil, prensa, estafa, estafadores, fraude, vulneración",
    ),
    # Money that has to go back. "No me han devuelto el dinero" is as urgent as "devuélvanme".
    _high(
        1.0,
        f"""
        reembolso, reembolsos, reembolsar, reembolsen, reembolsad{ENDINGS}, reembólsenme, reintegro, reintegrar,
        devolución del importe, devolución del dinero, devolución de mi dinero, devolución íntegra, devolución de lo,
        devuelvan el dinero, devuelvan mi dinero, devuelvan el importe, me devuelvan, nos devuelvan, devuélvanme,
        devolvedme, devuélveme, devolverme el dinero, devolver el dinero, devuelto el dinero, han devuelto el dinero,
        mi dinero, nuestro dinero, el dinero de vuelta, indemnización, indemnizar, indemnicen, compensación,
        compensen, compensar, resarcimiento, refund
        """,
        "never",
    ),
    _high(
        0.0,
        """
        en caso de urgencia, en casos urgentes, en caso urgente, a mi juicio, a nuestro juicio, copia de seguridad,
        gracias por (el|su|la) (reembolso|reintegro|devolución|compensación), reembolso recibido,
        recibido el reembolso, he recibido el reembolso, llegó el reembolso, ha llegado el reembolso,
        política de reembolso, política de devoluciones, condiciones de devolución, se puede pedir el reembolso,
        no quiero reembolso, no necesito reembolso, no pido reembolso, garantía de devolución, contacto de emergencia,
        teléfono de emergencias, en caso de emergencia, salida de emergencia, detector de humo, detector de humos,
        detectores de humo, ventilador de, a fuego lento, atención inmediata recibida, me atendieron inmediatamente,
        respondieron inmediatamente, inmediatamente después, inmediatamente antes, se cierra inmediatamente,
        crítica constructiva, una crítica, críticas constructivas
        """,
    ),
    # Fraud
    _high(
        1.0,
        """
        un desconocido, unos desconocidos, una desconocida, derretido, derretida, se derritió, se ha derretido,
        sobrecalienta, sobrecalentamiento, se calienta (tanto|mucho|demasiado), un fraude, es fraude, posible fraude,
        sospecho que es un fraude, sospecha de fraude, intento de fraude, cargo fraudulento, cargos fraudulentos,
        fraudulento, fraudulenta, fraudulentos, tarjeta robada, robado la tarjeta, robado mi tarjeta, me han robado,
        me robaron, robo de mi tarjeta, robo de tarjeta, bloquear mi tarjeta, bloqueen mi tarjeta,
        bloqueen la tarjeta, cargo no autorizado, cargos no autorizados, cobro no autorizado, cobros no autorizados,
        pago no autorizado, no he autorizado, no autoricé, no autorizado, no autorizados, no reconozco, cargos que no,
        cargo que no reconozco, sin mi autorización, sin autorización, sin mi consentimiento, sin mi permiso,
        clonado mi tarjeta, clonaron mi tarjeta, fraud
        """,
        "never",
    ),
    # Speed asked for
    _high(
        1.0,
        f"""
        urgente, urgentes, urgentemente, urgencia, con urgencia, muy urgente, urgentísimo, urge, me urge, nos urge,
        inmediat{ENDINGS}, inmediatamente, de inmediato, ahora mismo, vengan (enseguida|ya|rápido|pronto),
        vengan cuanto antes, ya mismo, en este momento necesito, sin demora, sin dilación, sin más demora,
        cuanto antes, lo antes posible, a la mayor brevedad, a la mayor brevedad posible, con la mayor brevedad,
        lo más pronto posible, tan pronto como sea posible, lo más rápido posible, lo más rápidamente posible, asap,
        prioridad máxima, máxima prioridad, alta prioridad, prioridad alta, prioritario, prioritaria, p1,
        no puede esperar, no puedo esperar más, no podemos esperar más, no admite demora, hoy mismo, hoy antes,
        antes de hoy, en 24 horas, en menos de 24 horas, en las próximas 24 horas, en la próxima hora,
        antes de una hora, último aviso, última advertencia, último requerimiento, emergencia, emergencias, vence hoy,
        plazo vence, les damos de plazo, de plazo hasta
        """,
    ),
    # Weight and rank
    _high(
        1.0,
        """
        crítico, crítica, críticos, críticas, gravísimo, muy grave, problema grave, crucial, escalen, escalamiento,
        junta directiva, su (gerente|director|presidente), con (el|la) (gerente|gerencia|dirección|director),
        a la dirección, a la prensa, medios de comunicación, periodista, periodistas, hacerlo público,
        pérdidas económicas, perdiendo dinero, perdiendo clientes, perdemos dinero, perdemos clientes,
        perdiendo ventas, lucro cesante
        """,
    ),
    _high(
        0.3,
        """
        bebé, recién nacido, embarazada, persona mayor, discapacitado, discapacitada, datos personales, privacidad,
        abogados, abogadas, bufete, su responsable, con un responsable, con el responsable, hoy, esta noche,
        mañana temprano, supervisor, supervisora, cancelar mi contrato, baja inmediata, si el viernes,
        antes del viernes, antes del lunes, plazo
        """,
    ),
    _high(
        0.7,
        """
        todos los usuarios, todos nuestros usuarios, todos los clientes, todos nuestros clientes, toda la empresa,
        toda nuestra empresa, toda la oficina, todo el equipo, todo el edificio, todas las tiendas,
        todas nuestras tiendas, ninguna tienda, ningún cliente puede, ningún cliente, toda nuestra sede, toda la sede,
        empleados no pueden, todo el barrio
        """,
    ),
    _high(
        0.5,
        """
        importante, muy importante, nóminas, consecuencias, hospital, ambulancia, vital, deadline, escalar, escalado,
        grave, serio problema, prioridad, sin luz, sin electricidad, sin agua, cortaron la luz, cortado la luz,
        nos cortaron, me cortaron, días sin
        """,
    ),
    # Nothing works any more, or something is gone
    _high(
        1.0,
        """
        (totalmente|completamente) (caído|caída|parado|parada|bloqueado|bloqueada|inoperativo|inoperativa),
        caída total, caída general, caída del servicio, caída del sistema, apagón, corte de luz general,
        servidor caído, servidor está caído, servidores caídos, sistema caído, sistema está caído, se cayó el sistema,
        se ha caído el sistema, web caída, web está caída, página caída, página está caída, todo caído, todo parado,
        está todo parado, producción parada, parada la producción, negocio parado, paralizado, paralizada,
        paralizados, no pueden trabajar, no podemos trabajar, no puedo trabajar, nadie puede trabajar,
        no puede comprar, no pueden comprar, nadie puede entrar, nadie puede comprar, no podemos vender,
        no podemos cobrar, no puedo cobrar, las cajas no funcionan, no funciona nada, nada funciona, pérdida de datos,
        perdido todos los datos, perdido todos mis datos, se han borrado todos, se borró todo, datos borrados, outage
        """,
    ),
    # Trouble that somebody has to look at: medium, however often it is said
    Group("medium", 0.4, FAULTS, "close"),
    Group("medium", 0.4, FAULT_VERBS, "needed"),
    Group("medium", 0.4, COMPLAINTS, "never"),
    Group("medium", 0.4, ("ya no",), "never"),
    Group("medium", 0.0, NOT_WANTED, "never"),
    # Shields: fault words that report none
    Group(
        "medium",
        0.0,
        split_terms(f"""
        {AGAIN}, gracias otra vez, ningún problema, sin ningún problema, no hay problema, no hay ningún problema,
        sin problemas, sin problema, sin errores, ningún error, sin fallos, ningún fallo, problema resuelto,
        problema solucionado, problema está resuelto, problema está solucionado, problema ya está resuelto,
        problema se ha resuelto, problema se ha solucionado, error resuelto, avería resuelta, avería solucionada,
        ninguna queja, no tengo queja, no tengo ninguna queja, señora de reclamaciones, de reclamaciones,
        departamento de reclamaciones, sin falta, hace falta, hacen falta, falta de respeto, falta de seriedad,
        no hace falta, nada falta, buenas tardes, esta tarde, por la tarde, más tarde, de la tarde, tarde o temprano,
        perdida de tiempo, pérdida de tiempo, no puedo recomendar, no puede ser, no se puede pedir más,
        no puedo quejarme, no puedo pedir más, no me puedo quejar, no va conmigo, no va a, no van a, no pasa nada,
        no importa, no dejen de, aunque no pueda, cuenta corriente en, gracias de nuevo, de nuevo gracias,
        no lo encuentro caro, es para mí, pedido llegó, de nuevo a
        """),
        "never",
    ),
    # It can wait
    Group(
        "low",
        -0.6,
        split_terms("""
        no es urgente, nada urgente, no urge, sin urgencia, no hay urgencia, no hay prisa, sin prisa, sin prisas,
        no corre prisa, no tengo prisa, ninguna prisa, puede esperar, cuando puedan, cuando pueda, cuando podáis,
        cuando puedas, cuando tengan tiempo, cuando tenga tiempo, cuando tengas tiempo, con calma, tranquilamente,
        en algún momento, algún día, no es importante, sin importancia, poco importante, baja prioridad,
        prioridad baja, pregunta rápida, una pregunta rápida, una pregunta sencilla, una duda, pequeña duda,
        pregunta general, por curiosidad, solo por curiosidad, simple curiosidad, para su información,
        a título informativo, les informo, una sugerencia, sugerencia, sugerencias, una idea, propuesta de mejora,
        detalle menor, menor, cosmético, boletín, newsletter, respuesta automática, estaré de vacaciones,
        estoy de vacaciones, (baja|permiso) (por maternidad|por paternidad|médica|maternal), no leo el correo,
        estaré ausente, estoy ausente, fuera de la oficina, ya resuelto, ya está resuelto, ya solucionado,
        ya está solucionado, está resuelto, de qué preocuparse
        """),
        "never",
    ),
)
