//! An environment to connect, and the program that does it.

use std::process::{Command, Stdio};

use punctual_stand_in_dataverse as dataverse;
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::store::Row;
use punctual_stand_in_dataverse::value::Value;
use punctual_stand_in_entra as entra;
use punctual_stand_in_entra::directory::{CLIENT_ID, CLIENT_SECRET, TENANT};

/// Where Dataverse is told that Punctual is.
pub const WEBHOOK: &str = "https://punctual.example.com/webhooks/dataverse";
/// What opens it.
pub const KEY: &str = "planted-key-0123456789abcdef";

/// Dataverse and Entra.
pub struct Environment {
    pub dataverse: dataverse::StandIn,
    entra: entra::StandIn,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

/// What the program said.
pub struct Told {
    pub code: Option<i32>,
    pub report: String,
    pub progress: String,
}

impl Environment {
    /// One into which the solution was imported a moment ago.
    pub fn imported() -> Self {
        Self::with(dataverse::Options::default())
    }

    pub fn with(environment: dataverse::Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (dataverse, entra) = runtime.block_on(async {
            let options = entra::StandInOptions::new().expect("options");
            let entra = entra::StandIn::start(options).await.expect("Entra");
            let options = dataverse::StandInOptions {
                environment,
                token: "planted-token-of-an-administrator".into(),
                ..dataverse::StandInOptions::new().expect("options")
            };
            let dataverse = dataverse::StandIn::start(options).await.expect("Dataverse");
            (dataverse, entra)
        });
        let judge = entra.with(|entra| entra.judge());
        let audience = dataverse.url();
        dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
            let claims = judge.judge(token, &audience, now_ms)?;
            Ok(Caller::Application(claims.appid))
        }));
        Self {
            dataverse,
            entra,
            runtime,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A file with this text.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    }

    /// Where applications sign in.
    pub fn entra_url(&self) -> String {
        self.entra.url()
    }

    /// Runs the program with a key, signed in as the application.
    pub fn connect(&self, arguments: &[&str]) -> Told {
        let variables = [
            ("AZURE_AUTHORITY_HOST", self.entra.url()),
            ("AZURE_TENANT_ID", TENANT.to_owned()),
            ("AZURE_CLIENT_ID", CLIENT_ID.to_owned()),
            ("AZURE_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("PUNCTUAL_WEBHOOK_KEY", KEY.to_owned()),
        ];
        self.run(arguments, &variables)
    }

    /// Runs the program with these variables and no others of ours. It never tells a secret.
    pub fn run(&self, arguments: &[&str], variables: &[(&str, String)]) -> Told {
        let mut program = Command::new(env!("CARGO_BIN_EXE_punctual-connect"));
        program.args(["--url", &self.dataverse.url(), "--poll-ms", "50"]);
        program.args(arguments).stdin(Stdio::null());
        for name in ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "AUTHORITY_HOST"] {
            program.env_remove(format!("AZURE_{name}"));
        }
        program.env_remove("PUNCTUAL_WEBHOOK_KEY");
        for (name, value) in variables {
            program.env(name, value);
        }
        // The stand-ins have a thread of their own.
        let output = self.runtime.handle().clone();
        let _inside = output.enter();
        let output = program.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let told = Told {
            code: output.status.code(),
            report: text(output.stdout).replace(&self.dataverse.url(), "URL"),
            progress: text(output.stderr),
        };
        for secret in [KEY, CLIENT_SECRET, self.dataverse.token(), "eyJ"] {
            let all = format!("{}{}", told.report, told.progress);
            assert!(!all.contains(secret), "{secret} was printed:\n{all}");
        }
        told
    }

    /// How many writes there were of a table.
    pub fn writes(&self) -> u64 {
        self.dataverse.with(|dataverse, _| {
            let counts = dataverse.requests.counts();
            let writes = counts.iter().filter(|(label, _)| {
                ["create ", "update ", "delete "]
                    .iter()
                    .any(|it| label.starts_with(it))
            });
            writes.map(|(_, count)| count).sum()
        })
    }

    /// The rows of a table.
    pub fn rows(&self, table: &str) -> Vec<Row> {
        self.dataverse.with(|dataverse, _| {
            let table = dataverse.schema.table(table).expect("a table");
            dataverse.store.rows(table).all().cloned().collect()
        })
    }

    /// Changes a cell of every row whose text in `column` contains `text`, as somebody at a screen would.
    pub fn change(&self, table: &str, (column, text): (&str, &str), cell: (&str, Value)) {
        let rows = self.rows(table);
        let meant = rows.iter().filter(|row| row.text(column).contains(text));
        let ids: Vec<_> = meant.map(|row| row.id).collect();
        assert!(!ids.is_empty(), "no {table} with {text}");
        self.dataverse.with(|dataverse, now_ms| {
            dataverse
                .act(now_ms, |work| {
                    let table = work.table(table)?;
                    for id in &ids {
                        let changes = [(cell.0.to_owned(), Some(cell.1.clone()))];
                        work.update(table, *id, changes.into_iter().collect())?;
                    }
                    Ok(())
                })
                .expect("it can be changed");
        });
    }
}

impl Told {
    /// The state that the report gives a part.
    #[track_caller]
    pub fn state(&self, part: &str) -> &str {
        let mut lines = self.report.lines().map(str::trim_end);
        let line = lines.find_map(|line| line.strip_prefix(part)?.strip_prefix("  "));
        let line = line.unwrap_or_else(|| panic!("no {part} in\n{}{}", self.report, self.progress));
        line.trim_start().split("  ").next().unwrap_or_default()
    }
}
