//! What could be wrong with a template is wrong here, not where it is sent.

use std::collections::BTreeSet;
use std::{fs, path::Path};

use expect_test::expect_file;
use uuid::Uuid;

use crate::rendering::languages::LANGUAGES;
use crate::rendering::styles;
use crate::rendering::templates::{LAYOUT, VERSIONS};
use crate::rendering::words::Words;
use crate::sms;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");

/// How many words of a message may be missing.
const OPTIONAL: usize = 9;

/// Words with all that is in the set, bit by bit.
fn words(set: usize) -> Words {
    let optional = |bit: usize, text: &str| (set & (1 << bit) != 0).then(|| text.to_owned());
    Words {
        language: "en",
        title: String::new(),
        step: "P1D".into(),
        clinic: "Riverside Clinic".into(),
        phone: optional(0, "+49 30 1234567"),
        phone_link: optional(1, "+49301234567"),
        name: optional(2, "Ada Lovelace"),
        service: optional(3, "Check-up"),
        date: "Monday".into(),
        short_date: "Mon".into(),
        time: "09:00".into(),
        zone: "Berlin time".into(),
        confirm: optional(4, "https://clinic.example/1"),
        cancel: optional(5, "https://clinic.example/2"),
        reschedule: optional(6, "https://clinic.example/3"),
        unsubscribe: optional(7, "https://clinic.example/4"),
        calendar: optional(8, "https://clinic.example/5"),
    }
}

fn names(words: &impl serde::Serialize) -> BTreeSet<String> {
    let serde_json::Value::Object(members) = serde_json::to_value(words).unwrap() else {
        unreachable!()
    };
    members.into_iter().map(|(name, _)| name).collect()
}

/// Only a reminder knows of an appointment.
fn is_reminder(name: &str) -> bool {
    name.starts_with("reminder/")
}

#[test]
fn all_parse_and_know_their_variables() {
    let reminder = names(&words(0));
    let clinic = BTreeSet::from(["clinic", "phone"].map(str::to_owned));
    for language in &LANGUAGES {
        let tag = language.tag;
        let environment = language.templates.parse().unwrap();
        for (name, template) in environment
            .templates()
            .filter(|(name, _)| *name != LAYOUT.0)
        {
            let known = if is_reminder(name) {
                &reminder
            } else {
                &clinic
            };
            for variable in template.undeclared_variables(true) {
                assert!(
                    known.contains(&variable),
                    "{tag}/{name} names {variable}, which is no word of it"
                );
            }
        }
    }
}

/// Mail programs heed what stands at each element, and few a style sheet.
#[test]
fn every_class_has_a_style() {
    for language in &LANGUAGES {
        let html = |name: &&str| name.ends_with(".html");
        for name in language
            .templates
            .files
            .iter()
            .map(|(name, _)| *name)
            .filter(html)
        {
            let words = words(!0);
            let page = styles::inline(&language.templates.render(name, &words).unwrap());
            assert!(page.contains(" style="), "{page}");
            for class in page.split("class=").skip(1) {
                let (_, rest) = class[1..].split_once('"').unwrap();
                assert!(
                    rest.starts_with(" style="),
                    "{}/{name}: no style for {class}",
                    language.tag
                );
            }
        }
    }
}

/// Whatever is there and whatever is missing, no word stands for nothing, and no two lines are empty in a row.
#[test]
fn any_word_may_be_missing() {
    for language in &LANGUAGES {
        for set in 0..1 << OPTIONAL {
            let words = words(set);
            for (name, _) in language
                .templates
                .files
                .iter()
                .filter(|(name, _)| is_reminder(name))
            {
                let text = language.templates.render(name, &words).unwrap();
                let tell = || format!("{}/{name}: {text:?}", language.tag);
                assert!(!text.contains("none") && !text.contains("  "), "{}", tell());
                assert!(
                    !text.contains("\n\n\n") && !text.ends_with('\n'),
                    "{}",
                    tell()
                );
                assert!(!text.starts_with(char::is_whitespace), "{}", tell());
            }
        }
    }
}

/// A link is in the message where it is given, and so is each of the other words.
#[test]
fn every_word_that_is_there_is_said() {
    for language in &LANGUAGES {
        for name in ["reminder/body.txt", "reminder/body.html"] {
            for bit in (0..OPTIONAL).filter(|&bit| bit != 1) {
                let render = |set| language.templates.render(name, &words(set));
                let (without, with) = (render(!(1 << bit)), render(!0));
                assert_ne!(
                    with, without,
                    "{}/{name} does not care for word {bit}",
                    language.tag
                );
            }
        }
    }
}

#[test]
fn an_unknown_variable_is_an_error() {
    let mut environment = LANGUAGES[0].templates.parse().unwrap();
    environment
        .add_template("x", "{% if nickname %}{% endif %}")
        .unwrap();
    assert!(environment.get_template("x").unwrap().render(()).is_err());
}

#[test]
fn no_file_lies_about() {
    let mut on_disk = BTreeSet::new();
    walk(Path::new(FOLDER), "", &mut on_disk);
    let mut wanted =
        BTreeSet::from(["layout.html", "styles.txt", "versions.txt"].map(str::to_owned));
    for language in &LANGUAGES {
        assert_eq!(language.tag, language.templates.tag);
        let files = language.templates.files.iter();
        wanted.extend(files.map(|(name, _)| format!("{}/{name}", language.tag)));
    }
    assert_eq!(on_disk, wanted);
}

fn walk(folder: &Path, name: &str, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{name}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name);
        }
    }
}

/// Other words, another version: `UPDATE_EXPECT=1 cargo test` raises the version of what was changed.
#[test]
fn versions_follow_the_words() {
    let mut text = String::new();
    for language in &LANGUAGES {
        let files = language.templates.files;
        let messages: BTreeSet<_> = files
            .iter()
            .filter_map(|(name, _)| Some(name.split_once('/')?.0))
            .collect();
        for message in messages {
            let name = format!("{message}/{}", language.tag);
            let digest = digest(message, files);
            let before = VERSIONS.lines().find_map(|line| {
                let (version, digest) = line
                    .strip_prefix(&*name)?
                    .strip_prefix('@')?
                    .split_once(' ')?;
                Some((version.parse::<u32>().ok()?, digest))
            });
            let version = match before {
                None => 1,
                Some((version, before)) => version + u32::from(before != digest),
            };
            text += &format!("{name}@{version} {digest}\n");
            assert!(
                language.templates.version(message).starts_with(&name),
                "{name} has no version"
            );
        }
    }
    expect_file![format!("{FOLDER}/versions.txt")].assert_eq(&text);
}

fn digest(message: &str, files: &[(&str, &str)]) -> String {
    let of_message = |(name, _): &&(&str, &str)| name.starts_with(message);
    let mut all = String::new();
    for (name, source) in files.iter().filter(of_message) {
        all += &format!("{name}\0{source}\0");
        if name.ends_with(".html") {
            all += LAYOUT.1;
            all += styles::STYLES;
        }
    }
    Uuid::new_v5(&Uuid::nil(), all.as_bytes()).to_string()
}

/// One curly quote in it would more than halve the room of every SMS. What the alphabet lacks and the language needs is
/// folded away.
#[test]
fn every_sms_costs_as_little_as_its_letters_allow() {
    use crate::contract::exports::punctual::reminders::rendering::SmsEncoding;
    for language in &LANGUAGES {
        for name in ["reminder/sms.txt", "stopped/sms.txt"] {
            let text = language.templates.render(name, &words(0)).unwrap();
            let size = sms::measure(&sms::fold(&text));
            let tell = format!("{}/{name}: {text}", language.tag);
            assert_eq!(
                (size.encoding, size.segments),
                (SmsEncoding::Gsm7, 1),
                "{tell}"
            );
        }
    }
}
