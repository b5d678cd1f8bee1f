//! Whoever says stop is left alone: at planning, at the fence, and by whichever provider.

use punctual_host::client;
use punctual_stand_ins::messaging::Received;

use super::world::{ACS, ACS_NUMBER, DUE, PHONE, SENDGRID_TWILIO, TWILIO_NUMBER, World};

/// Pat writes to our number.
async fn writes(world: &World, text: &str) {
    let written = match world.acs_sends_texts() {
        true => world
            .acs
            .with(|it, now_ms| it.write(PHONE, ACS_NUMBER, text, now_ms)),
        false => world
            .twilio
            .with(|it, now_ms| it.write(PHONE, TWILIO_NUMBER, text, now_ms)),
    };
    written.expect("a text that arrives");
    world.told().await;
    // And what answers it.
    world.settle().await;
}

async fn texts(world: &World) -> Vec<Received> {
    let mut inbox = world.inbox();
    inbox.retain(|message| message.subject.is_none());
    inbox
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_stop_is_texted_no_more_until_they_say_start() {
    for senders in [SENDGRID_TWILIO, ACS] {
        for stop in ["STOP", "Opt out.", "please stop texting me"] {
            let world = World::open(&senders).await;
            world.book().await;
            world.set_now(DUE[0]);
            world.deliver().await;
            assert_eq!(texts(&world).await.len(), 1);
            writes(&world, stop).await;
            // The carrier confirms its own word by itself. Of other words nobody but us knows.
            let confirmed = texts(&world).await.split_off(1);
            let ours = usize::from(stop != "STOP" && world.acs_sends_texts());
            assert_eq!(confirmed.len(), ours, "{stop}: {confirmed:?}");
            // The row was planned before: the fence.
            world.set_now(DUE[1]);
            world.deliver().await;
            let day = world.rows("P1D").await;
            assert!(day.contains("sms · skipped · opted_out"), "{stop}: {day}");
            assert!(day.contains("email · delivered"), "{stop}: {day}");
            // So does the plan.
            world.clinic.reconcile().await;
            let hour = world.rows("PT1H").await;
            assert!(hour.contains("sms · skipped · opted_out"), "{stop}: {hour}");
            assert_eq!(texts(&world).await.len(), 1 + ours, "{stop}");
            writes(&world, "START").await;
            world.clinic.reconcile().await;
            world.set_now(DUE[2]);
            world.deliver().await;
            let hour = world.rows("PT1H").await;
            assert!(hour.contains("sms · delivered"), "{stop}: {hour}");
            assert_eq!(texts(&world).await.len(), 2 + ours, "{stop}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_only_the_provider_knows_ends_the_texts_too() {
    for senders in [SENDGRID_TWILIO, ACS] {
        let world = World::open(&senders).await;
        world.book().await;
        // Said before we heard of replies at all.
        world.twilio.with(|it, now_ms| {
            it.options.inbound_url = None;
            it.write(PHONE, TWILIO_NUMBER, "STOP", now_ms)
                .expect("a text");
        });
        world.acs.with(|it, now_ms| {
            let subscription = it.subscription.take();
            it.write(PHONE, ACS_NUMBER, "STOP", now_ms).expect("a text");
            it.subscription = subscription;
        });
        world.set_now(DUE[0]);
        world.deliver().await;
        let week = world.rows("P7D").await;
        assert!(week.contains("opted_out"), "{week}");
        world.set_now(DUE[1]);
        world.deliver().await;
        let day = world.rows("P1D").await;
        assert!(day.contains("sms · skipped · opted_out"), "{day}");
        assert_eq!(world.received(), (2, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_in_the_mail_program_ends_the_emails() {
    for senders in [SENDGRID_TWILIO, ACS] {
        let world = World::open(&senders).await;
        world.book().await;
        world.set_now(DUE[0]);
        world.deliver().await;
        let inbox = world.inbox();
        let email = inbox.iter().find(|it| it.subject.is_some());
        let link = &email.expect("an email").marks["header List-Unsubscribe"];
        let link = link.trim_matches(['<', '>']);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = "List-Unsubscribe=One-Click";
        let method = "POST".parse().expect("a method");
        let reply = client::send(method, link, &form, body).await;
        assert_eq!(reply.expect("an answer").status, 200);
        world.set_now(DUE[1]);
        world.deliver().await;
        let day = world.rows("P1D").await;
        assert!(day.contains("email · skipped · opted_out"), "{day}");
        assert!(day.contains("sms · delivered"), "{day}");
        assert_eq!(world.received(), (1, 2));
    }
}
