//! Bytes that no peer should send, by the million.
//!
//! A case is one chunk for one decoder or engine: genuine frames in a random order, most of them damaged. None may panic, hold more
//! memory than its limits allow, or write without end. The seed is the number of the case, so a failing one can be run again.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `PUNCTUAL_FUZZ_SECONDS` | time box of each test | 10 |
//! | `PUNCTUAL_FUZZ_CASES` | stop after so many cases | 1,000,000 |
//! | `PUNCTUAL_FUZZ_FIRST` | number of the first case | 0 |

mod corpus;
mod memory;
mod random;

use corpus::Corpus;
use punctual_servicebus::{
    Moment,
    codec::{
        frame::FrameBuffer,
        message::Message,
        messaging::{Accepted, DeliveryState},
        scan,
    },
    engine::{Config, Connection, Delivery, Direction, Event, LinkId, LinkOptions},
    ops::{management::Reply, received::BrokeredMessage},
};
use random::Random;
use std::time::{Duration, Instant};

const FRAME_BYTES_MAX: u32 = 4_096;

/// What a decoder may hold at its worst: 16,384 elements of a map take about 2.5 MB.
const DECODER_BYTES_MAX: usize = 6 << 20;

/// What an engine may hold: that, and what its links and queues may.
const ENGINE_BYTES_MAX: usize = 8 << 20;

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Runs cases until their number or the time is up.
fn run(name: &str, bytes_max: usize, mut case: impl FnMut(u64)) -> u64 {
    let began = Instant::now();
    let time_box = Duration::from_secs(variable("PUNCTUAL_FUZZ_SECONDS", 10));
    let first = variable("PUNCTUAL_FUZZ_FIRST", 0);
    let last = first + variable("PUNCTUAL_FUZZ_CASES", 1_000_000);
    let mut number = first;
    let mut highest = 0;
    while number < last && (!number.is_multiple_of(256) || began.elapsed() < time_box) {
        let peak = memory::peak_of(|| case(number));
        assert!(peak <= bytes_max, "case {number} held {peak} bytes");
        highest = highest.max(peak);
        number += 1;
    }
    let seconds = began.elapsed().as_secs_f32();
    println!(
        "{name}: {} cases in {seconds:.1} s, at most {highest} bytes",
        number - first
    );
    number - first
}

#[test]
fn decoders() {
    let corpus = Corpus::new();
    run("decoders", DECODER_BYTES_MAX, |number| {
        let mut random = Random::new(number);
        let bytes = corpus.chunk(&mut random);
        match number % 4 {
            0 => {
                let _ = scan::measure(&bytes);
                let _ = BrokeredMessage::decode(&bytes);
            }
            1 => {
                if let Ok(message) = Message::decode(&bytes) {
                    // What was read can be written, and then reads the same.
                    let again = message.encode().expect("what was decoded encodes");
                    let again = Message::decode(&again).expect("what was encoded decodes");
                    assert_eq!(again, message, "case {number}");
                }
            }
            2 => {
                let _ = Reply::decode(&bytes);
            }
            _ => {
                let mut buffer = FrameBuffer::new(FRAME_BYTES_MAX);
                buffer.feed(&bytes);
                while let Ok(Some(_)) = buffer.frame() {}
            }
        }
    });
}

/// An engine, and what its user knows of it.
struct Subject {
    engine: Connection,
    now: Moment,
    links: Vec<LinkId>,
    deliveries: Vec<Delivery>,
    written: usize,
    seen: u16,
}

impl Subject {
    fn new(corpus: &Corpus, random: &mut Random) -> Self {
        let config = Config {
            max_frame_bytes: FRAME_BYTES_MAX,
            ..Config::new("fuzz", "contoso.example.com")
        };
        let mut subject = Self {
            engine: Connection::new(&config, Moment::default()),
            now: Moment::default(),
            links: Vec::new(),
            deliveries: Vec::new(),
            written: 0,
            seen: 0,
        };
        let session = subject.engine.begin().expect("the first session");
        for direction in [Direction::Outgoing, Direction::Incoming] {
            let options = LinkOptions {
                name: format!("{direction:?}"),
                direction,
                source: Some("q".to_owned()),
                target: Some("q".to_owned()),
                unsettled: true,
                settle_second: true,
                max_message_bytes: 10_000,
                properties: None,
            };
            subject
                .links
                .extend(subject.engine.attach(session, &options));
        }
        // Most cases should get beyond the handshake.
        for frame in &corpus.handshake[..random.skewed(corpus.handshake.len())] {
            let _ = subject.engine.receive(frame, subject.now);
            subject.look();
        }
        subject
    }

    fn look(&mut self) {
        while let Some(event) = self.engine.poll_event() {
            self.seen |= 1 << kind(&event);
            if let Event::Message(incoming) = event {
                self.deliveries.push(incoming.delivery);
            }
        }
        self.written += self.engine.transmit(self.now).len();
    }

    fn act(&mut self, random: &mut Random) {
        let link = self.links[random.below(self.links.len())];
        match random.below(10) {
            0 => self.engine.grant(link, random.below(4) as u32),
            1 => self.engine.drain(link),
            2 => drop(self.engine.send(link, 0, random.below(2) == 0, &[7; 900])),
            3 => {
                if let Some(delivery) = self.deliveries.pop() {
                    let state = DeliveryState::Accepted(Accepted {});
                    self.engine.dispose(delivery, state, random.below(2) == 0);
                }
            }
            4 => {
                self.now = self.now + Duration::from_secs(random.below(70) as u64);
                let _ = self.engine.tick(self.now);
            }
            5 if random.below(20) == 0 => self.engine.detach(link),
            6 if random.below(40) == 0 => self.engine.close(),
            _ => {}
        }
    }
}

/// A number for each kind of event.
fn kind(event: &Event) -> u8 {
    match event {
        Event::Opened => 0,
        Event::Began(_) => 1,
        Event::Attached { .. } => 2,
        Event::Credit(_) => 3,
        Event::Message(_) => 4,
        Event::Outcome { .. } => 5,
        Event::Settled { .. } => 6,
        Event::Drained(_) => 7,
        Event::Detached { .. } => 8,
        Event::Ended { .. } => 9,
        Event::Closed => 10,
    }
}

const ALL_KINDS: u16 = (1 << 11) - 1;

#[test]
fn engine() {
    let corpus = Corpus::new();
    let mut subject: Option<Subject> = None;
    let mut seen = 0;
    let cases = run("engine", ENGINE_BYTES_MAX, |number| {
        let mut random = Random::new(number);
        // An engine gets eight chunks: to run a case again, begin with a number that eight divides.
        let current = match &mut subject {
            Some(current) if !number.is_multiple_of(8) => current,
            subject => subject.insert(Subject::new(&corpus, &mut random)),
        };
        current.act(&mut random);
        let before = current.written;
        let chunk = corpus.frame_chunk(&mut random);
        let result = current.engine.receive(&chunk, current.now);
        current.look();
        assert_eq!(result.is_err(), current.engine.failure().is_some());
        // Answers are of the size of what was asked: nothing is amplified.
        let answered = current.written - before;
        assert!(
            answered <= 20_000 + 40 * chunk.len(),
            "case {number}: {answered} bytes"
        );
        seen |= current.seen;
    });
    // Or else the frames do not get where they should.
    assert!(
        cases < 50_000 || seen == ALL_KINDS,
        "only {seen:b} happened"
    );
}
