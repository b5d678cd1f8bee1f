//! Pictures of the screens, drawn from the positions in the source: what is where, not how Power Apps paints it. They lie in
//! `power-platform/canvas/pictures`; `UPDATE_EXPECT=1 cargo test -p punctual-solution --test canvas` draws them anew.

use std::fmt::Write;

use super::source::{Control, controls, repository, screens, words};

const ROWS_SHOWN: i32 = 3;

#[test]
fn pictures_are_of_the_source() {
    let folder = repository().join("power-platform/canvas/pictures");
    for screen in screens() {
        let path = folder.join(format!("{screen}.svg"));
        let drawn = draw(&screen);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &drawn).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(there, drawn, "{}", path.display());
    }
}

fn draw(screen: &str) -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1366 768\" font-family=\"sans-serif\">\n\
         <rect width=\"1366\" height=\"768\" fill=\"#fff\" stroke=\"#8a8886\"/>\n",
    );
    for control in controls().iter().filter(|control| control.parent == screen) {
        shape(&mut svg, control, 0, 0);
        let inside = controls().iter().filter(|part| part.parent == control.name);
        let inside: Vec<_> = inside.collect();
        let step = number(control, "TemplateSize").unwrap_or_default();
        for row in 0..if inside.is_empty() { 0 } else { ROWS_SHOWN } {
            let (x, y) = (side(control, "X"), side(control, "Y") + row * step);
            let (width, bottom) = (side(control, "Width"), y + step);
            writeln!(
                svg,
                "<path d=\"M{x} {bottom}h{width}\" stroke=\"#e1dfdd\"/>"
            )
            .unwrap();
            inside.iter().for_each(|part| shape(&mut svg, part, x, y));
        }
    }
    svg + "</svg>\n"
}

fn shape(svg: &mut String, control: &Control, left: i32, top: i32) {
    let [x, y, width, height] = ["X", "Y", "Width", "Height"].map(|name| side(control, name));
    let (x, y) = (x + left, y + top);
    let fill = control
        .properties
        .get("Fill")
        .map_or("none", String::as_str)
        .replace(", 1)", ")")
        .to_lowercase()
        .replace("rgba", "rgb");
    let stroke = match control.kind.as_str() {
        "Label" | "Rectangle" | "Classic/Icon" | "Classic/CheckBox" => "none",
        _ => "#8a8886",
    };
    if control.properties.contains_key("Visible") {
        return;
    }
    writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" stroke=\"{stroke}\"/>").unwrap();
    let Some(text) = text(control) else { return };
    let color = control
        .properties
        .get("Color")
        .map_or("rgb(27, 27, 27)".to_owned(), |color| {
            color
                .replace(", 1)", ")")
                .to_lowercase()
                .replace("rgba", "rgb")
        });
    // Points of a screen of 96 dots to the inch.
    let size = number(control, "Size").unwrap_or(13) * 4 / 3;
    let inner = if control.kind == "Label" { x } else { x + 10 };
    let base = if height > 60 {
        y + size + 4
    } else {
        y + height / 2 + size / 3
    };
    writeln!(
        svg,
        "<text x=\"{inner}\" y=\"{base}\" font-size=\"{size}\" fill=\"{color}\">{text}</text>"
    )
    .unwrap();
}

/// What stands there: the words where they are fixed, else what the formula is about, in angle quotes.
fn text(control: &Control) -> Option<String> {
    let sign = match control.kind.as_str() {
        "Classic/Icon" => return Some("›".to_owned()),
        "Classic/CheckBox" => "☐ ",
        "Classic/DropDown" | "Classic/DatePicker" => "▾ ",
        _ => "",
    };
    let formula = ["Text", "Default", "DefaultDate"]
        .into_iter()
        .find_map(|name| control.properties.get(name))?;
    let fixed = formula
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|text| !text.contains('"'));
    let column = || words(formula).find_map(|(_, word)| word.strip_prefix("punctual_"));
    let about = || column().map_or_else(|| control.name[3..].to_owned(), str::to_owned);
    let text = fixed.map_or_else(|| format!("‹{}›", about()), str::to_owned);
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    (!text.is_empty()).then(|| format!("{sign}{text}"))
}

fn number(control: &Control, property: &str) -> Option<i32> {
    control.properties.get(property)?.parse().ok()
}

fn side(control: &Control, property: &str) -> i32 {
    number(control, property).unwrap_or_default()
}
