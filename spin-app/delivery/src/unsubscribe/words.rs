//! The words of the page, in the language that the browser asks for. The link tells nobody's language: it outlives the
//! appointment, and nothing is looked up for somebody who only looks.

/// The page in one language. `{clinic}` stands for the clinic's name.
pub struct Words {
    /// Tag of the language, for `lang`.
    pub tag: &'static str,
    /// Asks.
    pub question: &'static str,
    /// What the button does.
    pub button: &'static str,
    /// Says that it is done.
    pub done: &'static str,
    /// What that means.
    pub meaning: &'static str,
}

/// All languages; the first is for everyone who asks for none of them.
const ALL: [Words; 4] = [
    Words {
        tag: "en",
        question: "No more reminders by email?",
        button: "Stop the emails",
        done: "Done",
        meaning: "{clinic} will send no more reminders to this address. Your appointments stay.",
    },
    Words {
        tag: "es",
        question: "¿No recibir más recordatorios por correo electrónico?",
        button: "Dejar de recibirlos",
        done: "Hecho",
        meaning: "{clinic} no enviará más recordatorios a esta dirección. Sus citas se mantienen.",
    },
    Words {
        tag: "fr",
        question: "Ne plus recevoir de rappels par e-mail ?",
        button: "Ne plus en recevoir",
        done: "C’est fait",
        meaning: "{clinic} n’enverra plus de rappels à cette adresse. Vos rendez-vous sont maintenus.",
    },
    Words {
        tag: "de",
        question: "Keine Erinnerungen mehr per E-Mail?",
        button: "Keine E-Mails mehr",
        done: "Erledigt",
        meaning: "{clinic} schickt an diese Adresse keine Erinnerungen mehr. Ihre Termine bleiben bestehen.",
    },
];

/// The language that `Accept-Language` likes best of those there are (RFC 9110, section 12.5.4).
pub fn wanted(header: Option<&str>) -> &'static Words {
    let mut wishes: Vec<(f32, &str)> = header
        .unwrap_or_default()
        .split(',')
        .map(|wish| {
            let (tag, parameters) = wish.split_once(';').unwrap_or((wish, ""));
            let weight = parameters.trim().strip_prefix("q=");
            let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            (weight, tag.trim())
        })
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    // Stable: of two that are liked alike the first stays first.
    wishes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let known = |tag: &str| {
        let language = tag.split('-').next().unwrap_or_default();
        ALL.iter()
            .find(|words| words.tag.eq_ignore_ascii_case(language))
    };
    let found = wishes.iter().find_map(|(_, tag)| known(tag));
    found.unwrap_or(&ALL[0])
}
