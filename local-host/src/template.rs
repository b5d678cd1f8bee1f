//! `{{ name }}` in the values of a manifest, and the rule for a variable's name.

use anyhow::{Context, Result, bail, ensure};

/// Fills in each `{{ name }}` with what `resolve` answers.
pub fn fill(template: &str, mut resolve: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (name, after) = after
            .split_once("}}")
            .with_context(|| format!("{template:?}: a {{{{ is not closed"))?;
        let name = name.trim();
        check_name(name).with_context(|| format!("in the template {template:?}"))?;
        filled.push_str(&resolve(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Whether a text may be a variable's name: lower-case letters, digits, single underscores between them.
pub fn check_name(name: &str) -> Result<()> {
    ensure!(!name.is_empty(), "a variable's name must not be empty");
    if let Some(odd) = name
        .chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'))
    {
        bail!(
            "{name:?}: {odd:?} cannot be in a variable's name; lower-case letters, digits and underscores can"
        );
    }
    ensure!(
        name.starts_with(|c: char| c.is_ascii_lowercase()),
        "{name:?} must start with a letter"
    );
    ensure!(
        !name.ends_with('_'),
        "{name:?} must end with a letter or a digit"
    );
    ensure!(
        !name.contains("__"),
        "{name:?} must not have two underscores in a row"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in() {
        let fill = |template| fill(template, |name| Ok(format!("<{name}>")));
        assert_eq!(fill("plain").unwrap(), "plain");
        assert_eq!(fill("a{{ one }}b{{two}}").unwrap(), "a<one>b<two>");
        assert!(fill("{{ one").is_err());
        assert!(fill("{{ One }}").is_err());
    }

    #[test]
    fn names_follow_spins_rule() {
        for good in ["a", "webhook_key", "a1_2b"] {
            check_name(good).unwrap();
        }
        for bad in ["", "1a", "_a", "a_", "a__b", "A", "a-b", "ä"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }
}
