//! Statements that are executed, and requests that are sent, in place of what the application asked for. A local outbox
//! that is out for a while is one; the others break the application on purpose, to see that the checker finds it.

use bytes::Bytes;
use http::Request;

use crate::parts::Service;

/// What is not as the application believes.
#[derive(Debug, Default)]
pub struct Lies {
    /// The provider takes nothing.
    pub provider_is_out: bool,
    /// The mutation.
    pub mutation: Option<&'static Mutation>,
    /// How often the mutation has had a statement to change.
    pub told: u64,
}

/// A way to break the application, put on at its edge: the statements that it sends to the database are changed, or what
/// it says to Dataverse, or how it is set up.
///
/// The components stay the files that are shipped. What a mutation stands for is a line of theirs that was forgotten.
#[derive(Debug)]
pub struct Mutation {
    /// What was forgotten.
    pub name: &'static str,
    /// What becomes of statements.
    pub changes: &'static [Change],
    /// What becomes of bodies of requests to Dataverse: `wanted` is looked for in method, path and body.
    pub requests: &'static [Change],
    /// Settings that are wrong.
    pub settings: &'static [(&'static str, &'static str)],
}

impl Mutation {
    /// One that changes nothing yet.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            changes: &[],
            requests: &[],
            settings: &[],
        }
    }
}

/// Where a statement holds `wanted` and `part`, `part` becomes `instead`.
#[derive(Debug)]
pub struct Change {
    /// The statements concerned hold this.
    pub wanted: &'static str,
    /// This goes.
    pub part: &'static str,
    /// This comes.
    pub instead: &'static str,
}

impl Lies {
    /// The statement that is executed.
    pub fn statement(&mut self, mut statement: String) -> String {
        if self.provider_is_out && statement.starts_with("INSERT INTO outbox") {
            return "SELECT the_provider_is_out".to_owned();
        }
        for change in self.mutation.map_or(&[][..], |mutation| mutation.changes) {
            if statement.contains(change.wanted) && statement.contains(change.part) {
                self.told += 1;
                statement = statement.replace(change.part, change.instead);
            }
        }
        statement
    }

    /// What leaves for a service.
    pub fn request(&mut self, service: Service, request: &mut Request<Bytes>) {
        let Some(mutation) = self.mutation.filter(|_| service == Service::Dataverse) else {
            return;
        };
        let title = format!("{} {}", request.method(), request.uri());
        self.change(mutation.requests, &title, request.body_mut());
    }

    fn change(&mut self, changes: &[Change], title: &str, body: &mut Bytes) {
        for change in changes {
            let Ok(text) = std::str::from_utf8(body) else {
                return;
            };
            let wanted = title.contains(change.wanted) || text.contains(change.wanted);
            if wanted && text.contains(change.part) {
                self.told += 1;
                *body = text.replace(change.part, change.instead).into();
            }
        }
    }
}
