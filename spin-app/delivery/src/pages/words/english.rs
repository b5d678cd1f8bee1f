//! English.

use super::{Deed, Notice, Words};

pub const WORDS: Words = Words {
    tag: "en",
    unsubscribe: Deed {
        question: "No more reminders by email?",
        button: "Stop the emails",
        done: "Done",
        meaning: "{clinic} will send no more reminders to this address. Your appointments stay.",
    },
    confirm: Deed {
        question: "Will you come?",
        button: "Confirm the appointment",
        done: "Confirmed",
        meaning: "Thank you. {clinic} expects you.",
    },
    cancel: Deed {
        question: "Cancel this appointment?",
        button: "Cancel the appointment",
        done: "Canceled",
        meaning: "{clinic} knows, and you will get no more reminders of this appointment.",
    },
    moved: Notice {
        heading: "This appointment was moved",
        meaning: "The link is from before. The reminder of the new time will have a new one.",
    },
    canceled: Notice {
        heading: "This appointment is canceled",
        meaning: "There is nothing left to answer.",
    },
    past: Notice {
        heading: "This appointment has begun or is over",
        meaning: "There is nothing left to answer.",
    },
    failed: Notice {
        heading: "This does not work at the moment",
        meaning: "Please try again in a few minutes.",
    },
    call: "If you have a question, please call {phone}.",
};
