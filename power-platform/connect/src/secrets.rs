//! What must never be printed.

/// Shorter ones would hide half of every sentence, and are no secrets.
const SHORTEST: usize = 6;

/// Everything secret that was read, so that it can be taken out of whatever is printed: an answer may quote a request.
#[derive(Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Remembers a secret.
    pub fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.0.push(secret.to_owned());
            // The longest first, so that no rest of it stays.
            self.0.sort_by_key(|it| std::cmp::Reverse(it.len()));
        }
    }

    /// The text without them.
    pub fn hide(&self, text: &str) -> String {
        let without = |text: String, secret: &String| text.replace(secret, "[hidden]");
        self.0.iter().fold(text.to_owned(), without)
    }
}

#[test]
fn secrets_are_taken_out_whole() {
    let mut secrets = Secrets::default();
    for secret in ["planted", "planted-and-longer", "a"] {
        secrets.add(secret);
    }
    let hidden = secrets.hide("a planted-and-longer planted tree");
    assert_eq!(hidden, "a [hidden] [hidden] tree");
}
