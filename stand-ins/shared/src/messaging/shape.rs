//! What a JSON body must look like, more strictly than vendors' specifications say it: no member is unknown.

use serde_json::Value;

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text of so many characters.
    Text(usize, usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// An email address.
    Email,
    /// A number without a fraction, within these.
    Integer(i64, i64),
    /// True or false.
    Boolean,
    /// An array of so many of these.
    List(usize, usize, &'static Shape),
    /// An object of these members and no others.
    Object(&'static [Member]),
    /// An object whose values are texts.
    Texts,
    /// An object, whatever it holds.
    Anything,
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    name: &'static str,
    needed: bool,
    shape: Shape,
}

/// A member that must be there.
pub const fn needed(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        needed: true,
        shape,
    }
}

/// A member that may be there.
pub const fn may(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        needed: false,
        shape,
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path to the value, with dots: `personalizations.0.to`. Empty for the body itself.
    pub field: String,
    /// A sentence. It quotes nothing of the value.
    pub problem: String,
}

/// An address as far as its shape goes: something, one `@`, a name with a dot.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let odd = |it: char| it.is_whitespace() || it.is_control() || "<>,;@\"".contains(it);
    let inner = host.trim_matches('.');
    !local.is_empty()
        && !text.replacen('@', "", 1).contains(odd)
        && inner == host
        && host.contains('.')
}

impl Shape {
    /// All that is wrong with a value.
    pub fn check(&self, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        self.look(value, "", &mut found);
        found
    }

    fn look(&self, value: &Value, at: &str, found: &mut Vec<Violation>) {
        let mut wrong = |problem: String| {
            found.push(Violation {
                field: at.to_owned(),
                problem,
            });
        };
        match (self, value) {
            (Self::Text(least, most), Value::String(text)) => {
                let length = text.chars().count();
                if length < *least && *most == usize::MAX {
                    wrong(format!("must have {least} or more characters"));
                } else if !(*least..=*most).contains(&length) {
                    wrong(format!("must have {least} to {most} characters"));
                }
            }
            (Self::Text(..), _) => wrong("must be a string".into()),
            (Self::OneOf(known), _)
                if !value.as_str().is_some_and(|text| known.contains(&text)) =>
            {
                wrong(format!("must be one of {}", known.join(", ")));
            }
            (Self::Email, _) if !value.as_str().is_some_and(is_email) => {
                wrong("must be an email address".into());
            }
            (Self::Integer(least, most), _)
                if !value
                    .as_i64()
                    .is_some_and(|it| (*least..=*most).contains(&it)) =>
            {
                wrong(format!("must be an integer from {least} to {most}"));
            }
            (Self::Boolean, _) if !value.is_boolean() => wrong("must be a boolean".into()),
            (Self::List(least, most, item), Value::Array(items)) => {
                if !(*least..=*most).contains(&items.len()) {
                    wrong(format!("must have {least} to {most} items"));
                }
                for (number, value) in items.iter().enumerate() {
                    item.look(value, &join(at, &number.to_string()), found);
                }
            }
            (Self::List(..), _) => wrong("must be an array".into()),
            (Self::Object(members), Value::Object(values)) => {
                for member in *members {
                    match values.get(member.name) {
                        Some(value) => member.shape.look(value, &join(at, member.name), found),
                        None if member.needed => found.push(Violation {
                            field: join(at, member.name),
                            problem: "is required".into(),
                        }),
                        None => {}
                    }
                }
                for name in values.keys() {
                    if !members.iter().any(|member| member.name == name) {
                        found.push(Violation {
                            field: join(at, name),
                            problem: "is not known".into(),
                        });
                    }
                }
            }
            (Self::Texts, Value::Object(values)) => {
                for (name, _) in values.iter().filter(|(_, value)| !value.is_string()) {
                    found.push(Violation {
                        field: join(at, name),
                        problem: "must be a string".into(),
                    });
                }
            }
            (Self::Object(_) | Self::Texts | Self::Anything, value) if !value.is_object() => {
                wrong("must be an object".into());
            }
            _ => {}
        }
    }
}

fn join(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    const SHAPE: Shape = Shape::Object(&[
        needed("email", Shape::Email),
        may("name", Shape::Text(1, 5)),
        may("list", Shape::List(1, 2, &Shape::Integer(0, 9))),
        may("marks", Shape::Texts),
        may("flag", Shape::Boolean),
        may("kind", Shape::OneOf(&["a", "b"])),
        may("any", Shape::Anything),
    ]);

    #[track_caller]
    fn check(body: &str, expected: Expect) {
        let found = SHAPE.check(&serde_json::from_str(body).unwrap());
        let found = found
            .iter()
            .map(|it| format!("{} {}", it.field, it.problem));
        expected.assert_eq(&found.collect::<Vec<_>>().join("; "));
    }

    #[test]
    fn bodies_are_held_against_the_shape() {
        check(
            r#"{"email":"pat@example.com","name":"Pat","list":[9],"marks":{"a":"b"},"flag":true,"kind":"b","any":{"x":1}}"#,
            expect![[""]],
        );
        check("{}", expect!["email is required"]);
        check("[]", expect![" must be an object"]);
        check(
            r#"{"email":"pat","name":"","list":[],"marks":{"a":1},"flag":0,"kind":"c","any":1,"nmae":"Pat"}"#,
            expect![
                "email must be an email address; name must have 1 to 5 characters; list must have 1 to 2 items; marks.a must be a string; flag must be a boolean; kind must be one of a, b; any must be an object; nmae is not known"
            ],
        );
        check(
            r#"{"email":"a@b.c","list":[1,10,"2"]}"#,
            expect![
                "list must have 1 to 2 items; list.1 must be an integer from 0 to 9; list.2 must be an integer from 0 to 9"
            ],
        );
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        for good in ["pat@example.com", "o'neil+a@mail.example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "pat",
            "@example.com",
            "pat@",
            "pat@com",
            "a@b@c.d",
            "a b@c.d",
            "Pat <pat@example.com>",
            "pat@.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
