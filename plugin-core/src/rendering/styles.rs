//! Puts at each element of a page what its class looks like, because many mail programs heed no style sheet.
//!
//! Templates name classes alone, so that whoever translates one sees words and not colours.

/// One line for each value of `class`, and its style.
pub(super) const STYLES: &str = include_str!("../../templates/styles.txt");

const CLASS: &str = "class=\"";

/// The page with a `style` behind every `class`. Values are escaped, so none can bring a class along.
pub fn inline(page: &str) -> String {
    let mut parts = page.split(CLASS);
    let mut styled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        styled.push_str(CLASS);
        let (class, rest) = part.split_once('"').unwrap_or((part, ""));
        styled.push_str(class);
        styled.push('"');
        let style = STYLES
            .lines()
            .find_map(|line| line.strip_prefix(class)?.strip_prefix(": "));
        if let Some(style) = style {
            for piece in [" style=\"", style, "\""] {
                styled.push_str(piece);
            }
        }
        styled.push_str(rest);
    }
    styled
}
