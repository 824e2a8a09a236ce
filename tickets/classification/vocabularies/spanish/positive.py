"""Positive sentiment: delight, satisfaction and sincere thanks, and polite phrases that are not.

The scale is that of negative sentiment: a sum of 0.5 decides.
"""

from tickets.classification.vocabularies.group import Group, Negation, split_terms
from tickets.classification.vocabularies.spanish.inflection import ENDINGS


def _positive(weight: float, terms: str, negation: Negation = "any") -> Group:
    return Group("positive", weight, split_terms(terms), negation)


POSITIVE: tuple[Group, ...] = (
    # Delight
    _positive(
        3.0,
        f"""
        excelente, excelentes, excelentemente, excepcional, excepcionales, extraordinari{ENDINGS}, estupend{ENDINGS},
        estupendamente, fantástic{ENDINGS}, fabulos{ENDINGS}, magnífic{ENDINGS}, maravillos{ENDINGS}, maravilla,
        una maravilla, de maravilla, genial, geniales, fenomenal, espectacular, espectaculares, impecable, impecables,
        inmejorable, inmejorables, perfect{ENDINGS}, perfectamente, brillante, sobresaliente, insuperable, súper,
        super bien, increíblemente bien, de diez, un diez, de 10, 10/10, cinco estrellas, 5 estrellas,
        matrícula de honor, chapó, chapeau, olé, bravo, enhorabuena, felicidades, felicitar, felicito, felicitaciones,
        felicitamos, encantad{ENDINGS}, me encanta, me encantó, nos encanta, me ha encantado, nos ha encantado, adoro,
        me fascina, fue un sol, es un sol, son un sol, un encanto, coser y cantar, a las mil maravillas, una pasada,
        una gozada, de lujo, un lujo, de primera, de cine, lo mejor, el mejor, la mejor, los mejores, las mejores,
        mejor servicio, mejor atención, recomendable, totalmente recomendable, muy recomendable, recomiendo,
        lo recomiendo, la recomiendo, los recomiendo, recomendaré, recomendado, sin duda recomendable,
        superó mis expectativas, superado mis expectativas, supera las expectativas, sigan así, seguid así, sigue así,
        sobre ruedas, repetiré, repetiremos, volveré a comprar, volveremos, ninguna queja, nada que objetar,
        cero quejas, me salvaron, me salvó la vida, da gusto, gusto tratar, un gusto, un placer, wow, guau
        """,
    ),
    # Contentment and praise
    _positive(
        2.0,
        f"""
        content{ENDINGS}, contentísim{ENDINGS}, satisfech{ENDINGS}, satisfactori{ENDINGS}, satisfacción, feliz,
        felices, felizmente, me alegra, me alegro, alegría, alegre, impresionad{ENDINGS}, impresionante,
        sorprendid{ENDINGS} gratamente, gratamente, gratamente sorprendid{ENDINGS}, me gusta, me gusta mucho,
        me gustó, me gustó mucho, me ha gustado, nos gusta, nos gustó, gustó, gusta, agradable, agradables, amable,
        amables, amabilidad, amabilísim{ENDINGS}, simpátic{ENDINGS}, majo, maja, majos, encantador, encantadora,
        atent{ENDINGS}, educad{ENDINGS}, con paciencia, servicial, serviciales, profesionalidad,
        (muy|gran|grandes|buenos|todo un) (profesional|profesionales), profesionales de verdad, competente,
        competentes, eficaz, eficaces, eficacia, eficiente, eficientes, eficiencia, resolutiv{ENDINGS}, puntual,
        puntuales, puntualidad, limpi{ENDINGS}, fiable, fiables, seri{ENDINGS} y, honest{ENDINGS}, rapidísim{ENDINGS},
        agilidad, fácil de usar, muy fácil, muy práctico, cómod{ENDINGS}, intuitiv{ENDINGS}, útil, muy útil,
        buen servicio, buena atención, buen trabajo, buen trato, buena calidad, buena experiencia, muy buen, muy bien,
        muy buen(o|a|os|), bien atendid{ENDINGS}, buenísim{ENDINGS}, de calidad, gran servicio, gran trabajo,
        gran atención, gran profesional, se volcó, se volcaron, nada mal, sin problemas, sin ningún problema,
        merece la pena, vale la pena, vale mucho la pena
        """,
    ),
    # Gratitude, meant
    Group(
        "positive",
        2.0,
        split_terms(
            """
        agradecido, agradecida, agradecidos, muy agradecido, muy agradecida, agradecimiento, mi agradecimiento,
        muchísimas gracias, muchisimas gracias, mil gracias, un millón de gracias, gracias de corazón,
        gracias infinitas, infinitas gracias, gracias a todos, gracias a su equipo, gracias al equipo,
        gracias a todo el equipo, gracias por la rapidez, gracias por su rapidez, gracias por la ayuda,
        muchas gracias por la ayuda, gracias por la rápida, gracias por su rápida, gracias por su amabilidad,
        gracias por la amabilidad, gracias por su paciencia, gracias por todo, gracias por solucionar,
        gracias por resolver, gracias por el excelente, gracias por venir, muchas gracias por la rapidez,
        muchas gracias por todo, darles las gracias, daros las gracias, dar las gracias, darle las gracias,
        quería agradecer, quiero agradecer, queremos agradecer, quería agradecerles, agradecerles, agradeceros,
        les agradezco mucho, les agradezco de corazón, de nuevo gracias, gracias de nuevo, gracias otra vez
        """
        ),
        "never",
        gratitude=True,
    ),
    # It is in order again
    _positive(
        1.5,
        """
        resuelto, resuelta, resolvieron mi problema, resolvió mi problema, resolvieron el problema,
        solucionaron mi problema, solucionaron el problema, me lo resolvieron, me lo solucionaron, solucionado,
        solucionada, todo solucionado, arreglado, arreglada, ya funciona, ya va, ya va todo, ya me funciona,
        vuelve a funcionar, funciona de nuevo, funciona perfectamente, funciona bien, todo funciona, todo bien,
        todo correcto, todo perfecto, todo en orden, ha funcionado, funcionó, me ha funcionado, ya está todo,
        ya ha llegado, ha llegado hoy, llegó bien, ha llegado bien, ya lo tengo, ya puedo entrar, aliviado, aliviada,
        alivio, menos mal, por suerte, afortunadamente, me ayudaron mucho, me ayudó mucho, me ha ayudado, me ayudaron,
        me han ayudado, ya no hay ningún problema, ya no hay problema, ya no hay de qué, tan rápido, tan rápida
        """,
    ),
    # Hints
    _positive(
        1.0,
        f"""
        bonit{ENDINGS}, precios{ENDINGS}, lind{ENDINGS}, cómodamente, práctic{ENDINGS}, deliciós{ENDINGS},
        rápid{ENDINGS}, rapidez, ágil, gracias mil, buena sorpresa, suerte
        """,
    ),
    _positive(
        0.4,
        "enseguida, paciente, profesional, profesionales, bien, buen, bueno, buena, mejor, rápidamente, fácil, fácilmente",
    ),
    # Polite formulas
    Group(
        "positive",
        1.2,
        split_terms("""
        gracias, muchas gracias, les agradezco, se lo agradezco, se agradece, lo agradezco, thanks, thank you
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
        gracias de antemano, gracias por adelantado, muchas gracias de antemano, muchas gracias por adelantado,
        de antemano gracias, desde ya gracias, desde ya muchas gracias, gracias por su atención,
        gracias por su tiempo, gracias por su comprensión, gracias por su respuesta, gracias por la respuesta,
        gracias por su mensaje, gracias por contactar, muchas gracias por su atención, agradecería, agradeceríamos,
        le agradecería, les agradecería, se agradecería, agradecería que, le agradeceré, les agradeceré,
        agradezco de antemano, agradecido de antemano, no gracias, si no me gusta, si no le gusta, si no nos gusta,
        excelente día, excelente tarde, excelente semana, buenos días, buenas tardes, buenas noches, buen día, buenas,
        muy buenos días, muy buenas tardes, buen fin de semana, feliz día, feliz año, feliz navidad, felices fiestas,
        cordialmente, saludos cordiales, un cordial saludo, un saludo, bien sea, más bien, o bien, si bien, está bien,
        bien entendido, que bien podría, muy bien pero, no muy bien, van bien, va bien, me vendría bien, vendría bien,
        estaría bien, estaría genial, sería genial, sería estupendo, sería perfecto, sería ideal, sería bueno,
        sería mejor, sería de gran ayuda, me gustaría, nos gustaría, les gustaría, gustaría, me encantaría,
        nos encantaría, encantado de conocer, sea tan amable, sean tan amables, si es tan amable, si son tan amables,
        tan amable de, tan amables de, serían tan amables, sería tan amable, si fueran tan amables, lo mejor posible,
        a lo mejor, mejor opción, mejor dicho, mejor tarifa, era mejor, mucho mejor antes, lo más rápido posible,
        más rápido posible, respuesta rápida, pregunta rápida, una pregunta rápida, rápido por favor,
        lo antes posible, por suerte nadie, por suerte no, por suerte no hay, por suerte no hay heridos,
        uso profesional, cuenta profesional, plan profesional, cliente profesional, encuesta de satisfacción,
        sin resolver, sin solucionar, no resuelto, no está resuelto, no está solucionado, no se ha resuelto,
        no ha sido resuelto, no se ha solucionado, no han solucionado, sea resuelto, quede resuelto,
        quede solucionado, sea solucionado, no están resueltos, ser resuelto, código útil, días útiles, limpio de,
        agua limpia, menos mal que
        """),
        "never",
    ),
)
