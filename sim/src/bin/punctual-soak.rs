//! `cargo xtask soak`: real sockets, real time, hosts that are killed; nothing is lost, doubled or leaked.

use std::process::ExitCode;

use clap::Parser;
use punctual_sim::soak::{Arguments, run, serve};

/// Lets the application live through minutes of load, faults and deaths, and looks at what became of it.
#[derive(Parser)]
struct Command {
    /// Is a host: what it is made of comes from standard input. For this program's own use.
    #[arg(long, hide = true)]
    host: bool,
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            if command.host {
                serve().await.map(|()| true)
            } else {
                run(&command.arguments).await
            }
        })
    });
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::from(2)
        }
    }
}
