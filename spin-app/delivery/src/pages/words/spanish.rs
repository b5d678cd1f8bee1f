//! Spanish.

use super::{Deed, Notice, Words};

pub const WORDS: Words = Words {
    tag: "es",
    unsubscribe: Deed {
        question: "¿No recibir más recordatorios por correo electrónico?",
        button: "Dejar de recibirlos",
        done: "Hecho",
        meaning: "{clinic} no enviará más recordatorios a esta dirección. Sus citas se mantienen.",
    },
    confirm: Deed {
        question: "¿Asistirá a la cita?",
        button: "Confirmar la cita",
        done: "Cita confirmada",
        meaning: "Gracias. {clinic} le espera.",
    },
    cancel: Deed {
        question: "¿Cancelar esta cita?",
        button: "Cancelar la cita",
        done: "Cita cancelada",
        meaning: "{clinic} está al corriente y usted no recibirá más recordatorios de esta cita.",
    },
    moved: Notice {
        heading: "Esta cita ha cambiado de hora",
        meaning: "El enlace es anterior al cambio. El recordatorio de la nueva hora traerá uno nuevo.",
    },
    canceled: Notice {
        heading: "Esta cita está cancelada",
        meaning: "No queda nada por responder.",
    },
    past: Notice {
        heading: "Esta cita ya ha comenzado o ha terminado",
        meaning: "No queda nada por responder.",
    },
    failed: Notice {
        heading: "Esto no funciona en este momento",
        meaning: "Inténtelo de nuevo dentro de unos minutos.",
    },
    call: "Si tiene alguna pregunta, llame al {phone}.",
};
