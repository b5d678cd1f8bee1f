//! What people read: whole messages, in their language and their zone.

use expect_test::{Expect, expect};
use punctual_stand_ins::messaging::Received;
use serde_json::json;

use super::world::{ACS, DUE, SENDGRID_TWILIO, World};

/// The same hour in four places, for four people: language, zone, who.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("en", "America/New_York", "ann", "+12025550101"),
    ("es", "America/Mexico_City", "eva", "+12025550102"),
    ("fr-CA", "America/Toronto", "léo", "+12025550103"),
    ("de", "Europe/Berlin", "ute", "+12025550104"),
];

async fn sent(senders: &[(&str, &str)]) -> World {
    let world = World::open(senders).await;
    for (locale, zone, who, phone) in PEOPLE {
        let email = format!("{}@example.com", who.replace('é', "e"));
        let members = json!({"customer_name": who, "locale": locale, "time_zone": zone, "email": email, "phone": phone});
        world.book_with(members).await;
    }
    world.set_now(DUE[0]);
    let summary = world.deliver().await;
    assert_eq!(summary["sent"], 8, "{summary}");
    world
}

/// A message as a person sees it, without what differs each time.
fn read(world: &World, message: &Received) -> String {
    let (from, to) = (&message.from, &message.to);
    let subject = message.subject.as_deref();
    let subject = subject.map_or_else(String::new, |subject| format!("{subject}\n\n"));
    let text = message.text.trim_end().replace(&world.door.url(), "URL");
    let hide = |line: &str| match line.split_once("token=") {
        Some((before, _)) => format!("{before}token=…\n"),
        None => format!("{line}\n"),
    };
    let text: String = text.lines().map(hide).collect();
    format!("--- {from} to {to}\n{subject}{text}")
}

#[track_caller]
fn check(world: &World, is_email: bool, expected: Expect) {
    let mut inbox = world.inbox();
    inbox.retain(|message| message.subject.is_some() == is_email);
    inbox.sort_by(|a, b| a.to.cmp(&b.to));
    let read: String = inbox.iter().map(|message| read(world, message)).collect();
    expected.assert_eq(&read);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_reads_their_own_language_and_time() {
    let world = sent(&SENDGRID_TWILIO).await;
    check(
        &world,
        true,
        expect![[r#"
        --- reminders@example.com to ann@example.com
        Your appointment at Riverside Clinic: Monday, 15 June 2026, 03:00

        Hello ann,

        This is a reminder of your appointment at Riverside Clinic.

        When: Monday, 15 June 2026, 03:00 (New York time)
        What: Vaccination

        If you have a question or cannot come, please call +1 202 555 0199.

        Riverside Clinic

        No more reminders by email:
        URL/unsubscribe?token=…
        --- reminders@example.com to eva@example.com
        Su cita en Riverside Clinic: lunes, 15 de junio de 2026, 1:00

        Hola, eva:

        Le recordamos su cita en Riverside Clinic.

        Cuándo: lunes, 15 de junio de 2026, 1:00 (hora de Ciudad de México)
        Motivo: Vaccination

        Si tiene alguna pregunta o no puede venir, llame al +1 202 555 0199.

        Riverside Clinic

        No recibir más recordatorios por correo electrónico:
        URL/unsubscribe?token=…
        --- reminders@example.com to leo@example.com
        Riverside Clinic : votre rendez-vous du lundi 15 juin 2026 à 3 h 00

        Bonjour léo,

        Riverside Clinic vous rappelle votre rendez-vous.

        Quand : lundi 15 juin 2026 à 3 h 00 (heure de Toronto)
        Motif : Vaccination

        Pour toute question ou si vous ne pouvez pas venir, appelez le +1 202 555 0199.

        Riverside Clinic

        Ne plus recevoir de rappels par e-mail :
        URL/unsubscribe?token=…
        --- reminders@example.com to ute@example.com
        Ihr Termin bei Riverside Clinic: Montag, 15. Juni 2026, 9:00 Uhr

        Guten Tag ute,

        wir möchten Sie an Ihren Termin bei Riverside Clinic erinnern.

        Wann: Montag, 15. Juni 2026, 9:00 Uhr (Ortszeit Berlin)
        Anlass: Vaccination

        Wenn Sie Fragen haben oder nicht kommen können, rufen Sie uns bitte an: +1 202 555 0199.

        Riverside Clinic

        Keine Erinnerungen mehr per E-Mail:
        URL/unsubscribe?token=…
    "#]],
    );
    check(
        &world,
        false,
        expect![[r#"
        --- +12025550100 to +12025550101
        Riverside Clinic: appointment on Mon 15 Jun 2026, 03:00 (New York time). Questions? Call +1 202 555 0199. Reply STOP to opt out.
        --- +12025550100 to +12025550102
        Riverside Clinic: su cita es el lun 15 jun 2026, 1:00 (hora de Ciudad de México). Consultas: +1 202 555 0199. Responda STOP para dejar de recibir SMS.
        --- +12025550100 to +12025550103
        Riverside Clinic : RDV le lun. 15 juin 2026 à 3 h 00 (heure de Toronto). Questions : +1 202 555 0199. Répondez STOP pour ne plus recevoir de SMS.
        --- +12025550100 to +12025550104
        Riverside Clinic: Ihr Termin ist am Mo., 15.6.2026, 9:00 Uhr (Ortszeit Berlin). Fragen? +1 202 555 0199. Keine SMS mehr? Antworten Sie STOP.
    "#]],
    );
    // Nobody gets anything twice, whoever asks again.
    world.deliver().await;
    assert_eq!(world.received(), (4, 4));
    let rows = world.rows("P7D").await;
    assert_eq!(rows.matches("delivered").count(), 8, "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_the_words_are_the_same() {
    let words = |world: &World| {
        let mut words: Vec<_> = world
            .inbox()
            .iter()
            .map(|message| {
                let subject = message.subject.clone();
                let html = message.html.clone().unwrap_or_default();
                let url = world.door.url();
                let html = html.replace(&url.replace('/', "&#x2f;"), "URL");
                let text = message.text.replace(&url, "URL");
                (message.to.clone(), subject, text, html)
            })
            .collect();
        words.sort();
        words
    };
    let (one, other) = (sent(&SENDGRID_TWILIO).await, sent(&ACS).await);
    assert_eq!(words(&one), words(&other));
    let rows = other.rows("P7D").await;
    assert_eq!(rows.matches("delivered").count(), 8, "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_says_how_to_end_it_to_programs_and_to_people() {
    for senders in [SENDGRID_TWILIO, ACS] {
        let world = sent(&senders).await;
        for message in world.inbox().iter().filter(|it| it.subject.is_some()) {
            let mark = |name: &str| message.marks.get(name).map(String::as_str);
            assert_eq!(
                mark("header List-Unsubscribe-Post"),
                Some("List-Unsubscribe=One-Click")
            );
            let link = mark("header List-Unsubscribe").expect("a link");
            let link = link.trim_matches(['<', '>']);
            assert!(message.text.contains(link), "{link}");
            let html = message.html.as_deref().expect("HTML");
            let (_, token) = link.split_once("token=").expect("a token");
            assert!(html.contains(token), "{link}");
            // What is in a link may lie in logs.
            let (person, _) = message.to.split_once('@').expect("an address");
            assert!(!link.contains(person), "{link}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_brings_the_appointment_for_the_calendar() {
    for senders in [SENDGRID_TWILIO, ACS] {
        let world = sent(&senders).await;
        let inbox = world.inbox();
        let (emails, texts): (Vec<_>, Vec<_>) = inbox.iter().partition(|it| it.subject.is_some());
        for email in emails {
            let file = &email.attachments["appointment.ics"];
            // Folded lines go on with a space.
            let file = file.replace("\r\n ", "");
            for line in [
                "DTSTART:20260615T070000Z",
                "STATUS:CONFIRMED",
                "METHOD:PUBLISH",
            ] {
                assert!(file.contains(&format!("{line}\r\n")), "{line}: {file}");
            }
            assert!(!file.contains("example.com"), "nobody is named: {file}");
        }
        assert!(texts.iter().all(|text| text.attachments.is_empty()));
    }
}
