//! `$batch`: several operations in one request, as multipart bodies (OData 4.01 part 1, section 11.7; facts: Dataverse,
//! section 3.5). Written and read here, free of I/O.

use std::fmt::Write;

/// One operation.
#[derive(Clone, Debug)]
pub struct Part {
    /// Upper case.
    pub method: &'static str,
    /// Below the service's root: `punctual_notifications(…)?$select=…`.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
}

impl Part {
    /// Reads something.
    pub fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            headers: vec![("accept", "application/json".to_owned())],
            body: None,
        }
    }

    /// With this header too.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// One thing of a batch.
#[derive(Clone, Debug)]
pub enum Item {
    /// An operation of its own.
    Single(Part),
    /// Operations that are done as a whole or not at all. None of them reads.
    ChangeSet(Vec<Part>),
}

/// What came of an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartAnswer {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl PartAnswer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What came of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemAnswer {
    /// Of an operation.
    Single(PartAnswer),
    /// Of each operation of a change set, in the order given.
    Done(Vec<PartAnswer>),
    /// Of a change set that was not done: one answer for all.
    Undone(PartAnswer),
}

impl ItemAnswer {
    /// Every operation's.
    pub fn parts_mut(&mut self) -> &mut [PartAnswer] {
        match self {
            Self::Single(part) | Self::Undone(part) => std::slice::from_mut(part),
            Self::Done(parts) => parts,
        }
    }
}

/// A batch as it goes out.
pub struct Written {
    /// The header `content-type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Writes a batch. `root` is the path of the service, as `/api/data/v9.2/`.
pub fn write(items: &[Item], root: &str) -> Written {
    let boundary = boundary(items);
    let mut text = String::new();
    for (number, item) in items.iter().enumerate() {
        let _ = write!(text, "--{boundary}\r\n");
        match item {
            Item::Single(part) => operation(&mut text, part, root, None),
            Item::ChangeSet(parts) => {
                let inner = format!("{boundary}_{number}");
                let _ = write!(
                    text,
                    "Content-Type: multipart/mixed; boundary=\"{inner}\"\r\n\r\n"
                );
                for (id, part) in (1..).zip(parts) {
                    let _ = write!(text, "--{inner}\r\n");
                    operation(&mut text, part, root, Some(id));
                }
                let _ = write!(text, "--{inner}--\r\n");
            }
        }
    }
    let _ = write!(text, "--{boundary}--\r\n");
    Written {
        content_type: format!("multipart/mixed; boundary=\"{boundary}\""),
        body: text.into_bytes(),
    }
}

fn operation(text: &mut String, part: &Part, root: &str, id: Option<u32>) {
    text.push_str("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    if let Some(id) = id {
        let _ = write!(text, "Content-ID: {id}\r\n");
    }
    let _ = write!(text, "\r\n{} {root}{} HTTP/1.1\r\n", part.method, part.path);
    for (name, value) in &part.headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if part.body.is_some() {
        text.push_str("content-type: application/json; type=entry\r\n");
    }
    let _ = write!(text, "\r\n{}\r\n", part.body.as_deref().unwrap_or_default());
}

/// A word that is nowhere in what it separates. People write notes, and somebody will write this one.
fn boundary(items: &[Item]) -> String {
    let parts = || {
        items.iter().flat_map(|item| match item {
            Item::Single(part) => std::slice::from_ref(part),
            Item::ChangeSet(parts) => parts.as_slice(),
        })
    };
    let is_in = |word: &str| {
        parts().any(|part| {
            part.path.contains(word) || part.body.as_ref().is_some_and(|body| body.contains(word))
        })
    };
    let mut words = (1_u64..).map(|number| format!("batch_{number}"));
    words.find(|word| !is_in(word)).unwrap_or_default()
}

/// Reads the answer to a batch. None when it is no answer to these items.
pub fn read(content_type: &str, body: &[u8], items: &[Item]) -> Option<Vec<ItemAnswer>> {
    let found = parts(content_type, body)?;
    if found.len() != items.len() {
        return None;
    }
    let answers = found.into_iter().zip(items);
    answers
        .map(|(entity, item)| match item {
            Item::Single(_) => Some(ItemAnswer::Single(entity.answer()?)),
            // A change set that was not done answers with one operation in place of a multipart.
            Item::ChangeSet(_) if !entity.is_multipart() => {
                Some(ItemAnswer::Undone(entity.answer()?))
            }
            Item::ChangeSet(wanted) => set(&entity, wanted.len()),
        })
        .collect()
}

fn set(entity: &Entity<'_>, wanted: usize) -> Option<ItemAnswer> {
    let mut found = Vec::new();
    for (place, inner) in parts(entity.header("content-type")?, entity.body)?
        .iter()
        .enumerate()
    {
        let id = inner.header("content-id").and_then(|id| id.parse().ok());
        found.push((id.unwrap_or(place + 1), inner.answer()?));
    }
    let mut answers: Vec<_> = found.iter().map(|(_, answer)| answer.clone()).collect();
    if let [only] = answers.as_slice()
        && !only.is_success()
    {
        return answers.pop().map(ItemAnswer::Undone);
    }
    found.sort_by_key(|(id, _)| *id);
    let in_order = found.iter().map(|(id, _)| *id).eq(1..=wanted);
    in_order.then(|| ItemAnswer::Done(found.into_iter().map(|(_, answer)| answer).collect()))
}

/// Headers and a body.
struct Entity<'a> {
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Entity<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (headers, body) = head(bytes)?;
        Some(Self { headers, body })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn is_multipart(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("multipart/")
    }

    /// The HTTP response in the body.
    fn answer(&self) -> Option<PartAnswer> {
        let (line, rest) = line(self.body);
        let line = std::str::from_utf8(line).ok()?;
        let status = line.strip_prefix("HTTP/")?.split_whitespace().nth(1)?;
        let (headers, body) = head(rest)?;
        Some(PartAnswer {
            status: status.parse().ok()?,
            headers,
            body: body.to_vec(),
        })
    }
}

/// A line without its end, and what is behind it. CRLF is the rule; LF alone is taken too.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        None => (bytes, &[]),
        Some(end) => {
            let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
            (line, &bytes[end + 1..])
        }
    }
}

type Head<'a> = (Vec<(String, String)>, &'a [u8]);

/// Headers up to the empty line, and what is behind it.
fn head(mut rest: &[u8]) -> Option<Head<'_>> {
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let (found, behind) = line(rest);
        rest = behind;
        if found.is_empty() {
            break;
        }
        let (name, value) = std::str::from_utf8(found).ok()?.split_once(':')?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some((headers, rest))
}

/// The entities of a multipart body. A boundary counts at the start of a line only.
fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Entity<'a>>> {
    let boundary = content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?
        .trim()
        .trim_matches('"');
    let mark = format!("--{boundary}");
    let (mut entities, mut from) = (Vec::new(), None);
    let mut at = 0;
    while at < body.len() {
        let (found, rest) = line(&body[at..]);
        let next = body.len() - rest.len();
        let end = found
            .strip_prefix(mark.as_bytes())
            .map(<[u8]>::trim_ascii_end);
        if let Some(end @ (b"" | b"--")) = end {
            if let Some(from) = from {
                entities.push(Entity::read(without_line_end(&body[from..at]))?);
            }
            if end == b"--" {
                return Some(entities);
            }
            from = Some(next);
        }
        at = next;
    }
    // It was cut short.
    None
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(path: &str, body: &str) -> Part {
        Part {
            method: "PATCH",
            path: path.to_owned(),
            headers: vec![("if-match", "W/\"7\"".to_owned())],
            body: Some(body.to_owned()),
        }
    }

    #[test]
    fn what_goes_out() {
        let items = [
            Item::ChangeSet(vec![
                patch("a(1)", "{\"n\":\"batch_1\"}"),
                patch("a(2)", "{}"),
            ]),
            Item::Single(Part::get("b?$top=1".to_owned())),
        ];
        let written = write(&items, "/api/data/v9.2/");
        // The first boundary stands in a body, so it is another.
        assert_eq!(
            written.content_type,
            "multipart/mixed; boundary=\"batch_2\""
        );
        let expected = "--batch_2
Content-Type: multipart/mixed; boundary=\"batch_2_0\"

--batch_2_0
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

PATCH /api/data/v9.2/a(1) HTTP/1.1
if-match: W/\"7\"
content-type: application/json; type=entry

{\"n\":\"batch_1\"}
--batch_2_0
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 2

PATCH /api/data/v9.2/a(2) HTTP/1.1
if-match: W/\"7\"
content-type: application/json; type=entry

{}
--batch_2_0--
--batch_2
Content-Type: application/http
Content-Transfer-Encoding: binary

GET /api/data/v9.2/b?$top=1 HTTP/1.1
accept: application/json


--batch_2--
";
        let found = String::from_utf8(written.body).unwrap();
        assert!(
            !found.replace("\r\n", "").contains('\n'),
            "every line ends in CRLF"
        );
        assert_eq!(found.replace("\r\n", "\n"), expected);
    }

    const ANSWER: &str = "--batchresponse_1
Content-Type: multipart/mixed; boundary=changesetresponse_2

--changesetresponse_2
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 2

HTTP/1.1 204 No Content
OData-Version: 4.0


--changesetresponse_2
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

HTTP/1.1 200 OK
ETag: W/\"9\"

{\"a\":\"--batchresponse_1 inside\"}
--changesetresponse_2--
--batchresponse_1
Content-Type: application/http
Content-Transfer-Encoding: binary

HTTP/1.1 404 Not Found
REQ_ID: r

{\"error\":{}}
--batchresponse_1--
";

    fn items() -> Vec<Item> {
        vec![
            Item::ChangeSet(vec![patch("a(1)", "{}"), patch("a(2)", "{}")]),
            Item::Single(Part::get("b".to_owned())),
        ]
    }

    #[test]
    fn what_comes_back_in_either_kind_of_line() {
        for answer in [ANSWER.to_owned(), ANSWER.replace('\n', "\r\n")] {
            let found = read(
                "multipart/mixed; boundary=\"batchresponse_1\"",
                answer.as_bytes(),
                &items(),
            );
            let found = found.expect("it reads");
            let ItemAnswer::Done(set) = &found[0] else {
                panic!("{found:?}")
            };
            // By Content-ID, whatever the order.
            assert_eq!((set[0].status, set[1].status), (200, 204));
            assert_eq!(set[0].header("etag"), Some("W/\"9\""));
            assert_eq!(set[0].body, b"{\"a\":\"--batchresponse_1 inside\"}");
            let ItemAnswer::Single(single) = &found[1] else {
                panic!("{found:?}")
            };
            assert_eq!((single.status, single.header("req_id")), (404, Some("r")));
        }
    }

    #[test]
    fn a_set_that_was_not_done_is_one_answer_however_it_is_wrapped() {
        let bare = "--r\nContent-Type: application/http\n\nHTTP/1.1 412 Precondition Failed\n\n{}\n--r--\n";
        let wrapped = "--r\nContent-Type: multipart/mixed; boundary=s\n\n--s\nContent-Type: application/http\nContent-ID: 2\n\nHTTP/1.1 412 Precondition Failed\n\n{}\n--s--\n--r--\n";
        for answer in [bare, wrapped] {
            let found = read(
                "multipart/mixed;boundary=r",
                answer.as_bytes(),
                &items()[..1],
            );
            let Some([ItemAnswer::Undone(undone)]) = found.as_deref() else {
                panic!("{found:?}")
            };
            assert_eq!(undone.status, 412);
        }
    }

    #[test]
    fn what_is_no_answer_to_it_is_none() {
        let kind = "multipart/mixed; boundary=batchresponse_1";
        let whole = ANSWER.as_bytes();
        for end in 0..whole.len() - "--batchresponse_1--\n".len() {
            assert_eq!(read(kind, &whole[..end], &items()), None, "cut at {end}");
        }
        assert_eq!(read("application/json", whole, &items()), None);
        assert_eq!(read(kind, whole, &items()[..1]), None);
        assert_eq!(
            read("multipart/mixed; boundary=other", whole, &items()),
            None
        );
        assert_eq!(read(kind, &[0xff; 64], &items()), None);
    }
}
