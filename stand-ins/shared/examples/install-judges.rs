//! Installs the vendors' clients that judge a stand-in:
//!
//!     cargo run -p punctual-stand-ins --example install-judges -- stand-ins/servicebus/tests/sdk target servicebus
//!
//! Each line of its output names something that could not be installed, and why.

use std::path::Path;
use std::process::ExitCode;

use punctual_stand_ins::judges;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pins, target, stand_in] = arguments.as_slice() else {
        eprintln!("expected: the folder with the pins, the target directory, the stand-in's name");
        return ExitCode::from(2);
    };
    let missing = judges::install(
        Path::new(pins),
        &judges::folder(Path::new(target), stand_in),
    );
    for problem in &missing {
        println!("{problem}");
    }
    ExitCode::from(u8::from(!missing.is_empty()))
}
