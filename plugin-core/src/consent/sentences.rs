//! Sentences that want an end of texts, by language. Words are as [`split`](super::split) leaves them.

use super::pattern::Language;

/// All of them are tried: nobody is bound to answer in the language of the reminder.
pub static LANGUAGES: [&Language; 4] = [&ENGLISH, &SPANISH, &FRENCH, &GERMAN];

/// Whether a clause wants an end of texts.
pub fn want_an_end(clause: &[&str]) -> bool {
    LANGUAGES.iter().any(|language| language.finds(clause))
}

static ENGLISH: Language = Language {
    classes: &[
        ("stop", "stop stopall stopping quit cease halt discontinue"),
        ("end", "end cancel terminate disable"),
        ("dont", "dont never nolonger"),
        (
            "texting",
            "texting messaging sending contacting spamming bothering harassing bugging pestering emailing notifying \
            reminding writing annoying",
        ),
        (
            "text",
            "text message msg contact sms spam bother email notify remind disturb harass write",
        ),
        (
            "texted",
            "texted messaged contacted notified reminded bothered spammed",
        ),
        ("me", "me us this here anymore again"),
        ("want", "want wish need like care consent agree"),
        (
            "note",
            "text texts message messages msg msgs sms reminder reminders notification notifications alert alerts emails \
            spam txt txts",
        ),
        (
            "notes",
            "texts messages msgs sms reminders notifications alerts emails spam txts subscription",
        ),
        ("anything", "anything stuff these this more anymore again"),
        (
            "list",
            "list lists database system texts messages reminders notifications service",
        ),
        ("number", "number phone contact info details"),
        ("consent", "consent permission"),
        ("remove", "remove delete take lose erase drop"),
        ("wrong", "have got is its texting texted"),
    ],
    links: "sending send getting receiving receive get any all the a these those this that my me us you your of to from \
        with at be please more further so many such automated automatic annoying damn fucking stupid text sms email \
        appointment ever even mailing need must should have",
    nots: "dont never not didnt doesnt wont shouldnt wouldnt without nolonger",
    last_nots: "",
    not_links: "to ever you please want wanted need wish dare going mean me them be ask asked say said the a",
    subjects: "i we you they he she get got getting receive received did",
    patterns: "{stop} _ {texting}; {stop} _ {note}; {end} _ {notes}; {note} _ stop $; unsubscribe; unsubscribed; \
        unsubscribing; optout; opting out; opted out; opt me out; opt us out; opt this number out; revoke _ {consent}; \
        revoking _ {consent}; withdraw _ {consent}; withdrawing _ {consent}; !{dont} _ {text} {me}; \
        !{dont} _ {text} $; !{dont} _ send _ {note}; !{dont} send me $; !{dont} send me {anything}; \
        !{dont} send {anything} $; {want} you to stop; dont {want} _ {note}; dont {want} _ {text}; \
        dont {want} _ {texted}; dont {want} _ texting; nolonger {want} _ {note}; nolonger {want} _ {texted}; \
        nolonger {want} _ {text}; not {want} _ {notes}; !no more _ {note}; !no more texting; !no further _ {note}; \
        !enough _ {notes}; !enough texting; ^ no _ {notes}; {remove} me $; {remove} me off $; \
        {remove} me off _ {list}; {remove} me from _ {list}; {remove} _ {number} from _ {list}; {remove} _ number $; \
        {remove} _ number off; leave me alone; ^ wrong number; ^ wrong person; {wrong} the wrong number; \
        {wrong} the wrong person; {wrong} wrong number; not interested",
};

static SPANISH: Language = Language {
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
            "escriba escriban escribas contacte contacten contactes moleste molesten molestes textee texteen notifique \
            notifiquen",
        ),
        ("quiero", "quiero deseo quisiera necesito queremos deseamos"),
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
        {dejeme} en paz; numero equivocado; {retiro} _ consentimiento",
};

static FRENCH: Language = Language {
    classes: &[
        (
            "arretez",
            "arretez arrete arreter arret cessez cesse cesser stop stopper stoppez stoppe",
        ),
        (
            "envoyer",
            "envoyer menvoyer nousenvoyer ecrire mecrire contacter texter harceler mharceler importuner mimportuner \
            deranger spammer relancer",
        ),
        (
            "envoyez",
            "menvoyez menvoie menvoyer nenvoyez nenvoie envoyez envoie",
        ),
        ("menvoyez", "menvoyez menvoie nenvoyez nenvoie"),
        (
            "ecrivez",
            "mecrivez mecris necrivez ecrivez ecris contactez contacte derangez relancez textez importunez",
        ),
        ("mecrivez", "mecrivez mecris necrivez"),
        ("veux", "veux souhaite desire voulons souhaitons voudrais"),
        ("plus", "plus pas"),
        (
            "message",
            "message messages sms texto textos rappel rappels notification notifications mails courriels alertes msg",
        ),
        (
            "contacte",
            "contacte contactee contactes derange derangee relance relancee",
        ),
        (
            "retirez",
            "retirez retire retirer supprimez supprime supprimer enlevez enleve enlever effacez efface effacer",
        ),
        ("laissez", "laissez laisse fichez foutez"),
        ("faux", "mauvais faux"),
        ("retire", "retire revoque retirer revoquer"),
    ],
    links: "de des du les le la l vos tes ces ce tous toutes aux me m nous moi avec recevoir etre a tout autres dautres ca \
        svp immediatement envoi lenvoi rendez vous votre par",
    nots: "ne pas jamais sans nai",
    last_nots: "",
    not_links: "me vous nous veux souhaite demande a",
    subjects: "je tu il elle",
    patterns: "{arretez} _ {envoyer}; {arretez} _ {message}; !ne _ {envoyez} {plus} _ {message}; \
        !{menvoyez} {plus} _ {message}; !ne _ {envoyez} plus $; !{menvoyez} plus $; !{menvoyez} plus rien; \
        !ne _ {envoyez} plus rien; !ne {plus} _ {envoyer}; !ne _ {ecrivez} {plus}; !{mecrivez} {plus}; \
        ne {veux} {plus} _ {message}; ne {veux} {plus} _ {contacte}; ne {veux} {plus} que vous {ecrivez}; \
        ^ plus _ {message}; marre _ {message}; assez _ {message}; desabonner; desabonnez; desabonne; desabonnement; \
        desinscrire; desinscrivez; desinscription; {retirez} moi _ liste; {retirez} moi $; {retirez} mon numero; \
        {laissez} moi tranquille; {laissez} moi la paix; {faux} numero; erreur de numero; {retire} mon consentement",
};

static GERMAN: Language = Language {
    classes: &[
        ("keine", "keine keinerlei"),
        (
            "nachricht",
            "nachricht nachrichten sms mitteilungen erinnerung erinnerungen mails emails texte benachrichtigungen \
            terminerinnerungen erinnerungs",
        ),
        (
            "mochte",
            "mochte moechte mochten moechten will wollen wunsche wuensche wunschen wuenschen brauche benotige benoetige",
        ),
        (
            "schicken",
            "schicken schickt schick senden sendet sende schreiben schreibt schreib zusenden verschicken",
        ),
        (
            "schreiben",
            "schreiben schreibt schreib anschreiben kontaktieren kontaktiert kontaktier schicken senden simsen \
            belastigen belaestigen erinnern benachrichtigen",
        ),
        (
            "kontaktiert",
            "kontaktiert angeschrieben benachrichtigt erinnert belastigt belaestigt",
        ),
        ("mehr", "mehr wieder"),
        ("horen", "horen hoeren hort hoert hor hoer"),
        ("aufhoren", "aufhoren aufhoeren"),
        (
            "stoppen",
            "stop stopp stoppen stoppt stoppe beenden beendet unterlassen lassen",
        ),
        (
            "abstellen",
            "stop stopp stoppen beenden einstellen abstellen abschalten ausschalten deaktivieren abbestellen \
            abmelden unterlassen aufhoren aufhoeren",
        ),
        (
            "loschen",
            "loschen loescht loscht loeschen entfernen streichen austragen",
        ),
        (
            "nehmen",
            "nehmen nimm nehmt streichen loschen loeschen entfernen",
        ),
        ("liste", "liste verteiler kartei datenbank system"),
        ("lassen", "lassen lasst lass"),
        ("widerrufe", "widerrufe widerrufen entziehe"),
        (
            "einwilligung",
            "einwilligung zustimmung erlaubnis einverstandnis einverstaendnis",
        ),
    ],
    links: "sie mir mich uns bitte die den der das diese dieser diesen meine ihre von vom ihnen euch aus ihrer ihrem dem \
        an zu mit weitere weiteren solche solchen mehr endlich sofort doch damit per diese sms in zukunft kunftig \
        erhalten bekommen zum termin diesem dieses auf",
    nots: "nicht nie niemals ohne kein",
    last_nots: "nicht",
    not_links: "zu bitte sie mich mir",
    subjects: "habe hab haben bekomme bekommen bekam kriege erhalte erhielt kann konnte kam kamen ich",
    patterns: "!{keine} _ {nachricht} mehr; ^ {keine} _ {nachricht}; ^ bitte {keine} _ {nachricht}; \
        {mochte} _ {keine} _ {nachricht}; !{schicken} _ {keine} _ {nachricht}; !{schreiben} _ nicht {mehr}; \
        !{schreiben} _ nie {mehr}; !nicht mehr {schreiben}; !nie {mehr} {schreiben}; nicht mehr _ {kontaktiert}; \
        {mochte} nicht _ {kontaktiert}; {horen} _ auf _ {schicken}; {horen} _ auf $; {horen} _ auf _ {schreiben}; \
        {aufhoren} _ {schicken}; {aufhoren} _ {schreiben}; {stoppen} sie _ {nachricht}; {stoppen} _ {nachricht}; \
        {nachricht} _ {abstellen}; {liste} _ abmelden; {loschen} _ nummer; nummer _ {loschen}; \
        {nehmen} _ mich _ {liste}; mich _ {liste} {nehmen}; mich _ {liste} {loschen}; tragen sie mich aus; \
        {lassen} _ mich _ in ruhe; {lassen} _ in ruhe; ^ falsche nummer; die falsche nummer; \
        {widerrufe} _ {einwilligung}",
};
