//! The records in Dataverse, over its stand-in: through the suite, under faults, with a clinic's own table, and how many
//! requests it takes. Sign-in, over the stand-in of Entra.

mod archive;
mod faults;
mod own_table;
mod requests;
mod signin;
mod sweeps;
mod world;

use punctual_app::core::Instant;
use punctual_app::core::events::read_mapping;
use punctual_app::records::Records;
use punctual_app::records::archive::Archive;
use punctual_app::records::audit::Audit;
use punctual_app::records::channels::Channels;
use punctual_app::records::consent::Consent;
use punctual_app::records::dataverse::{AppointmentTable, DataverseRecords, Foreseen};
use punctual_app::records::reports::Reports;

use crate::records::Desk;
use world::{Memory, TestSignIn, URL, World};

/// Somebody who works with an environment.
pub struct Office {
    pub world: World,
    sign_in: TestSignIn,
    memory: Memory,
    mapping: String,
    table: AppointmentTable,
    clock: Box<dyn Fn() -> Instant + Send>,
}

impl Office {
    pub fn new() -> Self {
        Self::of(World::new(), Memory::default(), "")
    }

    pub fn of(world: World, memory: Memory, mapping: &str) -> Self {
        let mapping = read_mapping(mapping).expect("the mapping is good");
        let now = world.clone();
        Self {
            sign_in: world.sign_in(&memory),
            memory,
            table: AppointmentTable::new(&mapping).expect("the mapping is whole"),
            mapping,
            clock: Box::new(move || now.now()),
            world,
        }
    }

    fn open(&self) -> DataverseRecords<'_, World> {
        DataverseRecords {
            http: &self.world,
            tokens: &self.sign_in,
            url: URL,
            table: &self.table,
            clock: &self.clock,
            deadline: None,
            foreseen: Foreseen::default(),
        }
    }
}

impl Desk for Office {
    const MERGES: bool = false;
    const KEEPS_EMPTY_TEXTS: bool = false;
    const TICK_MS: i64 = 1_000;
    const SPAN: (Instant, Instant) = (-6_847_804_800_000, 253_402_300_799_000);
    const COUNT_MAX: u32 = 2_147_483_647;

    fn records(&self) -> impl Records + Consent + Reports + Audit + Channels + Archive {
        self.open()
    }

    fn another(&self) -> Self {
        Self::of(self.world.clone(), self.memory.clone(), &self.mapping)
    }

    fn at(&self, now: Instant) {
        self.world.set_now(now);
    }
}

crate::records::suite!(crate::dataverse::Office::new());
