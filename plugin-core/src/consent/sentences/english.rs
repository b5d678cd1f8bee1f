//! English.

use crate::consent::pattern::Language;

pub static ENGLISH: Language = Language {
    classes: &[
        ("stop", "stop stopall stopping quit cease halt discontinue"),
        ("end", "end cancel terminate disable"),
        ("dont", "dont never nolonger"),
        (
            "texting",
            "texting messaging sending calling contacting spamming bothering harassing bugging pestering emailing notifying \
            reminding writing annoying",
        ),
        (
            "text",
            "text message msg contact sms spam bother email notify remind disturb harass write",
        ),
        (
            "texted",
            "texted messaged contacted notified reminded bothered spammed",
        ),
        ("me", "me us this here anymore again"),
        ("want", "want wish need like care consent agree"),
        (
            "note",
            "text texts message messages msg msgs sms reminder reminders notification notifications alert alerts emails \
            spam txt txts",
        ),
        (
            "notes",
            "texts messages msgs sms reminders notifications alerts emails spam txts subscription",
        ),
        ("anything", "anything stuff these this more anymore again"),
        (
            "list",
            "list lists database system texts messages reminders notifications service",
        ),
        ("number", "number phone contact info details"),
        ("consent", "consent permission"),
        ("remove", "remove delete take lose erase drop"),
        ("wrong", "have got is its texting texted"),
    ],
    links: "and calling sending send getting receiving receive get any all the a these those this that my me us you your of to from \
        with at be please more further so many such automated automatic annoying damn fucking stupid text sms email \
        appointment ever even mailing need must should have",
    nots: "did dont never not didnt doesnt wont shouldnt wouldnt without nolonger",
    last_nots: "",
    not_links: "to ever you please want wanted need wish dare going mean me them be ask asked say said the a",
    subjects: "i we you they he she get got getting receive received did",
    patterns: "{stop} _ {texting}; {stop} _ {note}; {stop} these $; ^ remove $; {end} _ {notes}; {note} _ stop $; unsubscribe; unsubscribed; \
        unsubscribing; optout; opting out; opted out; opt me out; opt us out; opt this number out; revoke _ {consent}; \
        revoking _ {consent}; withdraw _ {consent}; withdrawing _ {consent}; !{dont} _ {text} {me}; \
        !{dont} _ {text} $; !{dont} _ send _ {note}; !{dont} send me $; !{dont} send me {anything}; \
        !{dont} send {anything} $; {want} you to stop; dont {want} _ {note}; dont {want} _ {text}; \
        dont {want} _ {texted}; dont {want} _ texting; nolonger {want} _ {note}; nolonger {want} _ {texted}; \
        nolonger {want} _ {text}; not {want} _ {notes}; !no more _ {note}; !no more texting; !no further _ {note}; \
        !enough _ {notes}; !enough texting; ^ no _ {notes}; {remove} me $; {remove} me off $; \
        {remove} me off _ {list}; {remove} me from _ {list}; {remove} _ {number} from _ {list}; {remove} _ number $; \
        {remove} _ number off; leave me alone; ^ wrong number; ^ wrong person; {wrong} the wrong number; \
        {wrong} the wrong person; {wrong} wrong number; not interested",
};
