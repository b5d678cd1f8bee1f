//! What people need of a screen before anything else: all of it is in sight, nothing lies over anything, all of it has a name
//! that is read aloud.

use std::collections::BTreeSet;

use super::source::{Control, controls, screens};

const WIDTH: i32 = 1366;
const HEIGHT: i32 = 768;

/// Left, top, right and bottom.
fn place(control: &Control) -> [i32; 4] {
    let [x, y, width, height] = ["X", "Y", "Width", "Height"].map(|side| {
        let value = control.properties[side].parse();
        value.unwrap_or_else(|_| panic!("{}: {side} is no number", control.name))
    });
    [x, y, x + width, y + height]
}

/// Whatever is on a screen or in a gallery.
fn placed() -> impl Iterator<Item = &'static Control> {
    controls()
        .iter()
        .filter(|control| !control.parent.is_empty())
}

#[test]
fn everything_is_in_sight() {
    for control in placed() {
        let [left, top, right, bottom] = place(control);
        let gallery = placed().find(|gallery| gallery.name == control.parent);
        let (width, height) = match gallery {
            Some(gallery) => {
                let [left, _, right, _] = place(gallery);
                let template = gallery.properties["TemplateSize"]
                    .parse()
                    .expect("a number");
                (right - left, template)
            }
            None => (WIDTH, HEIGHT),
        };
        let inside = left >= 0 && top >= 0 && right <= width && bottom <= height;
        assert!(
            inside,
            "{}: {:?} is not within {width} by {height}",
            control.name,
            place(control)
        );
    }
}

/// Bars lie under what stands on them; what is shown only at times may lie over what is empty then.
#[test]
fn nothing_lies_over_anything() {
    let free = |control: &Control| {
        control.kind == "Rectangle" || control.properties.contains_key("Visible")
    };
    let all: Vec<_> = placed().filter(|control| !free(control)).collect();
    for (nth, one) in all.iter().enumerate() {
        for other in all[nth + 1..]
            .iter()
            .filter(|other| other.parent == one.parent)
        {
            let ([left, top, right, bottom], [l, t, r, b]) = (place(one), place(other));
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(apart, "{} and {}", one.name, other.name);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names = BTreeSet::new();
    for control in controls() {
        assert!(
            names.insert(&control.name),
            "{} is there twice",
            control.name
        );
    }
}

/// A button is read by its text, a label by its own.
#[test]
fn whatever_can_be_used_has_a_name_that_is_read() {
    let mut named = 0;
    for control in placed() {
        match control.kind.as_str() {
            "Rectangle" => {}
            "Label" | "Classic/Button" => {
                assert!(control.properties.contains_key("Text"), "{}", control.name)
            }
            _ => {
                let label = control.properties.get("AccessibleLabel");
                assert!(
                    label.is_some_and(|label| label.len() > 4),
                    "{}",
                    control.name
                );
                named += 1;
            }
        }
    }
    assert!(named > 15);
}

#[test]
fn every_screen_has_one_heading_of_the_first_level() {
    for screen in screens() {
        let headings = placed().filter(|control| control.screen == screen);
        let headings = headings.filter(|control| {
            control
                .properties
                .get("Role")
                .is_some_and(|role| role == "TextRole.Heading1")
        });
        assert_eq!(headings.count(), 1, "{screen}");
    }
}

/// Problems are told when they arise, not only shown.
#[test]
fn problems_are_announced() {
    let problems: Vec<_> = placed()
        .filter(|control| control.name.contains("Problem"))
        .collect();
    assert_eq!(problems.len(), 10);
    for problem in problems {
        assert!(problem.properties.contains_key("Live"), "{}", problem.name);
    }
}

/// WCAG 2.2, 1.4.3: text stands out from its ground by 4.5 to 1.
#[test]
fn text_stands_out() {
    let mut checked = 0;
    for control in placed().filter(|control| control.properties.contains_key("Color")) {
        let bar =
            place(control)[3] <= 64 && control.kind == "Label" && control.parent == control.screen;
        let ground = if bar {
            "RGBA(0, 90, 158, 1)"
        } else {
            "RGBA(255, 255, 255, 1)"
        };
        let ground = control
            .properties
            .get("Fill")
            .map_or(ground, String::as_str);
        let (text, ground) = (luminance(&control.properties["Color"]), luminance(ground));
        let contrast = (text.max(ground) + 0.05) / (text.min(ground) + 0.05);
        assert!(contrast >= 4.5, "{}: {contrast:.1}", control.name);
        checked += 1;
    }
    assert!(checked > 60);
}

fn luminance(color: &str) -> f64 {
    let parts = color
        .trim_start_matches("RGBA(")
        .trim_end_matches(')')
        .split(", ");
    let channels = parts.take(3).map(|part| {
        let part: f64 = part
            .parse()
            .unwrap_or_else(|_| panic!("no colour: {color}"));
        let part = part / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    channels
        .zip([0.2126, 0.7152, 0.0722])
        .map(|(channel, weight)| channel * weight)
        .sum()
}
