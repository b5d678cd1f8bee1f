//! The files of `deploy/azure`, as far as they can be judged without Azure and without its compiler: their grammar, that what is
//! named exists, that what exists is used and described, and that they agree with spin.toml and deploy/spinkube.
//!
//! Not proved here: types of expressions, functions' arguments, and that Azure accepts what comes out.

mod agree;
mod structure;

use punctual_deploy_checks::{bicep, deploy, yaml};

/// All Bicep files.
fn files() -> Vec<bicep::File> {
    let paths = yaml::files(&deploy("azure"), ".bicep");
    assert!(paths.len() > 8, "the files were not found");
    paths.iter().map(|path| bicep::read(path)).collect()
}
