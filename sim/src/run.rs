//! A seed from its beginning to its verdict.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::check::Broken;
use crate::clinic;
use crate::dice::Dice;
use crate::lies::Mutation;
use crate::log::Log;
use crate::order::AnyOrder;
use crate::parts::{Parts, Wanted};
use crate::profile::Profile;
use crate::world::{Options, Tally, World};

/// A run.
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// How bad the world is.
    pub profile: &'static Profile,
    /// The parts that are not the seed's choice.
    pub parts: Wanted,
    /// Appointments.
    pub appointments: usize,
    /// The days within which they are booked.
    pub days: i64,
    /// Whether they all begin at the same moment.
    pub rush: bool,
    /// How the application is broken on purpose.
    pub mutation: Option<&'static Mutation>,
}

/// How it ended.
pub struct Ended {
    /// What the application was put together from.
    pub parts: Parts,
    /// What happened.
    pub tally: Tally,
    /// The promise that was broken, and the last lines of the log.
    pub broken: Option<(Broken, Vec<String>)>,
    /// Real time that it took.
    pub took: Duration,
}

impl Run {
    /// A small run of a seed.
    pub fn of(seed: u64, profile: &'static Profile) -> Self {
        Self {
            seed,
            profile,
            parts: Wanted::default(),
            appointments: 40,
            days: 7,
            rush: false,
            mutation: None,
        }
    }

    /// Runs it. An error is one of the simulation's own: the application is not even there, for example.
    pub fn go(&self, log: Log) -> Result<Ended> {
        let began = Instant::now();
        let parts = self.parts.of_seed(self.seed);
        // Without a timer: nothing here may wait for real time.
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let options = Options {
            seed: self.seed,
            profile: self.profile,
            parts,
            mutation: self.mutation,
        };
        let order = Box::new(AnyOrder(Dice::new(self.seed, 3)));
        let mut world = World::new(options, order, log)?;
        let (mut dice, begin_ms) = (Dice::new(self.seed, 4), world.begin_ms());
        let lives = match self.rush {
            true => clinic::rush(&mut dice, begin_ms, self.appointments),
            false => clinic::lives(&mut dice, begin_ms, self.appointments, self.days),
        };
        world.live(lives);
        let all = async {
            world.run().await?;
            world.judge_end().await
        };
        let verdict = runtime.block_on(tokio::task::coop::unconstrained(all));
        world.finish_log()?;
        Ok(Ended {
            parts,
            tally: world.tally().clone(),
            broken: verdict.err().map(|broken| (broken, world.recent_lines())),
            took: began.elapsed(),
        })
    }
}
