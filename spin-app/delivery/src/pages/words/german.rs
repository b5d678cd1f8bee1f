//! German.

use super::{Deed, Notice, Words};

pub const WORDS: Words = Words {
    tag: "de",
    unsubscribe: Deed {
        question: "Keine Erinnerungen mehr per E-Mail?",
        button: "Keine E-Mails mehr",
        done: "Erledigt",
        meaning: "{clinic} schickt an diese Adresse keine Erinnerungen mehr. Ihre Termine bleiben bestehen.",
    },
    confirm: Deed {
        question: "Kommen Sie?",
        button: "Termin bestätigen",
        done: "Termin bestätigt",
        meaning: "Vielen Dank. {clinic} erwartet Sie.",
    },
    cancel: Deed {
        question: "Diesen Termin absagen?",
        button: "Termin absagen",
        done: "Termin abgesagt",
        meaning: "{clinic} weiß Bescheid, und Sie bekommen keine Erinnerungen mehr an diesen Termin.",
    },
    moved: Notice {
        heading: "Dieser Termin wurde verlegt",
        meaning: "Der Link ist von vorher. Die Erinnerung an die neue Zeit enthält einen neuen.",
    },
    canceled: Notice {
        heading: "Dieser Termin ist abgesagt",
        meaning: "Es gibt nichts mehr zu beantworten.",
    },
    past: Notice {
        heading: "Dieser Termin hat begonnen oder ist vorbei",
        meaning: "Es gibt nichts mehr zu beantworten.",
    },
    failed: Notice {
        heading: "Das geht im Moment nicht",
        meaning: "Bitte versuchen Sie es in einigen Minuten noch einmal.",
    },
    call: "Wenn Sie Fragen haben, rufen Sie bitte {phone} an.",
};
