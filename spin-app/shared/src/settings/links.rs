//! Where links in messages lead, and what a person may say by one.

use super::senders::{origin, wrong};
use super::{SettingError, Variables, missing};
use crate::links::{LinkKey, Links, Wish};

/// The links, from `public_url`, `link_key`, `answer_links` and `reschedule_url`.
pub fn links(variables: &impl Variables) -> Result<Links, SettingError> {
    let links = Links {
        public_url: public_url(variables)?,
        key: link_key(variables)?,
        wishes: wishes(variables)?,
        reschedule_url: reschedule_url(variables)?,
    };
    // Whoever wants answers and would get none is told so.
    if !links.wishes.is_empty() && links.public_url.is_none() {
        return Err(wrong("answer_links", "needs public_url"));
    }
    let wants_key = !links.wishes.is_empty() || links.reschedule_url.is_some();
    if wants_key && links.key.is_none() {
        let variable = match links.wishes.is_empty() {
            true => "reschedule_url",
            false => "answer_links",
        };
        return Err(wrong(variable, "needs link_key"));
    }
    Ok(links)
}

/// Where the application is reached from outside; none: nobody can call back.
pub fn public_url(variables: &impl Variables) -> Result<Option<String>, SettingError> {
    variables
        .get("public_url")
        .map(|text| origin("public_url", &text))
        .transpose()
}

/// The same where nothing goes without it.
pub fn required_public_url(variables: &impl Variables) -> Result<String, SettingError> {
    public_url(variables)?.ok_or_else(|| missing("public_url"))
}

/// What links in emails are sealed with; none: there are no such links.
fn link_key(variables: &impl Variables) -> Result<Option<LinkKey>, SettingError> {
    match variables.get("link_key") {
        None => Ok(None),
        Some(key) if key.len() >= 16 => Ok(Some(LinkKey::new(key))),
        Some(_) => Err(wrong("link_key", "must have 16 characters or more")),
    }
}

/// The same where nothing goes without it.
pub fn required_link_key(variables: &impl Variables) -> Result<LinkKey, SettingError> {
    link_key(variables)?.ok_or_else(|| missing("link_key"))
}

/// What people may say by a link; nothing unless it is said.
fn wishes(variables: &impl Variables) -> Result<Vec<Wish>, SettingError> {
    let text = variables.get("answer_links").unwrap_or_default();
    let names = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let wishes = names.map(|name| {
        Wish::named(name).ok_or_else(|| {
            wrong(
                "answer_links",
                "may hold confirm and cancel, with a comma between",
            )
        })
    });
    wishes.collect()
}

fn reschedule_url(variables: &impl Variables) -> Result<Option<String>, SettingError> {
    const VARIABLE: &str = "reschedule_url";
    match variables.get(VARIABLE) {
        Some(url) if url.contains('#') => Err(wrong(VARIABLE, "must have no # in it")),
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => Ok(Some(url)),
        Some(_) => Err(wrong(
            VARIABLE,
            "must be the address of a page, such as https://clinic.example/book",
        )),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    #[track_caller]
    fn check(variables: &[(&'static str, &'static str)], expected: &str) {
        let found = match links(&settings(variables)) {
            Ok(links) => format!("{:?} {:?}", links.wishes, links.reschedule_url),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_wished_for_is_there_or_named() {
        let whole = [
            ("public_url", "https://reminders.example.com"),
            ("link_key", "an example of a link key"),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&whole, more].concat();
        check(&[], "[] None");
        check(&with(&[]), "[] None");
        check(
            &with(&[("answer_links", "confirm, cancel")]),
            "[Confirm, Cancel] None",
        );
        check(&with(&[("answer_links", " cancel ,")]), "[Cancel] None");
        check(
            &with(&[("answer_links", "confirm,move")]),
            "variable answer_links: may hold confirm and cancel, with a comma between",
        );
        check(
            &[("answer_links", "confirm"), whole[0]],
            "variable answer_links: needs link_key",
        );
        check(
            &[("answer_links", "confirm"), whole[1]],
            "variable answer_links: needs public_url",
        );
        check(
            &with(&[("reschedule_url", "https://clinic.example/book")]),
            "[] Some(\"https://clinic.example/book\")",
        );
        check(
            &[("reschedule_url", "https://clinic.example/book")],
            "variable reschedule_url: needs link_key",
        );
        check(
            &with(&[("reschedule_url", "clinic.example/book")]),
            "variable reschedule_url: must be the address of a page, such as https://clinic.example/book",
        );
        check(
            &with(&[("reschedule_url", "https://clinic.example/#book")]),
            "variable reschedule_url: must have no # in it",
        );
    }

    #[test]
    fn the_address_and_the_key_are_whole() {
        for (value, expected) in [
            (
                "https://reminders.example.com/",
                Some("https://reminders.example.com"),
            ),
            ("http://127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            (
                "https://example.com/reminders",
                Some("https://example.com/reminders"),
            ),
            ("reminders.example.com", None),
            ("https://my_host.example.com", None),
            ("https://example.com?x", None),
            ("https://", None),
        ] {
            let read = public_url(&settings(&[("public_url", value)]));
            assert_eq!(read.ok().flatten().as_deref(), expected, "{value}");
        }
        let key = |value| link_key(&settings(&[("link_key", value)])).map(|key| key.is_some());
        assert!(key("").is_ok_and(|is_there| !is_there));
        assert!(key("short").is_err());
        assert!(key("sixteen letters!").is_ok_and(|is_there| is_there));
    }
}
