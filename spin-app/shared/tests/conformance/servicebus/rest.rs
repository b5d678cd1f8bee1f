//! The transport `rest`.

use punctual_app::core::Instant;
use punctual_app::queue::Queue;
use punctual_app::queue::servicebus::Namespace;
use punctual_app::queue::servicebus::rest::RestQueue;

use super::world::World;
use crate::queue::Broker;

/// A worker that speaks HTTP.
pub struct Rest {
    world: World,
    namespace: Namespace,
}

impl Rest {
    pub fn new() -> Self {
        Self {
            world: World::new(),
            namespace: World::namespace(),
        }
    }
}

impl Broker for Rest {
    const SAYS_NEXT: bool = false;
    const KEEPS_NUMBERS: bool = false;
    const DEAD_LETTERS: bool = false;
    const REFUSES_USED_IDS: bool = false;
    /// Dates of HTTP have whole seconds.
    const TICK_MS: i64 = 1_000;

    fn queue(&self) -> impl Queue {
        RestQueue::new(&self.world, &self.namespace, None)
    }

    fn another(&self) -> Self {
        Self {
            world: self.world.clone(),
            namespace: self.namespace.clone(),
        }
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    fn pass(&self, ms: i64) {
        self.world.pass(ms);
    }

    fn put_raw(&self, body: &str) {
        self.world.put_raw(body);
    }

    fn depth(&self) -> (u64, u64, u64) {
        self.world.depth()
    }
}

crate::queue::suite!(crate::servicebus::rest::Rest::new());
