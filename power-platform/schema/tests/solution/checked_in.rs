//! The files in `power-platform/solution` are those that the description gives.

use punctual_solution::{folder, generate, present, write};

use super::source::repository;

#[test]
fn the_folder_holds_what_is_generated() {
    let root = repository();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        write(&root).expect("power-platform/solution can be written");
    }
    let folder = folder(&root);
    let present = present(&folder).expect("power-platform/solution can be read");
    let files = generate();
    let mut wrong: Vec<_> = present
        .iter()
        .filter(|path| files.iter().all(|file| file.path != **path))
        .map(|path| format!("{path} belongs to nothing"))
        .collect();
    for file in &files {
        match std::fs::read_to_string(folder.join(&file.path)) {
            Ok(text) if text == file.text => {}
            Ok(_) => wrong.push(format!("{} differs", file.path)),
            Err(error) => wrong.push(format!("{}: {error}", file.path)),
        }
    }
    assert!(
        wrong.is_empty(),
        "power-platform/solution is not what its description says. Run `cargo xtask solution`, then read the \
         difference.\n{}",
        wrong.join("\n")
    );
}

#[test]
fn paths_are_in_order_and_none_comes_twice() {
    let paths: Vec<_> = generate().into_iter().map(|file| file.path).collect();
    assert!(paths.is_sorted_by(|a, b| a < b), "{paths:?}");
}

#[test]
fn what_no_longer_belongs_is_removed() {
    let root = std::env::temp_dir().join(format!("punctual-solution-{}", std::process::id()));
    let stray = folder(&root).join("Roles/Somebody.xml");
    write(&root).expect("a folder can be written");
    std::fs::write(&stray, "<Role />").expect("a file can be written");
    write(&root).expect("it can be written again");
    let left = present(&folder(&root)).expect("it can be read");
    std::fs::remove_dir_all(&root).expect("it can be removed");
    assert_eq!(left.len(), generate().len());
}
