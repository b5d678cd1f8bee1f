//! The pages that links in messages lead to. They work without a script, and nothing on them comes from elsewhere: who opens
//! one is seen by nobody else.

pub mod answer;
pub mod unsubscribe;
mod words;

use punctual_app::edge::SpinVariables;
use punctual_app::settings;
use punctual_app::web::Response;

use words::{Deed, Words};

/// What a page says.
struct Page<'a> {
    words: &'a Words,
    heading: &'a str,
    /// Paragraphs; `{clinic}` and `{phone}` in them are replaced.
    paragraphs: Vec<&'a str>,
    /// What the button says, if there is one. It posts to the page's own address.
    button: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// Asks whether to do something.
    fn asking(words: &'a Words, deed: &'a Deed) -> Self {
        Self {
            words,
            heading: deed.question,
            paragraphs: Vec::new(),
            button: Some(deed.button),
        }
    }

    /// Says something.
    fn saying(words: &'a Words, heading: &'a str, meaning: &'a str) -> Self {
        Self {
            words,
            heading,
            paragraphs: vec![meaning],
            button: None,
        }
    }

    fn response(&self, status: u16) -> Response {
        // The hash is that of the style, so that nothing else may style the page, and nothing at all may run in it.
        const CSP: &str = "default-src 'none'; style-src 'sha256-lSiULyEfXhw9gAwYCrWgEivd+ztaFGygGqLltCZyzZA='; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        const STYLE: &str = ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1.25rem}h1{font-size:1.6rem;line-height:1.25}button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.6rem;color:#fff;background:#0b6470;cursor:pointer}";
        let clinic = settings::sender(&SpinVariables);
        let phone = clinic.phone.unwrap_or_default();
        let mut paragraphs = self.paragraphs.clone();
        if !phone.is_empty() {
            paragraphs.push(self.words.call);
        }
        let paragraph = |text: &&str| {
            let text = text.replace("{clinic}", &clinic.name);
            format!("<p>{}</p>", escaped(&text.replace("{phone}", &phone)))
        };
        let paragraphs: String = paragraphs.iter().map(paragraph).collect();
        // Without an action the form goes to the page's own address, token and all.
        let button = self.button.map_or_else(String::new, |button| {
            format!("<form method=\"post\"><button>{button}</button></form>")
        });
        let (tag, heading) = (self.words.tag, self.heading);
        let page = format!(
            "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1>{paragraphs}{button}</main></body></html>"
        );
        Response::text(status, "text/html; charset=utf-8", page)
            .with("content-security-policy", CSP)
            .with("content-language", tag)
            .with("vary", "accept-language")
            .with("referrer-policy", "no-referrer")
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
