//! What people write, and what is made of it.

use super::*;

#[track_caller]
fn check(expected: Option<Reply>, texts: &[&str]) {
    let wrong: Vec<String> = texts
        .iter()
        .filter(|text| read_reply(text) != expected)
        .map(|text| format!("{text:?} is {:?}", read_reply(text)))
        .collect();
    assert!(wrong.is_empty(), "not {expected:?}:\n{}", wrong.join("\n"));
}

const STOP: Option<Reply> = Some(Reply::Stop);

/// 47 CFR 64.1200(a)(10) and the carriers' own list.
#[test]
fn words_of_the_law_and_of_carriers() {
    let words = [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "optout",
        "revoke",
        "opt out",
        "opt-out",
        "stop all",
    ];
    for word in words {
        for text in [
            word.to_owned(),
            word.to_uppercase(),
            format!(" {word}\r\n"),
            format!("{word}."),
            format!("\"{word}!\""),
            format!("“{word}”"),
            format!("'{word}'"),
            format!("({word})"),
            format!("\u{A0}{word}\u{200B}…"),
            format!("{word} please"),
            format!("Please {word}, thank you"),
            format!("{word} {word} {word}"),
            format!("👋 {word} 🙏"),
            format!("> {word}"),
        ] {
            check(STOP, &[&text]);
        }
    }
    check(
        STOP,
        &[
            "S.T.O.P.",
            "s t o p",
            "ＳＴＯＰ",
            "Stop\nSent from my phone stop",
            "STOP/START",
            "stop, yes",
        ],
    );
}

#[test]
fn words_in_other_languages() {
    check(
        STOP,
        &[
            "ALTO",
            "Baja",
            "¡BASTA!",
            "parar",
            "¡Pare!",
            "BAJA por favor",
            "alto, gracias",
            "ARRÊT",
            "Arret",
            "arre\u{302}t",
            "ARRÊTER",
            "Arrêtez !",
            "désabonner",
            "DESINSCRIPTION svp",
            "fin",
            "Stop, merci",
            "STOPP",
            "Stopp!",
            "ENDE",
            "abmelden",
            "Bitte abmelden",
            "ABBESTELLEN",
            "aufhören",
            "Aufhoeren",
            "Schluss!",
            "bitte stopp, danke",
        ],
    );
}

#[test]
fn a_word_among_small_ones() {
    check(
        STOP,
        &[
            "just stop",
            "please just stop it",
            "I said STOP",
            "can you stop this now",
            "STOP!!! this",
            "no stop",
            "ok stop",
            "stop it immediately",
            "I want to stop",
            "I would like to unsubscribe",
            "Bitte sofort stopp",
            "arrêtez tout ça",
            "Stop. I don't know you",
            "Who is this? Stop!",
            "Cancel. Stop.",
        ],
    );
}

#[test]
fn sentences_in_english() {
    check(
        STOP,
        &[
            "please stop texting me",
            "Stop texting me.",
            "STOP SENDING ME MESSAGES",
            "stop messaging me pls",
            "Can you stop sending these?",
            "stop these texts",
            "Please stop all messages",
            "stop contacting me",
            "stop with the reminders",
            "quit texting me",
            "Stop sending me appointment reminders please",
            "End these messages",
            "cancel these texts",
            "please cancel my text reminders",
            "cease sending messages",
            "Will you stop spamming me?",
            "These messages need to stop",
            "when will you stop texting me",
            "don't text me",
            "Don’t text me anymore",
            "DO NOT TEXT ME",
            "do not text this number",
            "dont message me again",
            "Please do not contact me",
            "never text me again",
            "Do not ever text me",
            "don't send me any more texts",
            "Please don't send me messages",
            "do not send me anything",
            "dont text",
            "please do not text me ever again",
            "No more texts",
            "no more texts please",
            "no more of these messages",
            "Enough with the texts",
            "no texts",
            "I don't want these texts",
            "I do not want to receive messages",
            "I dont want any more text messages",
            "I don't wish to be contacted",
            "I no longer want to get these reminders",
            "we don't want you to text us",
            "i dont need reminders",
            "I want you to stop",
            "Unsubscribe me",
            "please unsubscribe me from this list",
            "How do I unsubscribe?",
            "I want to opt out",
            "opt me out",
            "I'd like to opt-out of texts",
            "I am opting out",
            "I can't unsubscribe!",
            "I revoke my consent",
            "I hereby withdraw my permission",
            "remove me",
            "Remove me from your list",
            "take me off your list",
            "please remove my number from your system",
            "delete my number",
            "lose my number",
            "leave me alone",
            "Wrong number",
            "you have the wrong number",
            "sorry, wrong number",
            "Not interested",
            "i got your text but please stop texting me",
            "STOP calling and texting",
            "how do i stop these",
            "Remove",
            "unsub",
            "why do you keep texting me? stop",
            "I don't like this, stop texting me",
            "i dont like this stop texting me",
        ],
    );
}

#[test]
fn english_that_wants_something_else() {
    check(
        None,
        &[
            "",
            " ",
            "?!",
            "👍",
            "Did you stop sending reminders?",
            "Why did you stop texting me?",
            "non stop",
            "don't call me, text me",
            "don't stop",
            "Please don't stop",
            "please do not stop sending reminders",
            "Don't stop texting me",
            "I don't want to stop getting texts",
            "I don't want to opt out",
            "don't unsubscribe me",
            "never stop sending these",
            "I didn't unsubscribe",
            "please don't take me off your list",
            "I can't stop by tomorrow",
            "Can I stop by at 9?",
            "I'll stop by after work",
            "I stopped by yesterday",
            "I'll stop by, text me when you are ready",
            "is there a bus stop near you",
            "the next stop is the clinic",
            "Should I stop taking my medication?",
            "Do I need to stop eating before?",
            "when does it end",
            "I quit smoking",
            "at the end of the week",
            "cancel my appointment",
            "I need to cancel",
            "Please cancel my appointment tomorrow",
            "I have to cancel, text me a new time",
            "can we cancel and reschedule?",
            "Could you text me the address?",
            "Text me when ready",
            "I did not get a text",
            "I don't text",
            "we never got the message",
            "I never text while driving",
            "did you send me a message?",
            "I got no more texts from you",
            "no problem",
            "No",
            "no thanks",
            "see you there",
            "running late",
            "What is this about?",
            "my number is 555 0100",
            "I take my pills at 9",
            "remove the bandage first?",
            "I don't need a ride",
            "I have the number",
            "thanks for the reminder",
            "Thank you",
            "ok",
            "I will be there",
            "yes I will be there",
            "help me find the entrance",
            "please start without me",
            "no, don't stop",
        ],
    );
}

#[test]
fn sentences_in_spanish() {
    check(
        STOP,
        &[
            "Deje de enviarme mensajes",
            "por favor dejen de mandarme mensajes",
            "Dejen de escribirme",
            "deja de molestarme",
            "Paren los mensajes",
            "basta de mensajes",
            "Basta ya de mandarme SMS",
            "alto a los mensajes",
            "No me envíe más mensajes",
            "no me manden mas mensajes por favor",
            "No me escriban más",
            "no me escriba",
            "No me contacten",
            "no me envíen nada",
            "no envíen más",
            "No quiero recibir más mensajes",
            "no quiero mensajes",
            "Ya no quiero recibir sus recordatorios",
            "No deseo recibir SMS",
            "no quiero que me escriban",
            "no más mensajes",
            "No más",
            "Quiero darme de baja",
            "quisiera darme de baja de este servicio",
            "denme de baja",
            "Deme de baja por favor",
            "No puedo darme de baja",
            "quiero desuscribirme",
            "cancelar la suscripción",
            "Cancelen los recordatorios",
            "Quítenme de su lista",
            "borren mi número",
            "Elimine mi número por favor",
            "déjenme en paz",
            "Número equivocado",
            "revoco mi consentimiento",
            "No me llamen más",
            "no autorizo que me envíen mensajes",
            "no me interesa",
        ],
    );
    check(
        None,
        &[
            "No deje de enviarme mensajes",
            "no dejen de mandarme recordatorios",
            "no quiero darme de baja",
            "no pare",
            "No puedo parar mañana",
            "¿Dónde está la parada?",
            "cancelar mi cita",
            "Quiero cancelar la cita",
            "Cancelar",
            "necesito cancelar, mándeme otra hora",
            "no me llegó el mensaje",
            "No recibí su mensaje",
            "estoy de baja",
            "¿Me puede enviar la dirección?",
            "gracias por el mensaje",
            "Llegaré tarde",
            "no gracias",
            "No",
            "no me envíe la factura",
            "el edificio es muy alto",
            "hasta mañana",
        ],
    );
}

#[test]
fn sentences_in_french() {
    check(
        STOP,
        &[
            "Arrêtez de m'envoyer des messages",
            "arretez de m’envoyer des SMS svp",
            "Arrêtez les SMS",
            "arrête de m'écrire",
            "Merci d'arrêter. Stop aux SMS",
            "stop sms",
            "Cessez de me contacter",
            "cessez vos messages",
            "Ne m'envoyez plus de messages",
            "ne m'envoyez plus rien",
            "m'envoyez plus de sms",
            "Ne m'écrivez plus",
            "ne me contactez plus",
            "Merci de ne plus me contacter",
            "Merci de ne plus m'envoyer de SMS",
            "Je ne veux plus recevoir de messages",
            "je ne souhaite plus recevoir vos SMS",
            "Je ne veux pas de vos rappels",
            "je ne souhaite plus être contactée",
            "Plus de SMS svp",
            "J'en ai marre de vos messages",
            "Désabonnez-moi",
            "je veux me désabonner",
            "Comment se désabonner ?",
            "désinscrivez-moi de la liste",
            "Retirez-moi de votre liste",
            "Supprimez mon numéro",
            "laissez-moi tranquille",
            "mauvais numéro",
            "Vous avez fait un faux numéro",
            "erreur de numéro",
            "merci de me retirer de vos listes",
            "je refuse de recevoir vos SMS",
            "je retire mon consentement",
        ],
    );
    check(
        None,
        &[
            "N'arrêtez pas",
            "n'arrêtez pas de m'envoyer des messages",
            "Ne vous arrêtez pas de m'écrire",
            "ne pas arrêter les rappels",
            "Je ne veux pas me désabonner",
            "où est l'arrêt de bus ?",
            "je m'arrête à 9 h",
            "Dois-je arrêter mon traitement ?",
            "Annuler",
            "annuler mon rendez-vous",
            "je dois annuler, envoyez-moi une autre date",
            "Je n'ai pas reçu votre message",
            "Envoyez-moi l'adresse",
            "j'ai arrêté de fumer",
            "merci pour le rappel",
            "je serai en retard",
            "non merci",
            "Non",
            "à la fin de la semaine",
            "je ne veux plus attendre",
        ],
    );
}

#[test]
fn sentences_in_german() {
    check(
        STOP,
        &[
            "Bitte keine SMS mehr",
            "keine Nachrichten mehr bitte",
            "Keine Erinnerungen mehr!",
            "Bitte keine weiteren SMS",
            "Ich möchte keine SMS mehr",
            "Ich moechte keine Nachrichten mehr erhalten",
            "ich will keine SMS von Ihnen",
            "Wir wünschen keine Erinnerungen",
            "Ich brauche keine Erinnerungen mehr",
            "Schicken Sie mir keine SMS mehr",
            "Bitte senden Sie mir keine Nachrichten",
            "schreibt mir keine sms mehr",
            "Schreiben Sie mir nicht mehr",
            "Schreiben Sie mir bitte nie wieder",
            "Kontaktieren Sie mich nicht mehr",
            "Bitte nicht mehr schreiben",
            "Ich möchte nicht mehr kontaktiert werden",
            "Hören Sie auf, mir zu schreiben",
            "Hören Sie bitte auf",
            "hören sie auf mir sms zu schicken",
            "Hört auf mir zu schreiben",
            "Stoppen Sie die SMS",
            "bitte SMS stoppen",
            "Nachrichten bitte abstellen",
            "SMS abbestellen",
            "Löschen Sie meine Nummer",
            "bitte meine Nummer löschen",
            "Nehmen Sie mich aus dem Verteiler",
            "Bitte nehmen Sie mich von Ihrer Liste",
            "Lassen Sie mich in Ruhe",
            "lasst mich in ruhe",
            "Bitte aus dem Verteiler nehmen",
            "Stopp bitte keine weiteren Nachrichten",
            "Falsche Nummer",
            "Sie haben die falsche Nummer",
            "Ich widerrufe meine Einwilligung",
        ],
    );
    check(
        None,
        &[
            "Bitte nicht aufhören",
            "Hören Sie nicht auf mir zu schreiben",
            "nicht stoppen",
            "Bitte stoppen Sie die SMS nicht",
            "wo ist die Haltestelle",
            "Ich komme am Ende der Woche",
            "Termin absagen",
            "Absagen",
            "Ich muss absagen, schicken Sie mir einen neuen Termin",
            "Ich habe keine SMS bekommen",
            "ich habe keine Nachricht von Ihnen bekommen",
            "Ich bekomme keine SMS mehr",
            "Ich kann nicht mehr schreiben",
            "Muss ich die Tabletten absetzen?",
            "Wann kann ich aufhören, die Tabletten zu nehmen?",
            "danke für die Erinnerung",
            "ich komme später",
            "nein danke",
            "Nein",
            "Schicken Sie mir die Adresse",
            "Ich habe meine Nummer geändert",
        ],
    );
}

#[test]
fn start() {
    check(
        Some(Reply::Start),
        &[
            "START",
            "start",
            "Start!",
            "please start",
            "UNSTOP",
            "“unstop”",
            "opt in",
            "OPTIN",
            "Resume",
            "yes, start",
            "start, yes please",
            "ALTA",
            "iniciar por favor",
            "REPRENDRE",
            "Démarrer",
            "START bitte",
            "anmelden",
        ],
    );
    // Nobody is opted in by a sentence.
    check(
        None,
        &[
            "when do we start?",
            "please start at 9",
            "I want to start again with the texts",
            "the start was late",
        ],
    );
}

#[test]
fn yes() {
    check(
        Some(Reply::Yes),
        &[
            "YES",
            "yes",
            "Yes!",
            "yes please",
            "ok yes",
            "Sí",
            "si",
            "SÍ, gracias",
            "Oui",
            "oui merci",
            "Ja",
            "ja bitte",
            "Ja, danke!",
        ],
    );
    check(
        None,
        &[
            "yes I will be there",
            "yes?maybe",
            "oui mais plus tard",
            "si puedo",
            "jaja",
            "y",
        ],
    );
}

#[test]
fn help() {
    check(
        Some(Reply::Help),
        &[
            "HELP",
            "help",
            "Help please",
            "INFO",
            "info?",
            "AYUDA",
            "Aide",
            "aide svp",
            "Hilfe",
            "Hilfe!",
        ],
    );
    // Two wishes at once are none.
    check(
        None,
        &[
            "help yes",
            "start help",
            "can you help me",
            "I need info on parking",
        ],
    );
}

/// Long and strange texts are read in no time and without a panic.
#[test]
fn limits() {
    let long = "please do not ever ".repeat(10_000);
    assert_eq!(read_reply(&long), None);
    // What stands beyond the length of any text is not read.
    assert_eq!(read_reply(&format!("{long} STOP")), None);
    assert_eq!(read_reply(&"stop ".repeat(10_000)), STOP);
    assert_eq!(read_reply(&"!".repeat(10_000)), None);
    assert_eq!(read_reply("\u{0}\u{FFFF}\u{10FFFF}\u{301}"), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        let _ = read_reply(&text);
    }

    /// A clause that says stop says so whatever stands in the others.
    #[test]
    fn stop_in_a_clause_of_its_own(before in "[a-z ]{0,40}", after in "[a-z ]{0,40}") {
        let text = format!("{before}. Please stop texting me! {after}");
        proptest::prop_assert_eq!(read_reply(&text), STOP);
    }
}
