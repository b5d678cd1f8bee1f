//! The cookie in `$skiptoken`: the last row of a page, so that the next begins after it whatever was written meanwhile.
//!
//! It has the shape of the service's, XML inside XML. Clients must not look into it, and some do.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use punctual_stand_ins::Guid;

use crate::refusal::Refusal;

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    /// The number of the page that comes next, from 2 on.
    pub page: u32,
    /// The last row of the page before.
    pub last: Guid,
    /// Its cells in the order of `$orderby`, folded; none is empty.
    pub cells: Vec<Option<String>>,
}

impl Cookie {
    /// As the value of `$skiptoken`, percent-encoded.
    pub fn write(&self, primary_id: &str) -> String {
        let mut inner = format!("<cookie page=\"{}\">", self.page - 1);
        for (number, cell) in self.cells.iter().enumerate() {
            let shown = cell
                .as_ref()
                .map(|cell| utf8_percent_encode(cell, PLAIN).to_string());
            inner += &match shown {
                Some(cell) => format!("<order{number} last=\"{cell}\" />"),
                None => format!("<order{number} lastnull=\"1\" />"),
            };
        }
        inner += &format!("<{primary_id} last=\"{{{}}}\" /></cookie>", self.last);
        let outer = format!(
            "<cookie pagenumber=\"{}\" pagingcookie=\"{}\" istracking=\"False\" />",
            self.page,
            utf8_percent_encode(&inner, PLAIN)
        );
        utf8_percent_encode(&outer, PLAIN).to_string()
    }

    /// Reads what [`write`](Self::write) wrote, percent-decoded once, as the value of a query option is.
    pub fn read(text: &str, primary_id: &str, orders: usize) -> Result<Self, Refusal> {
        Self::find(text, primary_id, orders).ok_or_else(|| {
            let message = "The paging cookie is malformed; follow @odata.nextLink as it is.";
            Refusal::query(message)
        })
    }

    fn find(text: &str, primary_id: &str, orders: usize) -> Option<Self> {
        let page = attribute(text, "cookie", "pagenumber")?.parse().ok()?;
        let inner = attribute(text, "cookie", "pagingcookie")?;
        let inner = percent_decode_str(inner).decode_utf8().ok()?;
        let last = attribute(&inner, primary_id, "last")?.parse().ok()?;
        let mut cells = Vec::new();
        for number in 0..orders {
            let element = format!("order{number}");
            cells.push(match attribute(&inner, &element, "last") {
                Some(cell) => Some(percent_decode_str(cell).decode_utf8().ok()?.into_owned()),
                None => attribute(&inner, &element, "lastnull").map(|_| None)?,
            });
        }
        (page >= 2).then_some(Self { page, last, cells })
    }
}

fn attribute<'a>(xml: &'a str, element: &str, name: &str) -> Option<&'a str> {
    let start = xml.find(&format!("<{element} "))?;
    let tag = xml[start..].split('>').next()?;
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    value.split('"').next()
}
