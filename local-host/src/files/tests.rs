use super::*;
use crate::manifest::Manifest;

const FILES: [&str; 5] = [
    "web/index.html",
    "web/assets/app.js",
    "web/assets/app.js.map",
    "terms.txt",
    "secret.env",
];

/// What a component with this `files` sees, in order; or why it is refused.
#[track_caller]
fn check(files: &str, expected: Result<&[&str], &str>) {
    let app = tempfile::tempdir().unwrap();
    for file in FILES {
        let path = app.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    let text = format!(
        "spin_manifest_version = 2\n[application]\nname = \"a\"\n[[trigger.http]]\nroute = \"/\"\ncomponent = \"c\"\n\
         [component.c]\nsource = \"c.wasm\"\n{files}"
    );
    let gathered = Manifest::parse(&text, &app.path().join("spin.toml"))
        .and_then(|manifest| Files::gather(&manifest.components["c"], app.path()));
    let seen = gathered.map(|files| {
        let Some(files) = files else {
            return Vec::new();
        };
        let root = files.folder();
        let all = glob::glob(&root.join("**/*").to_string_lossy()).unwrap();
        let all = all.map(Result::unwrap).filter(|path| path.is_file());
        let name = |path: PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        all.map(name).collect::<Vec<_>>()
    });
    match (seen, expected) {
        (Ok(seen), Ok(expected)) => assert_eq!(seen, expected, "{files}"),
        (Err(error), Err(because)) => {
            assert!(format!("{error:#}").contains(because), "{error:#}");
        }
        (seen, expected) => panic!("{files}: {seen:?}, not {expected:?}"),
    }
}

#[test]
fn a_folder_is_where_it_is_placed() {
    check(
        r#"files = [{ source = "web", destination = "/" }]"#,
        Ok(&["assets/app.js", "assets/app.js.map", "index.html"]),
    );
    check(
        r#"files = [{ source = "web/assets", destination = "/static/deep/" }]"#,
        Ok(&["static/deep/app.js", "static/deep/app.js.map"]),
    );
    check(
        r#"files = [{ source = "terms.txt", destination = "/legal/terms.txt" }]"#,
        Ok(&["legal/terms.txt"]),
    );
}

#[test]
fn a_pattern_keeps_the_place() {
    check(r#"files = ["web/**/*.js"]"#, Ok(&["web/assets/app.js"]));
    check(r#"files = ["terms.txt"]"#, Ok(&["terms.txt"]));
    check(r#"files = ["nothing/*"]"#, Ok(&[]));
}

#[test]
fn what_is_excluded_is_not_there() {
    check(
        "files = [\"**/*\"]\nexclude_files = [\"*.env\", \"**/*.map\"]",
        Ok(&["terms.txt", "web/assets/app.js", "web/index.html"]),
    );
}

#[test]
fn no_pattern_leads_out_of_the_folder() {
    for files in [r#"files = ["../x"]"#, r#"files = ["/etc/passwd"]"#] {
        check(files, Err("outside of the application's folder"));
    }
}

#[test]
fn what_is_not_there_is_told() {
    check(
        r#"files = [{ source = "wbe", destination = "/" }]"#,
        Err("there is no"),
    );
    check(r#"files = ["term.txt"]"#, Err("no such file"));
    check(r#"files = ["web"]"#, Err("a folder"));
    check(
        r#"files = [{ source = "web", destination = "web" }]"#,
        Err("must begin with a slash"),
    );
    check("", Ok(&[]));
}
