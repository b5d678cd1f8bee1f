//! French.

use super::{Deed, Notice, Words};

pub const WORDS: Words = Words {
    tag: "fr",
    unsubscribe: Deed {
        question: "Ne plus recevoir de rappels par e-mail ?",
        button: "Ne plus en recevoir",
        done: "C’est fait",
        meaning: "{clinic} n’enverra plus de rappels à cette adresse. Vos rendez-vous sont maintenus.",
    },
    confirm: Deed {
        question: "Viendrez-vous ?",
        button: "Confirmer le rendez-vous",
        done: "Rendez-vous confirmé",
        meaning: "Merci. {clinic} vous attend.",
    },
    cancel: Deed {
        question: "Annuler ce rendez-vous ?",
        button: "Annuler le rendez-vous",
        done: "Rendez-vous annulé",
        meaning: "{clinic} en est informé et vous ne recevrez plus de rappels de ce rendez-vous.",
    },
    moved: Notice {
        heading: "Ce rendez-vous a été déplacé",
        meaning: "Le lien date d’avant. Le rappel du nouvel horaire en contiendra un nouveau.",
    },
    canceled: Notice {
        heading: "Ce rendez-vous est annulé",
        meaning: "Il n’y a plus rien à répondre.",
    },
    past: Notice {
        heading: "Ce rendez-vous a commencé ou est terminé",
        meaning: "Il n’y a plus rien à répondre.",
    },
    failed: Notice {
        heading: "Cela ne fonctionne pas pour le moment",
        meaning: "Veuillez réessayer dans quelques minutes.",
    },
    call: "Pour toute question, appelez le {phone}.",
};
