//! How large the component files are.

use anyhow::{Context, Result};
use punctual_tests::manifest;

use crate::table::Table;

const AIM_MB: f64 = 1.5;

/// One row a component, in megabytes of a million bytes.
pub fn measure(table: &mut Table) -> Result<()> {
    let folder = manifest().with_file_name("target").join("components");
    for name in ["plugin-core", "scheduler", "delivery", "console"] {
        let file = folder.join(name).with_extension("wasm");
        let size = std::fs::metadata(&file)
            .with_context(|| format!("{} is missing: run cargo xtask build", file.display()))?
            .len();
        #[allow(clippy::cast_precision_loss, reason = "a file of some megabytes")]
        table.at_most(&format!("size of {name}"), size as f64 / 1e6, "MB", AIM_MB);
    }
    Ok(())
}
