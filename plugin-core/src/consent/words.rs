//! Words that say it all.

use super::pattern::has;
use crate::contract::exports::punctual::reminders::consent::Reply;

/// Stop, wherever they stand alone: those of the law and of carriers, then their like.
const STOP: &str = "stop stopall unsubscribe unsub unsuscribe unsubcribe cancel end quit optout revoke alto baja basta parar pare paren \
    desuscribir arret arreter arretez desabonner desabonnement desinscrire desinscription fin stopp stoppen halt ende \
    schluss aufhoren aufhoeren abmelden abbestellen austragen";
/// Those of them that say nothing else, even with a few small words around them.
const ONLY_STOP: &str =
    "stop stopall unsubscribe optout alto basta arretez arret stopp aufhoren aufhoeren";
const START: &str = "start unstop optin subscribe resubscribe resume alta iniciar empezar reanudar demarrer reprendre \
    starten anmelden fortsetzen";
const YES: &str = "yes si oui ja";
const HELP: &str = "help info ayuda aide hilfe";

/// What may stand beside any of them and changes nothing.
const COURTESY: &str = "please pls plz thanks thank you thx hi hello hey ok okay now por favor gracias hola ya ahora \
    svp stp sil vous te plait merci bonjour maintenant bitte danke hallo jetzt sofort";
/// What may stand beside a word that means stop and nothing else.
const SMALL: &str = "i we said just want would like id to can could it this that all everything me immediately asap \
    already right away yes no must need now again lo todo esto tout cela ca tous das es damit alles endlich doch";

/// The reply of a text that is nothing but such words.
pub fn read(clauses: &[Vec<String>]) -> Option<Reply> {
    let (mut reply, mut doubt) = (None, false);
    for word in clauses.iter().flatten() {
        if has(COURTESY, word) {
            continue;
        }
        let is = [
            (STOP, Reply::Stop),
            (START, Reply::Start),
            (YES, Reply::Yes),
            (HELP, Reply::Help),
        ]
        .into_iter()
        .find(|(list, _)| has(list, word))?
        .1;
        reply = match (reply, is) {
            (None, is) => Some(is),
            (Some(Reply::Stop), _) | (_, Reply::Stop) => Some(Reply::Stop),
            // "Yes, start"
            (Some(Reply::Yes | Reply::Start), Reply::Start) | (Some(Reply::Start), Reply::Yes) => {
                Some(Reply::Start)
            }
            (Some(earlier), is) => {
                doubt |= earlier != is;
                Some(earlier)
            }
        };
    }
    reply.filter(|reply| !doubt || *reply == Reply::Stop)
}

/// Whether a clause is stop with small words around it: "just stop it".
pub fn only_wants_an_end(clause: &[String]) -> bool {
    clause.iter().any(|word| has(ONLY_STOP, word))
        && clause
            .iter()
            .all(|word| has(ONLY_STOP, word) || has(COURTESY, word) || has(SMALL, word))
}
