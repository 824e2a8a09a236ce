"""What does not work, and who has been left waiting: words that ask for a look without being a feeling.

Urgency counts them as medium, and whoever reports them wants something done.
"""

from tickets.classification.vocabularies.group import split_terms
from tickets.classification.vocabularies.spanish.inflection import ENDINGS, ORDINALS, SPANS

FAULTS = split_terms(f"""
    error, errores, 404, 500, 502, 503, vací{ENDINGS}, al pulsar, cuando pulso, al hacer clic, cuando hago clic,
    tibia, tibio, ha dejado de, han dejado de, dejó de, cuando (yo|solo|en realidad|ya),
    aunque (yo|he|había|tengo|estaba|está|pagué|la|lo), comunicaba, comunicando, da vueltas, ahí se queda,
    se queda cargando, no avanza, no deja de, sale fría, sale tibia, renovado (la|el|mi)(| suscripción| contrato),
    me han renovado, renovación automática, aunque cancelé, aunque ya (pagué|había pagado|cancelé|está cancelado),
    cobrado aunque, me han pasado, me pasaron, no existe, vuelo (cancelado|retrasado|perdido|anulado),
    cancelaron el vuelo, cancelado el vuelo, en lugar de, en vez de, en lugar (del|de la|de los), en vez (del|de la),
    apenas se oye, apenas se ve, apenas se lee, mensaje de error, erróne{ENDINGS}, bug, bugs, fallo, fallos, falla,
    fallan, fallando, fallas, fallado, avería, averías, averiad{ENDINGS}, problema, problemas, incidencia,
    incidencias, incidente, defecto, defectos, defectuos{ENDINGS}, rot{ENDINGS}, se rompió, se ha roto,
    quebrad{ENDINGS}, partid{ENDINGS} en dos, rayad{ENDINGS}, rajad{ENDINGS}, dañad{ENDINGS}, daño, daños,
    golpead{ENDINGS}, abollad{ENDINGS}, estropead{ENDINGS}, estropea, descompuest{ENDINGS}, deteriorad{ENDINGS},
    manchad{ENDINGS}, despegad{ENDINGS}, gotea, goteando, pierde agua, fuga de agua, parpadea, parpadeando, pita,
    hace ruido, solo ruido, ruido en la línea, interferencias, lent{ENDINGS}, muy lent{ENDINGS}, lentitud, va lento,
    va lenta, tarda mucho, se cuelga, cuelga solo, colgad{ENDINGS}, congelad{ENDINGS}, se congela, se bloquea,
    bloquead{ENDINGS}, atascad{ENDINGS}, trabad{ENDINGS}, se traba, se cierra, se cierra sola, se cierra solo,
    se apaga, se reinicia, se corta, se cortó, cortes, corte, cortad{ENDINGS}, se cae, se cayó, se desconecta,
    desconectad{ENDINGS}, sin conexión, sin servicio, sin señal, sin internet, sin línea, sin cobertura en,
    sin agua caliente, sin calefacción, no hay (internet|luz|línea|señal|conexión|agua|servicio|tono|manera|forma),
    caíd{ENDINGS}, fuera de servicio, indisponible, inválid{ENDINGS}, incorrect{ENDINGS}, equivocad{ENDINGS},
    equivocación,
    mal (cobrado|facturado|calculado|escrito|impreso|anotado|la contraseña|la dirección|la lectura|la talla),
    han anotado mal, por error, por equivocación, rechazad{ENDINGS}, rechaza, ha rechazado, denegad{ENDINGS},
    caducad{ENDINGS}, vencid{ENDINGS}, expirad{ENDINGS}, falta, faltan, faltaba, faltaban, faltante,
    incomplet{ENDINGS}, perdid{ENDINGS}, extraviad{ENDINGS}, desaparecid{ENDINGS}, ha desaparecido, han desaparecido,
    desaparece, se pierden, se pierde, cobrado dos veces, cobraron dos veces, me han cobrado, me cobraron,
    cobrando de más, cobrado de más, cobro de más, doble cobro, cobro duplicado, cargo duplicado, duplicad{ENDINGS},
    duplica, por duplicado, no cuadran, retraso, retrasos, retrasad{ENDINGS}, con retraso, tarde, demora, demoras,
    página en blanco, pantalla en blanco, pantalla negra, hojas en blanco, en blanco, he olvidado la contraseña,
    olvidé mi contraseña, olvidé la contraseña, spam, virus, phishing, imposible, es imposible, me resulta imposible,
    no vino nadie, no ha venido nadie, no se presentó nadie, no apareció nadie, no me ha llegado nada,
    no ha llegado nada, no he recibido nada, no recibí nada, desactivad{ENDINGS}, no puedo, no podemos, no se puede,
    no me deja, no nos deja, no deja, no consigo, no logro, no logramos, no conseguimos, no hay manera de,
    aplazad{ENDINGS}, aplazar la cita, sin contratar, desperfecto, desperfectos, por meter mal
""")

#: They mean a fault only with a "no" before them.
FAULT_VERBS = split_terms(f"""
    funciona, funcionan, funcionaba, funcionó, funcionando, va, van, anda, carga, cargan, arranca, enciende,
    se enciende, abre, se abre, abren, cierra bien, responde, responden, reacciona, imprime, calienta, enfría,
    aparece, aparecen, apareció, me aparece, sale, salen, salió, se ve, se ven, se muestra, muestra, se actualiza,
    se actualizan, actualiza, sincroniza, sincronizan, se sincroniza, oye, se oye, oigo, oímos, cogí, compré,
    contraté, aplicado, han aplicado, aplicaron, vale, para, paran, descontado, descontaron, descuenta, ingresado,
    devuelto, tramitado, reparado, arreglado, cambiado, corregido, anulado, activado, confirmado, pagado, limpiado,
    recogido, atendido, templa, mostraba, mostraban, reconoce, reconocen, detecta, acepta, aceptan, se aplica, aplica,
    admite mi, envía, envían, llega, llegan, llegó, ha llegado, han llegado, llegaba, llegaron, me llega, me llegan,
    nos llega, recibo, recibimos, he recibido, hemos recibido, recibí, recibido, entregado, entregaron, han entregado,
    enviado, han enviado, enviaron, abonado, han abonado, reembolsado, devuelve, devuelven, puedo, podemos, pude,
    pudimos, he podido, hemos podido, pueden, se puede, deja, consigo, logro, entrar, acceder, iniciar sesión,
    conectar, conectarme, descargar, subir, guardar, enviar, modificar, cambiar, pagar, imprimir, abrir, desactivar,
    activar, pasa, vino, han venido, ha venido, encuentro, veo, encuentra, es válido, es válida, válid{ENDINGS},
    es correcto, es correcta, corresponde, corresponden, coincide, coinciden, cuadra, cuadran, contratado,
    he contratado, pedido, pedí, he pedido, solicitado, encaja, cabe, disponible, enviaron lo que
""")

#: Waiting and asking again. Whoever writes this is often angry, but not always.
COMPLAINTS = split_terms(f"""
    (segunda|tercera|cuarta|quinta) semana, quién me (devuelve|paga|compensa), nadie mueve, sin que venga,
    tres días sin que, me dijeron que, (tercer|cuarto|quinto|segundo|enésimo) (intento|correo|técnico),
    me siguen cobrando, siguen cobrando, sin respuesta, sin contestación, sin contestar, sin noticias, sin solución,
    ninguna respuesta, ninguna solución, ninguna noticia, no responden, no contestan, no me contestan,
    no me responden, no nos contestan, no nos responden, no contesta nadie, no responde nadie,
    nadie (contesta|responde|me contesta|me responde|me llama|llama|ha llamado|atiende|ha avisado|sabe nada|se hace cargo|me da|ha venido|vino),
    no ha venido, no vino, no han venido, no me han llamado, no han llamado, no me han contestado, no han contestado,
    no me han respondido, no han respondido, no tengo respuesta, todavía no, aún no, sigo esperando,
    seguimos esperando, sigo sin, seguimos sin, sigue sin, siguen sin, sigue igual, sigue averiad{ENDINGS},
    sigue fallando, llevo {SPANS}, llevamos {SPANS}, llevan {SPANS}, llevo esperando, llevamos esperando,
    ya van {SPANS}, llevan (días|semanas|meses), llevo (días|semanas|meses|horas), {SPANS} esperando, esperando desde,
    esperando una respuesta, {SPANS} al teléfono, hace {SPANS} que,
    {ORDINALS} (vez|aviso|correo|llamada|mensaje|reclamación|reclamo|intento), por {ORDINALS} vez, varias veces,
    muchas veces, repetidas veces, en repetidas ocasiones, otra vez, nuevamente, una vez más, otra avería,
    otra avería más, el mismo fallo, el mismo problema, mismo error, lo mismo de siempre, meses con lo mismo,
    vuelto a aplazar, vuelto a fallar, vuelve a fallar, ha vuelto a, han vuelto a, y nada, mi reclamación,
    reclamación, reclamo, queja, recobro, cobrador, morosos, me prometen, nos prometen, nunca llama nadie,
    nunca llaman, prometieron, me prometieron, nos prometieron, prometid{ENDINGS}, me aseguraron, nos aseguraron,
    quedaron en, dando largas, dándome largas, dándonos largas, no haya forma, me cuelgan, me colgaron,
    me han colgado, ignoran, me ignoran, nos ignoran
""")

#: "Ya no" says that something has stopped working, unless it is only no longer wanted, or over.
NOT_WANTED = split_terms("""
    ya no (necesito|necesitamos|quiero|queremos|deseo|deseamos|uso|usamos|utilizo|me interesa|nos interesa),
    ya no (hace falta|me hace falta|es necesario|será necesario|es urgente|hay problema|hay problemas|hay ningún),
    ya no (hay de qué|compro|volveré|tengo interés|vivo|soy|estoy)
""")
