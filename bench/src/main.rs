//! How fast the application is, measured from outside: requests to the local host, which runs the same component
//! files that are shipped. `cargo xtask bench` builds the components and runs this, optimised.
//!
//! Machines differ and are noisy. So each figure stands beside the aim or beside a peer of the same run.

mod boundary;
mod drain;
mod instances;
mod load;
mod machine;
mod providers;
mod screens;
mod sizes;
mod table;
mod upkeep;

use anyhow::Result;
use clap::Parser;

use table::Table;

/// Measures the application.
#[derive(Parser)]
struct Arguments {
    /// Everything once and briefly, to see that it runs.
    #[arg(long)]
    smoke: bool,
    /// Only these parts: sizes, boundary, instances, load, drain, upkeep, screens, providers. All of them when none is named.
    parts: Vec<String>,
}

/// How much of everything is measured.
struct Amounts {
    /// Calls of the core.
    plans: u32,
    /// Requests that do nothing.
    instances: u32,
    /// New appointments with one client; with sixteen, four times as many.
    appointments: u32,
    /// Reminders to be drained.
    reminders: u32,
    /// Appointments of a table that was there before; six times as many notifications are archived.
    table: u32,
    /// Looks at each screen of the console.
    looks: u32,
    /// Pages of five hundred before the one that is far behind.
    page: u32,
    /// Reminders that providers are given in one call.
    sends: u32,
}

const FULL: Amounts = Amounts {
    plans: 100_000,
    instances: 1_000,
    appointments: 1_000,
    reminders: 12_000,
    table: 10_000,
    looks: 15,
    page: 20,
    sends: 1_920,
};
const SMOKE: Amounts = Amounts {
    plans: 100,
    instances: 20,
    appointments: 20,
    reminders: 120,
    table: 30,
    looks: 1,
    page: 1,
    sends: 24,
};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let amounts = if arguments.smoke { SMOKE } else { FULL };
    let wanted =
        |part: &str| arguments.parts.is_empty() || arguments.parts.iter().any(|name| name == part);
    let mut table = Table::new(machine::facts());
    if wanted("sizes") {
        sizes::measure(&mut table)?;
    }
    if wanted("boundary") {
        boundary::measure(&mut table, &amounts)?;
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        if wanted("instances") {
            instances::measure(&mut table, &amounts).await?;
        }
        if wanted("load") {
            load::measure(&mut table, &amounts).await?;
        }
        if wanted("drain") {
            drain::measure(&mut table, &amounts).await?;
        }
        if wanted("upkeep") {
            upkeep::measure(&mut table, &amounts).await?;
        }
        if wanted("screens") {
            screens::measure(&mut table, &amounts).await?;
        }
        if wanted("providers") {
            providers::measure(&mut table, &amounts).await?;
        }
        anyhow::Ok(())
    })?;
    machine::memory(&mut table);
    println!("{table}");
    Ok(())
}
