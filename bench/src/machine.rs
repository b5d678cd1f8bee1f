//! What the figures were measured on.

use std::fs;

use crate::table::{Table, short};

/// One line: processor, cores, memory, system. What cannot be read is left out.
pub fn facts() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut facts = vec![format!("{cores} cores")];
    facts.extend(field("/proc/cpuinfo", "model name"));
    facts.extend(kibibytes("/proc/meminfo", "MemTotal").map(|k| format!("{} GiB", k >> 20)));
    facts.extend(field("/proc/loadavg", "").map(|load| format!("load before {load}")));
    facts.push(format!(
        "{} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    facts.join(", ")
}

/// The most memory that this process has held, host and guests together.
pub fn memory(table: &mut Table) {
    if let Some(peak) = kibibytes("/proc/self/status", "VmHWM") {
        #[allow(clippy::cast_precision_loss, reason = "shown with three digits")]
        let peak = peak as f64 / 1024.0;
        table.figure(
            "peak memory of the host's process, all runs",
            format!("{} MiB", short(peak)),
        );
    }
}

/// The value of a `name: value` line, or of the first word of the file when there is no name.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    if name.is_empty() {
        return text.split_whitespace().next().map(str::to_owned);
    }
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kibibytes(file: &str, name: &str) -> Option<u64> {
    field(file, name)?.strip_suffix(" kB")?.trim().parse().ok()
}
