//! Addresses and numbers for those who may not see them whole: enough to recognise one's own, too little to use.

/// What stands for the part that is not shown. No address or number holds it.
pub const HIDDEN: char = '…';

/// `r…@e….com`
pub fn email(text: &str) -> String {
    let masked = || {
        let (name, domain) = text.trim().rsplit_once('@')?;
        let (host, top) = domain.rsplit_once('.')?;
        let (name, host) = (name.chars().next()?, host.chars().next()?);
        Some(format!("{name}{HIDDEN}@{host}{HIDDEN}.{top}"))
    };
    masked().unwrap_or_else(|| HIDDEN.to_string())
}

/// `+1…14`
pub fn phone(text: &str) -> String {
    let text: Vec<char> = text.trim().chars().collect();
    // Of a short one even four letters would be too much.
    if text.len() < 8 {
        return HIDDEN.to_string();
    }
    let (begin, end) = (&text[..2], &text[text.len() - 2..]);
    begin.iter().chain([&HIDDEN]).chain(end).collect()
}
