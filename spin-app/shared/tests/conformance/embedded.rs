//! The embedded adapters through the suites, on rusqlite and a file.

use std::cell::Cell;
use std::sync::Arc;

use punctual_app::core::{Channel, Instant};
use punctual_app::queue::{Queue, embedded::EmbeddedQueue};
use punctual_app::records::archive::Archive;
use punctual_app::records::audit::Audit;
use punctual_app::records::channels::Channels;
use punctual_app::records::consent::Consent;
use punctual_app::records::reports::Reports;
use punctual_app::records::{Records, embedded::EmbeddedRecords};
use punctual_app::senders::{Sender, outbox::Outbox};
use punctual_app::sql::{Sql, prepare};
use tempfile::TempDir;

use crate::native::Native;
use crate::queue::Broker;
use crate::records::Desk;
use crate::sender::{Finds, Post};

/// One connection to a database that lives as long as any connection to it.
struct Embedded {
    sql: Native,
    now: Cell<Instant>,
    folder: Arc<TempDir>,
}

impl Embedded {
    fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        Self::connect(Arc::new(folder), 1_767_225_600_000)
    }

    fn connect(folder: Arc<TempDir>, now: Instant) -> Self {
        let sql = Native::open(&folder.path().join("punctual.db"));
        prepare(&sql).expect("the schema can be made");
        let now = Cell::new(now);
        Self { sql, now, folder }
    }

    fn again(&self) -> Self {
        Self::connect(self.folder.clone(), self.now.get())
    }
}

impl Broker for Embedded {
    const SAYS_NEXT: bool = true;
    const KEEPS_NUMBERS: bool = true;
    const DEAD_LETTERS: bool = true;
    const REFUSES_USED_IDS: bool = true;
    const TICK_MS: i64 = 1;

    fn queue(&self) -> impl Queue {
        EmbeddedQueue(&self.sql)
    }

    fn another(&self) -> Self {
        self.again()
    }

    fn now(&self) -> Instant {
        self.now.get()
    }

    fn pass(&self, ms: i64) {
        self.now.set(self.now.get() + ms);
    }

    fn depth(&self) -> (u64, u64, u64) {
        let statement = "SELECT dead_at IS NOT NULL, enqueue_at > ?1 FROM queue";
        let rows = self.sql.execute(statement, &[self.now.get().into()]);
        let mut depth = (0, 0, 0);
        for row in rows.expect(statement) {
            match (row.integer(0), row.integer(1)) {
                (1, _) => depth.2 += 1,
                (_, 1) => depth.0 += 1,
                _ => depth.1 += 1,
            }
        }
        depth
    }

    fn put_raw(&self, body: &str) {
        let statement =
            "INSERT INTO queue (message_id, body, enqueue_at) VALUES (hex(randomblob(8)), ?1, ?2)";
        let parameters = [body.into(), self.now.get().into()];
        self.sql.execute(statement, &parameters).expect(statement);
    }
}

impl Desk for Embedded {
    const MERGES: bool = true;
    const KEEPS_EMPTY_TEXTS: bool = true;
    const TICK_MS: i64 = 1;
    const SPAN: (Instant, Instant) = (Instant::MIN, Instant::MAX);
    const COUNT_MAX: u32 = u32::MAX;

    fn records(&self) -> impl Records + Consent + Reports + Audit + Channels + Archive {
        EmbeddedRecords(&self.sql)
    }

    fn another(&self) -> Self {
        self.again()
    }

    fn at(&self, _: Instant) {}
}

impl Post for Embedded {
    const CHANNELS: &'static [Channel] = &[Channel::Email, Channel::Sms];
    const FINDS: Finds = Finds::Itself;

    fn sender(&self) -> impl Sender {
        Outbox(&self.sql)
    }

    fn taken(&self, notification: &str) -> usize {
        let statement = "SELECT 1 FROM outbox WHERE notification_id = ?1";
        let rows = self.sql.execute(statement, &[notification.into()]);
        rows.expect(statement).len()
    }
}

crate::queue::suite!(crate::embedded::Embedded::new());
crate::records::suite!(crate::embedded::Embedded::new());
crate::sender::suite!(crate::embedded::Embedded::new());
