//! Punctual's chores, as `cargo xtask <task>`.

mod backfill;
mod bench;
mod ci;
mod components;
mod connect;
mod dist;
mod peers;
mod program;
mod shell;
mod sim;
mod solution;
mod stand_ins;
mod tests;
mod told;
mod toolchain;
mod up;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs, tests and measures Punctual.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the components into target/components, where spin.toml looks for them.
    Build(components::Arguments),
    /// Build, then run Punctual on this machine with no account anywhere.
    Up(up::Arguments),
    /// Run the stand-ins of cloud services alone; prints one line of JSON that says where they are.
    StandIns(stand_ins::Arguments),
    /// Run every check and test that this machine can, and say what was left out.
    Test(tests::Arguments),
    /// Run months of a clinic's life in seconds, out of a seed and under faults, and check the promises.
    Sim(sim::Arguments),
    /// Run it over real sockets for minutes, kill a host again and again, and look for what is lost, doubled or leaked.
    Soak(sim::Arguments),
    /// Measure: the planning core, the application under load, then Service Bus beside the vendor's clients.
    Bench(bench::Arguments),
    /// Tell the webhook of a Dataverse environment where Punctual is, and look whether all that it needs is there.
    Connect(connect::Arguments),
    /// Have a running Punctual plan every appointment of a table that was there before it.
    Backfill(backfill::Arguments),
    /// Write the Dataverse solution source from its description in power-platform/schema.
    Solution,
    /// Make what is published: manifests, components, bills of material and checksums, the same bytes wherever it is made.
    Dist(dist::Arguments),
    /// Build the console's front end and write what is committed of it: its dist folder and the types of its API.
    Web,
    /// What the build server runs: test, then a short bench.
    Ci,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Build(arguments) => components::build_with(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Up(arguments) => up::run(&arguments),
        Task::StandIns(arguments) => stand_ins::run(&arguments),
        Task::Test(arguments) => tests::run(&arguments),
        Task::Sim(arguments) => sim::simulate(&arguments),
        Task::Soak(arguments) => sim::soak(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Connect(arguments) => connect::run(&arguments),
        Task::Backfill(arguments) => backfill::run(&arguments),
        Task::Solution => solution::write(),
        Task::Dist(arguments) => dist::run(&arguments),
        Task::Web => web::write().map(|()| ExitCode::SUCCESS),
        Task::Ci => ci::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}
