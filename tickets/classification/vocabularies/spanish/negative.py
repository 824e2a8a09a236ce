"""Negative sentiment: what customers write when they are angry, disappointed or worried.

Words for faults ("averiado", "no funciona") are left out on purpose, since calm fault reports are full of them. A sum
of 0.5 decides; weights range from 0.2 (a weak hint) to 3 (an outburst).
"""

from tickets.classification.vocabularies.group import Group, Negation, split_terms
from tickets.classification.vocabularies.spanish.inflection import AGAIN, ENDINGS, ORDINALS, SPANS


def _negative(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("negative", -weight, split_terms(terms), negation)


NEGATIVE: tuple[Group, ...] = (
    # Anger
    _negative(
        3.0,
        f"""
        enfadad{ENDINGS}, enfado, enojad{ENDINGS}, enojo, cabread{ENDINGS}, cabreo, furios{ENDINGS}, furia, rabia,
        ira, iracund{ENDINGS}, indignad{ENDINGS}, indignante, indignantes, indignación, indigna, me indigna,
        nos indigna, hart{ENDINGS}, harta, hartísim{ENDINGS}, hartazgo, estoy hasta, hasta las narices, hasta el moño,
        hasta los huevos, hasta los cojones, hasta la coronilla, hasta el gorro, hasta las pelotas,
        encabronad{ENDINGS}, encabrona, molest{ENDINGS}, molestísim{ENDINGS}, irritad{ENDINGS}, irritante,
        exasperad{ENDINGS}, exasperante, desesperad{ENDINGS}, desesperante, desesperación, odio, odiamos, odioso,
        detesto, asco, asqueros{ENDINGS}, asquead{ENDINGS}, qué asco, me da asco, da asco, se acabó, ya basta,
        basta ya, basta, ya está bien, colmo, el colmo, es el colmo, la gota que, se me acaba la paciencia,
        se acabó mi paciencia, se me acabó la paciencia, mi paciencia, perdido la paciencia, perdiendo la paciencia,
        no aguanto más, no puedo más, no aguantamos más, tomadura de pelo, tomando el pelo, toman el pelo,
        tomar el pelo, tomado el pelo, se ríen de, se burlan de, riendo de, riéndose de, burla, una burla, tontos,
        tomarnos por tontos, por tonto, por idiota, por idiotas, nos toman por
        """,
    ),
    # Judgement: as bad as it gets
    _negative(
        3.0,
        f"""
        pésim{ENDINGS}, horrible, horribles, horroros{ENDINGS}, terrible, terribles, espantos{ENDINGS},
        nefast{ENDINGS}, lamentable, lamentables, vergonzos{ENDINGS}, vergüenza, qué vergüenza, una vergüenza,
        sinvergüenza, sinvergüenzas, deplorable, deplorables, patétic{ENDINGS}, penos{ENDINGS}, bochornos{ENDINGS},
        desastre, desastres, un desastre, desastros{ENDINGS}, catástrofe, catastrófic{ENDINGS}, pesadilla, infierno,
        calvario, caos, caótic{ENDINGS}, inaceptable, inaceptables, intolerable, intolerables, inadmisible,
        inadmisibles, imperdonable, inexcusable, escándalo, escandalos{ENDINGS}, inaudit{ENDINGS}, incalificable,
        insólito, alucinante, demencial, es de locos, de locos, ridícul{ENDINGS}, absurd{ENDINGS}, surrealista,
        kafkiano, chiste, un chiste, de chiste, broma de mal gusto, una broma, es broma, circo, un circo, payasos,
        payasada, basura, mierda, una mierda, puta, puto, joder, coño, cojones, carajo, hostia, gilipollas, imbécil,
        imbéciles, idiota, idiotas, inútil, inútiles, inepto, ineptos, panda de, panda de inútiles, atajo de,
        pandilla de, incompetente, incompetentes, incompetencia, ineptitud, chapuza, chapuzas, chapucer{ENDINGS},
        porquería, cutre, cutres, bazofia, trasto, malísim{ENDINGS}, fatal, peor, el peor, la peor, los peores,
        las peores, de lo peor, peores, de mal en peor, cero estrellas, una estrella, 0 estrellas, 1 estrella,
        un cero, despreciable, humillante, humillad{ENDINGS}, denigrante, insultante, caradura, caraduras, jeta,
        morro, tienen mucho morro, qué morro, qué cara, descar{ENDINGS}, poca vergüenza, desvergüenza, desfachatez,
        wtf
        """,
    ),
    # Frustration, disappointment, worry
    _negative(
        2.0,
        f"""
        decepcionad{ENDINGS}, decepcionante, decepcionantes, decepción, decepciona, defraudad{ENDINGS},
        frustrad{ENDINGS}, frustrante, frustración, disgustad{ENDINGS}, disgusto, descontent{ENDINGS}, descontento,
        insatisfech{ENDINGS}, insatisfacción, infeliz, indiferencia, triste, tristes, qué triste, tristeza,
        desanimad{ENDINGS}, desmoralizad{ENDINGS}, agotad{ENDINGS} de, agotador, cansad{ENDINGS} de, cansad{ENDINGS},
        cansino, fastidi{ENDINGS}, fastidios{ENDINGS}, desamparad{ENDINGS}, engañad{ENDINGS}, impotencia,
        estupefact{ENDINGS}, perplej{ENDINGS}, atónit{ENDINGS}, alucinad{ENDINGS}, consternad{ENDINGS},
        avergonzad{ENDINGS}, lamento decir, lamento comunicar, siento decir, perdido la confianza,
        perdida la confianza, perdí la confianza, ya no confío, no me fío, no confío, uf, uff, grr, argh
        """,
    ),
    _negative(
        1.0,
        f"""
        increíble, increíbles, {SPANS} esperando, llevo {SPANS} (sin|intentando|llamando|reclamando|pidiendo),
        no puede ser, esto no puede ser, molestia, molestias, (me siento|nos sentimos) abandonad{ENDINGS},
        preocupad{ENDINGS}, preocupante, preocupación, asustad{ENDINGS}, miedo, angustia, angustiad{ENDINGS},
        confus{ENDINGS}, sorprendid{ENDINGS} de que no, lástima, una lástima, qué pena, una pena, es una pena,
        engorros{ENDINGS}, complicad{ENDINGS}, complicadísimo, tedios{ENDINGS}, dudos{ENDINGS}, car{ENDINGS},
        carísim{ENDINGS}, demasiado caro, abusiv{ENDINGS}, abuso, un abuso, excesiv{ENDINGS}, desorbitad{ENDINGS},
        eternidad, una eternidad, interminable, quejarme, quejarnos, queja, quejas, me quejo
        """,
    ),
    # Judgement: bad
    _negative(
        2.0,
        f"""
        mal servicio, mala calidad, mala atención, mala experiencia, mal trato, malo, malos, malas, mala,
        mal atendid{ENDINGS}, muy mal, muy mala, muy malo, mediocre, mediocres, deficiente, deficientes, poco serio,
        poco serios, poca seriedad, poco profesional, poca profesionalidad, falta de respeto, falta de seriedad,
        falta de profesionalidad, falta de interés, falta de comunicación, falta de educación, sin educación,
        sin escrúpulos, sin vergüenza, dejadez, negligente, negligencia, desidia, ninguneo, ninguneado, ningunean,
        pasotismo, pasan de, pasando de, me gritó, me gritaron, riendo de mí, de malas maneras, malas formas,
        fue borde, fueron bordes, (muy|bastante|tan|superborde|un poco) borde, borde y, (muy|bastante|tan) bordes,
        (es|parece|vaya|puro) un robo, robo a mano armada, (se pasan|pasándose|pasarse) la pelota, groser{ENDINGS},
        grosería, maleducad{ENDINGS}, antipátic{ENDINGS}, desagradable, desagradables, despectiv{ENDINGS},
        despreciativ{ENDINGS}, desprecio, prepotente, prepotencia, arrogante, arrogancia, soberbi{ENDINGS}, chulería,
        insolente, me insultó, insultad{ENDINGS}, gritó, amenazas, amenazad{ENDINGS}, me amenazó, amenazó, acoso,
        acosad{ENDINGS}, acosando, discriminación, discriminad{ENDINGS}, injust{ENDINGS}, injusticia,
        desbordad{ENDINGS}, irresponsable, irresponsables, impresentable, impresentables, incumplimiento,
        incumplid{ENDINGS}, incumplen, incumplieron, no cumplen, no cumplieron, no han cumplido, dando largas,
        dándome largas, dándonos largas, dan largas, darme largas, dar largas, se pasan la pelota,
        pasándose la pelota, se lavan las manos, se desentienden, me despachó, despachó sin, me colgó, me cuelgan,
        me colgaron, me han colgado, cuelgan el teléfono, la misma plantilla, respuesta automática siempre,
        respuestas automáticas, respuestas de robot, excusas, puras excusas, excusa tras excusa, promesas vacías,
        falsas promesas, promesas incumplidas, palabrería, estafa, estafas, estafador, estafadores, estafadora,
        estafad{ENDINGS}, estafan, timo, timad{ENDINGS}, timadores, ladrones, ladrón, atraco, nos roban, me roban,
        robando, me han robado dinero, fraude de empresa, engaño, engañan, engañaron, engañando, engañoso, engañosa,
        publicidad engañosa, mentira, mentiras, mentiros{ENDINGS}, mienten, mintieron, mintiendo, me mintió,
        deshonest{ENDINGS}, delincuentes, criminales, piratas, usureros, usura, clavada, nunca más, jamás volveré,
        no volveré, no vuelvo, no volveremos, no pienso volver, última vez que, es la última vez, huid, huyan, huye,
        eviten, evitad, evítenlo, ni se les ocurra, ni se os ocurra, aléjense, alejaos, no se lo recomiendo,
        no lo recomiendo, no la recomiendo, no los recomiendo, no recomiendo, no recomendable, nada recomendable,
        desaconsejo, no puedo recomendar, me arrepiento, me voy a la competencia, irme a la competencia,
        a otra compañía, cambio de compañía, cambiar de compañía, pérdida de tiempo, perder el tiempo,
        perdiendo el tiempo, tiempo perdido, tirar el dinero, perdí mi dinero, perdido mi dinero, no vale para nada,
        no vale nada, dinero tirado, tirado el dinero, malgastado
        """,
    ),
    # Sarcasm and idioms
    _negative(
        2.5,
        """
        gracias por nada, no puede ser tan difícil, tan difícil es, la misma historia, empiezo a cansarme,
        me estoy cansando, me estoy hartando, se hacen los locos, se hacen los sordos, haciéndose los locos,
        mueve un dedo, conmigo que no cuenten, conmigo no cuenten, paciencia ya no, no me queda paciencia,
        se me acaba, no hablan entre, tendrá consecuencias, habrá consecuencias, esto tendrá, solo les importa,
        sólo les importa, mala suerte, hablo con una pared, hablar con una pared, ir y venir, idas y venidas,
        no va a quedar así, no quedará así, no se va a quedar así, tendrán noticias, tendréis noticias, sabrán de mí,
        esperaba otra cosa, esperaba (bastante|mucho|algo) más, esperaba algo mejor, eso no se hace,
        respuestas de plantilla, respuesta de plantilla, respuestas tipo, no es atención al cliente,
        eso no es servicio, alguien lee lo, leen lo que, por qué tengo que pagar, tengo que pagar por,
        encima tengo que, y encima, cero (resultados|respuesta|respuestas|ayuda|servicio|soluciones), genial otra,
        estupendo ahora, vaya tela, vaya panda, vaya servicio, vaya decepción, vaya empresa, vaya atención, vaya timo,
        vaya robo, vaya desastre, vaya vergüenza, vaya forma, menuda tomadura, menuda empresa, menudo servicio,
        menuda atención, menuda estafa, menudo desastre, menuda vergüenza, unos profesionales, qué profesionales,
        de risa, es de risa, de juzgado de guardia, a qué juegan,
        menuda (empresa|atención|gestión|forma|vergüenza|estafa|tomadura|chapuza|decepción),
        menudo (servicio|desastre|timo|robo|trato|problema), están en serio, va en serio esto,
        cuántas veces (más|tengo|hay|he|debo|voy|hace), hasta cuándo (vamos|voy|tengo|piensan|tendré|tendremos),
        de una vez por todas, de una puñetera vez, están de broma, estáis de broma, me están vacilando, vacilando,
        no es de recibo, no es serio, no es forma, no son formas, no hay derecho, no hay quien, no tiene nombre,
        no tienen vergüenza, no tiene perdón, no me lo puedo creer, no lo puedo creer, así no se trata,
        no se trata así, traten así, cómo tratan, qué pasa con ustedes, qué les pasa, cuántos correos, cuánto más,
        cuándo piensan, de qué sirve, de qué me sirve, no sirve de nada, no sirve para nada, no me sirve de nada,
        para nada, brilla por su ausencia, lo mismo de siempre, siempre lo mismo, siempre igual, para variar,
        mirando para otro lado, hacen oídos sordos, oídos sordos, caso omiso, ni caso, no me hacen caso,
        no hacen caso, ni se dignan, se dignan, ni una disculpa, ni un perdón, sin una disculpa, sin explicación,
        sin explicaciones, sin dar explicaciones, ninguna explicación, ninguna ayuda, ninguna solución,
        no dan solución, sin solución, no solucionan nada, no resuelven nada, no hacen nada, no han hecho nada,
        nadie hace nada, no me ayudó, no me ayudaron, no me han ayudado, no ayudan, no me soluciona, les da igual,
        os da igual, les importa un, no les importa, no importamos, es lo que hay, deja mucho que desear,
        dejan mucho que desear, dejó mucho que desear, mucho que desear, brillante servicio, antes era mejor,
        era mejor antes, antes la calidad era mejor, era mucho mejor, anterior era mucho mejor, ha empeorado,
        cada vez peor, esperaba más, esperaba mucho más, esperábamos más, perseguirles, perseguirlos,
        detrás de ustedes, mareando, mareando la perdiz, me marean, me tienen mareado
        """,
        "never",
    ),
    # "no" that belongs to the phrase
    _negative(
        1.5,
        f"""
        no estoy content{ENDINGS}, no estoy satisfech{ENDINGS}, nada content{ENDINGS}, nada satisfech{ENDINGS},
        no me gusta nada, no me gustó, no nos gustó, no me ha gustado, no nos ha gustado, no comprendo,
        incomprensible, otra vez lo mismo, otra vez (el mismo|la misma), otra vez no,
        (todavía|aún) (sin respuesta|sin noticias|sin solución|no contestan|no responden), nunca llama nadie,
        nunca llaman, nunca contestan, nunca responden, nadie contesta, nadie responde, nadie me contesta,
        nadie me responde, nadie me llama, nadie atiende, nadie ha avisado, nadie avisa, nadie sabe, nadie sabe nada,
        nadie se hace cargo, nadie me da, nadie da, no contesta nadie, no responde nadie, no atiende nadie,
        hablar con nadie, no haya forma, no hay forma, no hay manera, otra vez más, otra avería más,
        sigo sin respuesta, seguimos sin respuesta, sigo sin, seguimos sin, sigue sin contestar, sigue sin aparecer,
        sigue sin, sigo esperando, seguimos esperando, sigue averiad{ENDINGS}, y siguen, {ORDINALS} (aviso),
        ya van {SPANS}, llevo esperando, llevamos esperando, {SPANS} al teléfono, llevan (días|semanas|meses),
        llevo (días|semanas|meses|horas), semanas esperando, meses esperando, días esperando, horas esperando,
        meses con lo mismo, cada vez me cuentan, me cuentan algo distinto, me dicen una cosa, cada uno dice, ignoran,
        me ignoran, nos ignoran, ignorad{ENDINGS}, ignorando, me prometen, nos prometen, me prometieron,
        nos prometieron, prometieron, prometid{ENDINGS}, me aseguraron, nos aseguraron, quedaron en llamar, y nada,
        nada de nada, como si nada, para que alguien, alguien haga algo, haga algo, hagan algo de una vez, ya era hora
        """,
        "never",
    ),
    # Threats
    _negative(
        1.0,
        """
        pondré una denuncia, poner una denuncia, mi abogado, mis abogados, nuestro abogado, nuestros abogados,
        les denuncio, los denuncio, voy a denunciar, denunciarlos, denunciarles, les denunciaré, los denunciaré,
        les demando, los demando, les demandaré, voy a demandar, exijo, exigimos, último aviso, sin mi consentimiento,
        sin mi autorización, una vulneración del, por acoso, redes sociales, atenerse a las consecuencias,
        aténganse a las consecuencias, oficina de consumo, me doy de baja y
        """,
        "never",
    ),
    # Hints: two of these are a complaint
    _negative(
        0.3,
        f"""
        como siempre, no entiendo por qué, (tercer|cuarto|quinto|enésimo) (intento|correo|técnico), siguen cobrando,
        (segunda|tercera|cuarta|quinta) semana, me dijeron que, otro aviso, quién me (devuelve|paga|compensa),
        desde hace {SPANS}, hace {SPANS}, llevo {SPANS}, llevamos {SPANS}, llevan {SPANS}, espero, lo de siempre,
        nunca había visto, nunca he visto, jamás había visto, en mi vida, pocas veces he visto, no es normal,
        no tiene sentido, no me sirve, quedaron en, esperando, espera, esperado, sin respuesta, sin contestar,
        sin contestación, no responden, no contestan, supuestamente, aunque ya, y ya había pagado, error suyo,
        un error suyo, otra vez, cinco veces, cuatro veces, tres veces, diez veces, varias veces, muchas veces,
        mil veces, {ORDINALS} vez, tercera vez, cliente de toda la vida, cliente de, espero una explicación,
        sinceramente, reclamación, recobro, cobrador
        """,
        "never",
    ),
    # Shields: phrases that are no complaint
    Group(
        "negative",
        0.0,
        split_terms(f"""
        {AGAIN}, ningún problema, a menudo, basta con, error fatal, (mala|mal) (conexión|cobertura|señal), y nada más,
        carrito abandonado, siento molestar, siento molestarles, perdonen que les moleste, no hay problema,
        sin problema, no tengo queja, no tengo ninguna queja, sin queja, sin quejas, nada que decir, de nada,
        para nada caro, antes que nada, más que nada, nada más, sin prisa, sin más dilación, perdón por la molestia,
        perdonen la molestia, disculpen la molestia, disculpe la molestia, disculpen las molestias,
        disculpe las molestias, perdón por las molestias, siento las molestias, lamento las molestias, sin molestias,
        de qué preocuparse, nada de qué preocuparse, no se preocupe, no se preocupen, no os preocupéis, mal menor,
        ya no, ya puedo, ya está resuelto, siempre tan, siempre amables, como siempre perfecto, como siempre genial,
        increíble atención, increíble servicio, una increíble, increíble la rapidez, espero que, en espera de,
        a la espera de, lista de espera, espero su respuesta, espero respuesta, espero noticias, quedo a la espera,
        quedamos a la espera, en su espera, no espero, sin nada, peor de los casos, en el peor de los casos,
        en serio lo digo, lo digo en serio, mal tiempo, hasta luego, desde luego, me han robado la, me han robado el,
        robo de tarjeta, robo de mi, sospecha de estafa
        """),
        "never",
    ),
)
