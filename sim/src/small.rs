//! Small worlds, all of them: one appointment, a few requests at its reminder's time, every order in which their host
//! calls can follow each other up to a bound, and a death at every call.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::check::{Broken, Story};
use crate::clinic::{Change, Status};
use crate::gates::GuestName;
use crate::lies::Mutation;
use crate::log::Log;
use crate::order::{Next, Order};
use crate::parts::Parts;
use crate::profile::CALM;
use crate::transport::Transport;
use crate::world::{Ask, Options, World};

const HOUR_MS: i64 = 3_600_000;

/// What is done to the appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is booked. Told again, nothing is new.
    Create,
    /// To half an hour later.
    Move,
    /// To where it was.
    Back,
    /// It is called off.
    Cancel,
    /// It is deleted.
    Delete,
    /// The sweep of the timer.
    Sweep,
}

/// A world: what was done before, one after the other, and what happens at once.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Before.
    pub before: Vec<Deed>,
    /// At the time of the reminder, together with two deliveries.
    pub at_once: Vec<Deed>,
}

/// Where the host dies: at which call since all began at once, and on which side of its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// The call, from 1.
    pub call: u64,
    /// Whether the call has had its effect.
    pub after: bool,
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Found {
    /// Worlds that were run.
    pub worlds: u64,
    /// Whether all were, or the time was up.
    pub complete: bool,
    /// The first broken promise, and where.
    pub broken: Option<(String, Broken)>,
}

/// Every scene: each history before, with each deed at once.
pub fn scenes() -> Vec<Scene> {
    use Deed::{Back, Cancel, Create, Delete, Move, Sweep};
    let histories: [&[Deed]; 3] = [&[Create], &[Create, Move], &[Create, Move, Back]];
    let deeds: [&[Deed]; 7] = [
        &[],
        &[Create],
        &[Move],
        &[Back],
        &[Cancel],
        &[Delete],
        &[Sweep],
    ];
    let mut scenes = Vec::new();
    for before in histories {
        for at_once in deeds {
            scenes.push(Scene {
                before: before.to_vec(),
                at_once: at_once.to_vec(),
            });
        }
    }
    scenes
}

/// Tries every crash point, and then every order with up to `switches` forced changes from one guest to another.
pub fn search(
    scenes: &[Scene],
    transport: Transport,
    mutation: Option<&'static Mutation>,
    switches: u32,
    limit: Duration,
) -> Result<Found> {
    let began = Instant::now();
    let mut found = Found::default();
    for scene in scenes {
        for call in 1.. {
            let mut reached = false;
            for after in [false, true] {
                if began.elapsed() > limit {
                    return Ok(found);
                }
                let crash = Crash { call, after };
                let shared = Arc::new(Mutex::new(Script::new(0)));
                let name = || format!("{transport:?} {scene:?} {crash:?}");
                match found.play(scene, transport, mutation, &shared, Some(crash), name)? {
                    None => return Ok(found),
                    Some(calls) => reached |= calls >= call,
                }
            }
            if !reached {
                break;
            }
        }
        let mut script = Script::new(switches);
        loop {
            if began.elapsed() > limit {
                return Ok(found);
            }
            let shared = Arc::new(Mutex::new(script));
            let name = || format!("{transport:?} {scene:?}");
            if found
                .play(scene, transport, mutation, &shared, None, name)?
                .is_none()
            {
                return Ok(found);
            }
            script = take(&shared);
            if !script.advance() {
                break;
            }
        }
    }
    found.complete = true;
    Ok(found)
}

impl Found {
    /// Plays one world. None: a promise was broken. Else how many calls there were while all happened at once.
    fn play(
        &mut self,
        scene: &Scene,
        transport: Transport,
        mutation: Option<&'static Mutation>,
        script: &Arc<Mutex<Script>>,
        crash: Option<Crash>,
        name: impl Fn() -> String,
    ) -> Result<Option<u64>> {
        self.worlds += 1;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let options = Options {
            seed: 1,
            profile: &CALM,
            parts: Parts::local(transport),
            mutation,
        };
        let order = Box::new(Scripted(script.clone()));
        let mut world = World::new(options, order, Log::default())?;
        let played = play(&mut world, scene, script, crash);
        match runtime.block_on(tokio::task::coop::unconstrained(played)) {
            Ok(calls) => Ok(Some(calls)),
            Err(broken) => {
                let lines = world.recent_lines().join("\n");
                self.broken = Some((format!("{lines}\n{}", name()), broken));
                Ok(None)
            }
        }
    }
}

fn take(script: &Arc<Mutex<Script>>) -> Script {
    std::mem::take(&mut *script.lock().expect("no order panics"))
}

async fn play(
    world: &mut World,
    scene: &Scene,
    script: &Arc<Mutex<Script>>,
    crash: Option<Crash>,
) -> Result<u64, Broken> {
    let id = uuid::Uuid::from_u128(0x3f2b_8c1e_5d4a_4f6b_9c7d_0a1b_2c3d_4e5f);
    let story = world.add(Story::new(id, false));
    world.without_faults();
    // Two hours ahead: of the steps only the last is not past.
    let first_ms = world.begin_ms() + 2 * HOUR_MS;
    for deed in &scene.before {
        let ask = world.deed(story, *deed, first_ms);
        world.ask(ask);
        world.run_for_ms(5_000).await?;
    }
    let start_ms = world.start_ms(story).unwrap_or(first_ms);
    world.run_until_ms(start_ms - HOUR_MS).await?;

    let mut asks = vec![Ask::Deliver(0, 0), Ask::Deliver(0, 0)];
    asks.extend(
        scene
            .at_once
            .iter()
            .map(|deed| world.deed(story, *deed, first_ms)),
    );
    for ask in asks {
        world.ask_now(ask);
    }
    world.open_window(crash);
    script.lock().expect("no order panics").active = true;
    world.run_for_ms(2_000).await?;
    script.lock().expect("no order panics").active = false;
    let calls = world.close_window();

    // Whatever died left locks and leases. Then comes what the timers would do, until after the start.
    for wait_ms in [
        130_000,
        10_000,
        150_000,
        130_000,
        35 * 60_000,
        40 * 60_000,
        20_000,
    ] {
        world.run_for_ms(wait_ms).await?;
        for ask in [Ask::Deliver(0, 0), Ask::Reconcile, Ask::Deliver(0, 0)] {
            world.ask(ask);
            world.run_for_ms(2_000).await?;
        }
    }
    world.judge_end().await?;
    Ok(calls)
}

impl World {
    /// The request by which a deed is told; done again, it is the same request.
    fn deed(&mut self, story: usize, deed: Deed, first_ms: i64) -> Ask {
        let change = match deed {
            Deed::Sweep => return Ask::Reconcile,
            Deed::Create if self.has_begun(story) => return Ask::Event(story, 0, 1),
            Deed::Create => Change {
                books: true,
                start_ms: Some(first_ms),
                status: Some(Status::Scheduled),
                email: Some(Some("pat@example.com".to_owned())),
                phone: Some(Some("+12025550123".to_owned())),
                zone: Some("Europe/Berlin"),
                ..Change::default()
            },
            Deed::Move => Change {
                start_ms: Some(first_ms + HOUR_MS / 2),
                ..Change::default()
            },
            Deed::Back => Change {
                start_ms: Some(first_ms),
                ..Change::default()
            },
            Deed::Cancel => Change {
                status: Some(Status::Canceled),
                ..Change::default()
            },
            Deed::Delete => Change {
                deletes: true,
                ..Change::default()
            },
        };
        Ask::Event(story, self.write_now(story, change), 1)
    }
}

/// The choices of one run, and how to get from them to the next run's.
#[derive(Default)]
struct Script {
    /// Each decision: what was chosen of how many.
    decisions: Vec<(usize, usize)>,
    place: usize,
    active: bool,
    switches: u32,
    left: u32,
    last: Option<GuestName>,
}

impl Script {
    fn new(switches: u32) -> Self {
        Self {
            switches,
            left: switches,
            ..Self::default()
        }
    }

    /// The next script in order; false when there is none.
    fn advance(&mut self) -> bool {
        while let Some((chosen, of)) = self.decisions.pop() {
            if chosen + 1 < of {
                self.decisions.push((chosen + 1, of));
                self.place = 0;
                self.left = self.switches;
                self.last = None;
                self.active = false;
                return true;
            }
        }
        false
    }

    fn pick(&mut self, choices: &[Next]) -> usize {
        let of_last =
            |choice: &Next| matches!(choice, Next::Guest(guest, _) if Some(*guest) == self.last);
        let going_on = choices.iter().position(of_last);
        let chosen = if choices.len() == 1 || !self.active {
            going_on.unwrap_or(0)
        } else {
            // The guest that ran goes on, and then the others in their order: each of them is a switch that was forced.
            let first = going_on.unwrap_or(0);
            let free = going_on.is_none();
            let of = if free || self.left > 0 {
                choices.len()
            } else {
                1
            };
            if self.place == self.decisions.len() {
                self.decisions.push((0, of));
            }
            let (wanted, _) = self.decisions[self.place];
            self.place += 1;
            if wanted > 0 && !free {
                self.left -= 1;
            }
            (first + wanted) % choices.len()
        };
        if let Next::Guest(guest, _) = choices[chosen] {
            self.last = Some(guest);
        }
        chosen
    }
}

/// The order of a script.
struct Scripted(Arc<Mutex<Script>>);

impl Order for Scripted {
    fn pick(&mut self, choices: &[Next]) -> usize {
        self.0.lock().expect("no order panics").pick(choices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_once() {
        let guest = |number| Next::Guest((1, number), number);
        let mut seen = Vec::new();
        let mut script = Script::new(1);
        loop {
            script.active = true;
            // Two guests of two calls each.
            let mut left = [2, 2];
            let mut run = String::new();
            while left != [0, 0] {
                let ready: Vec<Next> = (0..2)
                    .filter(|g| left[*g] > 0)
                    .map(|g| guest(g as u64))
                    .collect();
                let chosen = script.pick(&ready);
                let Next::Guest((_, number), _) = ready[chosen] else {
                    panic!("only guests")
                };
                left[number as usize] -= 1;
                run.push_str(&number.to_string());
            }
            seen.push(run);
            if !script.advance() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, ["0011", "0110", "1001", "1100"]);
    }
}
