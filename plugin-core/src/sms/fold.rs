//! Replacing look-alikes where that makes a text cheaper.

use super::{gsm7, look_alikes, measure};
use crate::contract::exports::punctual::reminders::rendering::SmsEncoding;

/// The text in its cheapest spelling that loses least.
///
/// - A text of the GSM alphabet stays as it is.
/// - Typography (curly quotes, long dashes, no-break spaces) is replaced if the text is then of the GSM
///   alphabet or takes fewer segments.
/// - Letters lose their marks only where that saves a segment: a name keeps its accents while they cost
///   nothing. What the alphabet has, as in "Núñez" the ñ, always stays.
///
/// So the result never takes more segments than the text.
pub fn fold(text: &str) -> String {
    let before = measure(text);
    if before.encoding == SmsEncoding::Gsm7 {
        return text.to_owned();
    }
    let straight = straighten(text);
    let straight_size = measure(&straight);
    let bare = bare(&straight);
    let lossless = if straight_size.encoding == SmsEncoding::Gsm7
        || straight_size.segments < before.segments
    {
        straight
    } else {
        text.to_owned()
    };
    if measure(&bare).segments < measure(&lossless).segments {
        bare
    } else {
        lossless
    }
}

/// Typography made plain and marks joined to their letters; no letter changes.
fn straighten(text: &str) -> String {
    let mut straight = String::with_capacity(text.len());
    for character in text.chars() {
        let joined = straight
            .chars()
            .next_back()
            .and_then(|letter| look_alikes::composed(letter, character));
        if let Some(letter) = joined {
            straight.pop();
            straight.push(letter);
        } else if let Some(plain) = look_alikes::typographic(character) {
            straight.push_str(plain);
        } else {
            straight.push(character);
        }
    }
    straight
}

/// Without the marks that the alphabet lacks.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for character in text.chars() {
        match look_alikes::plain(character) {
            Some(plain) if gsm7::septets(character).is_none() => bare.push_str(plain),
            _ => bare.push(character),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&fold(text));
    }

    #[test]
    fn typography_goes_when_the_text_then_fits_the_alphabet() {
        check("It’s at “9–10”…", expect![[r#"It's at "9-10"..."#]]);
        check("09:00\u{A0}Uhr\u{202F}!", expect!["09:00 Uhr !"]);
        check(
            "Zoe\u{308} Mu\u{308}ller, Andre\u{301}",
            expect!["Zoë Müller, André"],
        );
    }

    #[test]
    fn typography_stays_where_it_costs_nothing() {
        check("你好 – it’s 9", expect!["你好 – it’s 9"]);
    }

    #[test]
    fn accents_stay_while_they_cost_nothing() {
        check("María, see you at 9", expect!["María, see you at 9"]);
    }

    #[test]
    fn accents_go_when_that_saves_a_segment() {
        check(
            "Recordatorio: su cita con la Dra. Nuñez es el martes 5 de mayo a las 9:00. Responda ALTO para no recibir más.",
            expect![
                "Recordatorio: su cita con la Dra. Nuñez es el martes 5 de mayo a las 9:00. Responda ALTO para no recibir mas."
            ],
        );
        check(
            "Nguyễn Văn Łukasz Þór Çelik İnönü Œuvre: reminder of your appointment on Monday, 1 June",
            expect![
                "Nguyen Van Lukasz Thor Çelik Inönü OEuvre: reminder of your appointment on Monday, 1 June"
            ],
        );
    }

    /// Of French the alphabet has é, è, à and ù, and of Spanish ñ, ü, ¿ and ¡; nothing else with a mark.
    #[test]
    fn french_and_spanish_lose_only_what_the_alphabet_lacks() {
        check(
            "Rappel : rendez-vous le 1er août à 9 h, où l’élève reçoit sa tâche. Ça vous paraît sûr, cœur ? Répondez STOP.",
            expect![
                "Rappel : rendez-vous le 1er aout à 9 h, où l'élève recoit sa tache. Ça vous parait sur, coeur ? Répondez STOP."
            ],
        );
        check(
            "¿Está usted en camino? ¡Mañana tendrá su cita con la Dra. Ibáñez Agüero, según acordó! Responda aquí, por favor.",
            expect![
                "¿Esta usted en camino? ¡Mañana tendra su cita con la Dra. Ibañez Agüero, segun acordo! Responda aqui, por favor."
            ],
        );
    }

    #[test]
    fn nothing_is_lost_where_nothing_is_won() {
        // The smiley keeps the text in UCS-2, whatever the accents do.
        let text = "María 😀 ".repeat(12);
        assert_eq!(fold(&text), text);
    }

    proptest! {
        #[test]
        fn never_dearer_and_settled_at_once(text in "[a-zàáéñŁ€’…–😀你\u{301}\u{A0} ]{0,200}") {
            let folded = fold(&text);
            prop_assert!(measure(&folded).segments <= measure(&text).segments);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
