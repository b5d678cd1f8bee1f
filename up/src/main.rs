//! `cargo xtask up`: the whole application on this machine. It is a program of its own, so that `cargo xtask` need not
//! be built with a WebAssembly runtime in it.

mod cloud;
mod demo;
mod hints;
mod providers;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use clap::Parser;
use punctual_host::manifest::Manifest;
use punctual_host::variables::{self, Variables};
use punctual_host::{Host, HostOptions, Log, Timers, VirtualClock, client};

use cloud::Cloud;
use providers::{links, reached_at};

/// The keys that open the routes; all of them stand for "nothing is set" together.
const KEYS: [&str; 3] = ["webhook_key", "timer_key", "admin_token"];
const DEVELOPMENT_KEY: &str = "punctual-dev";
/// A time-out of ten seconds then still is 160 ms, which is long for an answer on one machine.
const CLOUD_SPEED_MAX: f64 = 60.0;
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Builds the components, then runs Punctual on this machine with no account anywhere.
#[derive(Parser)]
#[command(name = "cargo xtask up", bin_name = "cargo xtask up", version)]
struct Arguments {
    /// Where the application listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Where the clock can be read and set (this machine only): GET and POST /clock.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3001")]
    control: SocketAddr,
    /// Where databases are kept between runs.
    #[arg(long, value_name = "DIR", default_value = ".punctual")]
    data: PathBuf,
    /// What the clock shows at the start, for example 2026-03-01T09:00:00Z. Otherwise the real time.
    #[arg(long, value_name = "RFC3339")]
    start_at: Option<DateTime<Utc>>,
    /// How fast the clock runs: 60 makes an hour pass in a minute, 0 makes it stand still.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    speed: f64,
    /// Do not call /deliver and /reconcile: whoever wants reminders sent calls them.
    #[arg(long)]
    no_timers: bool,
    /// Fill a fresh data folder with a small clinic.
    #[arg(long)]
    demo: bool,
    /// Run as in Azure, against stand-ins on this machine: Dataverse, Service Bus, Entra, SendGrid, Twilio, ACS.
    #[arg(long)]
    cloud: bool,
    /// Run the components that are there, whatever they were built from.
    #[arg(long)]
    no_build: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("up: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until it is interrupted.
fn run(arguments: &Arguments) -> Result<()> {
    if arguments.cloud && arguments.speed > CLOUD_SPEED_MAX {
        bail!(
            "--speed {}: with --cloud the clock runs at most {CLOUD_SPEED_MAX} times as fast, because the time-outs of connections run with it",
            arguments.speed
        );
    }
    // Made once to refuse wrong settings before the build, and again after it, when the time counts.
    make_clock(arguments)?;
    if !arguments.no_build {
        build_components()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(arguments, make_clock(arguments)?))?;
    // Nothing that still blocks (a lock, a name to resolve) should hold up the prompt.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn build_components() -> Result<()> {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.current_dir(root()).args(["xtask", "build"]);
    let status = build.status().context("cannot run cargo xtask build")?;
    ensure!(status.success(), "the components could not be built");
    Ok(())
}

fn make_clock(arguments: &Arguments) -> Result<VirtualClock> {
    let start = arguments
        .start_at
        .unwrap_or_else(|| VirtualClock::real().now());
    VirtualClock::starting_at(start, arguments.speed).context("--start-at and --speed")
}

async fn serve(arguments: &Arguments, clock: VirtualClock) -> Result<()> {
    let mut options = HostOptions::new(root().join("spin.toml"), &arguments.data);
    options.listen = arguments.listen;
    options.control = Some(arguments.control);
    options.clock = clock;
    options.log = Log::stderr();
    options.ambient_variables = true;

    let cloud = match arguments.cloud {
        true => Some(Cloud::start(&mut options).await?),
        false => None,
    };
    let manifest = Manifest::load(&options.manifest)?;
    let preset = preset_keys(&manifest, &mut options)?;
    let variables = Variables::resolve(&manifest, &options.variables, true)?;
    let key = |name: &str| variables.get(name).unwrap_or_default().to_owned();
    if !arguments.no_timers {
        options.timers = Some(Timers {
            key: key("timer_key"),
        });
    }
    let mut interrupt = Interrupt::new()?;
    let host = tokio::select! {
        host = Host::start(options) => host?,
        () = interrupt.come() => return Ok(()),
    };
    let url = host.url();
    tokio::select! {
        ready = wait_until_ready(&url) => ready?,
        () = interrupt.come() => return Ok(()),
    }
    if let Some(cloud) = &cloud {
        cloud.connect(&url, &key("webhook_key")).await?;
    }
    if arguments.demo {
        // Stand-ins forget their rows when they end.
        let remembered = cloud.is_none().then_some(arguments.data.as_path());
        demo::seed(&host, &key("admin_token"), remembered).await?;
    }
    let shown = preset.then_some(DEVELOPMENT_KEY);
    // Whoever read up to here may have closed the pipe; that is no reason to stop serving.
    let hints = hints::text(&host, shown, &arguments.data);
    let stand_ins = cloud.as_ref().map_or_else(String::new, Cloud::hints);
    let _ = writeln!(std::io::stdout(), "{hints}{stand_ins}");
    interrupt.come().await;
    eprintln!("up: stopping");
    host.stop().await;
    Ok(())
}

/// Gives every key the same value when none is set anywhere. Setting one is a wish for real keys.
fn preset_keys(manifest: &Manifest, options: &mut HostOptions) -> Result<bool> {
    for name in KEYS {
        if variables::is_set(manifest, name)? {
            return Ok(false);
        }
    }
    for name in KEYS {
        options
            .variables
            .insert(name.to_owned(), DEVELOPMENT_KEY.to_owned());
    }
    for (name, value) in links(&reached_at(&mut options.listen)?) {
        if !variables::is_set(manifest, name)? {
            options.variables.insert(name.to_owned(), value);
        }
    }
    Ok(true)
}

async fn wait_until_ready(url: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let reply = client::send("GET".parse()?, &format!("{url}/healthz"), &[], "").await?;
        if reply.status.is_success() {
            return Ok(());
        }
        if started.elapsed() > READY_WITHIN {
            bail!(
                "GET /healthz still answers {}: {}",
                reply.status,
                reply.text()
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Ctrl-C, or the polite signal of a supervisor.
struct Interrupt {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Interrupt {
    fn new() -> Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    async fn come(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
