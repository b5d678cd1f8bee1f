//! French.

use crate::consent::pattern::Language;

pub static FRENCH: Language = Language {
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
        ("liste", "liste listes fichier base"),
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
        desinscrire; desinscrivez; desinscription; {retirez} moi _ {liste}; me retirer _ {liste}; refuse _ {message}; pas interesse; {retirez} moi $; {retirez} mon numero; \
        {laissez} moi tranquille; {laissez} moi la paix; {faux} numero; erreur de numero; {retire} mon consentement",
};
