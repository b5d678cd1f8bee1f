//! German.

use crate::consent::pattern::Language;

pub static GERMAN: Language = Language {
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
    patterns: "!{keine} _ {nachricht} mehr; ^ {keine} _ {nachricht}; bitte {keine} _ {nachricht}; \
        {mochte} _ {keine} _ {nachricht}; !{schicken} _ {keine} _ {nachricht}; !{schreiben} _ nicht {mehr}; \
        !{schreiben} _ nie {mehr}; !nicht mehr {schreiben}; !nie {mehr} {schreiben}; nicht mehr _ {kontaktiert}; \
        {mochte} nicht _ {kontaktiert}; {horen} _ auf _ {schicken}; {horen} _ auf $; {horen} _ auf _ {schreiben}; \
        {aufhoren} _ {schicken}; {aufhoren} _ {schreiben}; {stoppen} sie _ {nachricht}; {stoppen} _ {nachricht}; \
        {nachricht} _ {abstellen}; {liste} _ abmelden; {liste} {nehmen}; kein interesse; {loschen} _ nummer; nummer _ {loschen}; \
        {nehmen} _ mich _ {liste}; mich _ {liste} {nehmen}; mich _ {liste} {loschen}; tragen sie mich aus; \
        {lassen} _ mich _ in ruhe; {lassen} _ in ruhe; ^ falsche nummer; die falsche nummer; \
        {widerrufe} _ {einwilligung}",
};
