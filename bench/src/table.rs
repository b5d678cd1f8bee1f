//! The one table that comes out.

use std::fmt;

/// Figures, each with its aim where there is one.
pub struct Table {
    heading: String,
    rows: Vec<[String; 3]>,
}

impl Table {
    /// A table of one machine.
    pub fn new(heading: String) -> Self {
        Self {
            heading,
            rows: Vec::new(),
        }
    }

    /// A figure that is compared with nothing.
    pub fn figure(&mut self, what: &str, figure: String) {
        self.add(what, figure, String::new());
    }

    /// A figure that should not be above `aim`.
    pub fn at_most(&mut self, what: &str, value: f64, unit: &str, aim: f64) {
        self.against(what, value, unit, "≤", aim, value <= aim);
    }

    /// A figure that should not be below `aim`.
    pub fn at_least(&mut self, what: &str, value: f64, unit: &str, aim: f64) {
        self.against(what, value, unit, "≥", aim, value >= aim);
    }

    fn against(&mut self, what: &str, value: f64, unit: &str, relation: &str, aim: f64, met: bool) {
        let verdict = if met { "reached" } else { "MISSED" };
        self.add(
            what,
            format!("{} {unit}", short(value)),
            format!("{relation} {} {unit}: {verdict}", short(aim)),
        );
    }

    fn add(&mut self, what: &str, figure: String, aim: String) {
        eprintln!("bench: {what}: {figure}");
        self.rows.push([what.to_owned(), figure, aim]);
    }
}

/// A number with as many digits as mean something.
pub fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.heading)?;
        let width = |column: usize| {
            let lengths = self.rows.iter().map(|row| row[column].chars().count());
            lengths.max().unwrap_or(0)
        };
        let (what, figure) = (width(0), width(1));
        writeln!(f, "{:what$}  {:>figure$}  aim", "", "measured")?;
        for row in &self.rows {
            writeln!(f, "{:what$}  {:>figure$}  {}", row[0], row[1], row[2])?;
        }
        Ok(())
    }
}
