//! Timeouts of connections and links, by the steady clock.

use super::client::{Client, bus, message};

/// What is said when the clock gets where the connection asked to be looked at.
fn at_next(client: &mut Client) -> (u64, String) {
    client.now.steady_ms = client.connection.next_steady_ms();
    (client.now.steady_ms / 1_000, client.listen())
}

#[test]
fn a_client_that_says_nothing_is_left() {
    let mut client = Client::silent(bus());
    assert_eq!(at_next(&mut client), (60, "over\n".into()));
}

#[test]
fn a_client_without_a_token_is_left() {
    let mut client = Client::open(bus());
    let (seconds, said) = at_next(&mut client);
    assert_eq!(seconds, 20);
    assert!(
        said.starts_with(
            "0 close(error(:amqp:connection:forced \"The connection did not show a token"
        ),
        "{said}"
    );
    assert!(said.ends_with("over\n"));
}

#[test]
fn signs_of_life_are_given_at_half_the_time() {
    let mut client = Client::silent(bus());
    client.greet(65_536, Some(30_000));
    client.hear();
    assert_eq!(at_next(&mut client), (15, "sign of life\n".into()));
    // And the next one would be too late for the token.
    assert_eq!(at_next(&mut client).0, 20);
}

#[test]
fn a_client_that_falls_silent_is_left() {
    let mut client = Client::trusted(bus());
    client.pass(100);
    client.bytes(&[0, 0, 0, 8, 2, 0, 0, 0]);
    let (seconds, said) = at_next(&mut client);
    assert_eq!(seconds, 340);
    assert!(said.contains("silent for longer"), "{said}");
}

#[test]
fn links_that_are_idle_are_detached_and_used_ones_are_not() {
    let mut client = Client::trusted(bus());
    client.send_to(2, "probe");
    client.hear();
    let mut said = String::new();
    for minute in 1..=15 {
        client.pass(60);
        client.bytes(&[0, 0, 0, 8, 2, 0, 0, 0]);
        if minute == 7 {
            client.transfer(2, 0, &message("a", b""));
        }
        for line in client
            .listen()
            .lines()
            .filter(|line| line.contains("detach"))
        {
            said += &format!("{minute} min: {}\n", &line[..24]);
        }
    }
    assert_eq!(
        said,
        "10 min: 0 detach(0 true error(:a\n10 min: 0 detach(1 true error(:a\n"
    );
}

#[test]
fn moving_the_wall_clock_ends_no_connection() {
    let mut client = Client::trusted(bus());
    client.now.wall_ms += 3_599_000;
    assert_eq!(client.listen(), "");
}
