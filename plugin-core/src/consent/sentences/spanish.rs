//! Spanish.

use crate::consent::pattern::Language;

pub static SPANISH: Language = Language {
    classes: &[
        (
            "deje",
            "deje deja dejen dejad dejar pare paren parad parar cese cesen basta alto stop detenga detengan",
        ),
        (
            "cancele",
            "cancelar cancele cancelen cancela suspender suspenda suspendan eliminar desactivar desactive",
        ),
        (
            "enviar",
            "enviar enviarme enviarnos enviando mandar mandarme mandarnos mandando escribir escribirme contactar \
            contactarme molestar molestarme textear textearme notificarme recordarme",
        ),
        (
            "envie",
            "envie envien envies enviar mande manden mandes mandar",
        ),
        (
            "escriba",
            "escriba escriban llame llamen llames escribas contacte contacten contactes moleste molesten molestes textee texteen notifique \
            notifiquen",
        ),
        (
            "quiero",
            "quiero autorizo acepto deseo quisiera necesito queremos deseamos",
        ),
        (
            "nota",
            "mensaje mensajes mensajitos msj msjs sms texto textos recordatorio recordatorios aviso avisos notificaciones \
            correos emails whatsapps",
        ),
        (
            "notas",
            "mensajes msjs sms textos recordatorios avisos notificaciones suscripcion",
        ),
        ("darme", "darme darse darnos deme denme dame doy"),
        (
            "numero",
            "numero telefono servicio suscripcion mensajes sms",
        ),
        (
            "quite",
            "quite quiten quitar borre borren borrar elimine eliminen eliminar saque saquen sacar",
        ),
        (
            "quiteme",
            "quiteme quitenme quitame borreme borrenme eliminenme elimineme saqueme saquenme sacame",
        ),
        ("dejeme", "dejeme dejenme dejame"),
        ("retiro", "retiro retirar revoco revocar"),
    ],
    links: "de me nos le los las el la un una estos estas sus tus su mas mis mi que recibir recibiendo tantos tantas todos \
        a con ya por favor este ningun envien manden enviarme mandarme molestos cita texto",
    nots: "no nunca jamas sin tampoco",
    last_nots: "",
    not_links: "me se nos quiero deseo quisiera voy vayan a que pienso queria he pedido",
    subjects: "yo",
    patterns: "{deje} _ {enviar}; {deje} _ {nota}; {cancele} _ {notas}; !no me {escriba}; !no nos {escriba}; \
        !no me {envie} _ {nota}; !no me {envie} mas; !no me {envie} nada; !no me {envie} $; !no {envie} mas; \
        !no {envie} _ {nota}; !no {escriba} mas; no {quiero} _ {nota}; no {quiero} _ {escriba}; no {quiero} mas $; \
        !no mas _ {nota}; ^ no mas $; ^ ya no mas $; ^ ya no _ {nota}; {darme} de baja; dar de baja _ {numero}; \
        desuscribirme; desuscribir; desuscribeme; desuscribanme; {quite} _ numero; {quiteme} de _ lista; {quiteme} $; \
        {dejeme} en paz; numero equivocado; no me interesa; {retiro} _ consentimiento",
};
