//! The audit trail in the table `punctual_audit`. A row has the entry's id, so that an entry whose answer was lost is not
//! written twice.

use serde_json::{Value, json};

use super::query::{instant, text, url};
use super::refusal::Meaning;
use super::{DataverseRecords, row};
use crate::http::Http;
use crate::records::audit::{Audit, AuditEntry};
use crate::records::{Page, RecordsError};

const SET: &str = "punctual_audits";
const SELECT: &str =
    "punctual_auditid,punctual_at,punctual_role,punctual_action,punctual_subject,punctual_outcome";

impl<H: Http> Audit for DataverseRecords<'_, H> {
    async fn note(&self, entries: &[AuditEntry]) -> Result<(), RecordsError> {
        const DOING: &str = "write the audit trail";
        for entry in entries {
            let body = json!({
                "punctual_name": entry.action,
                "punctual_at": instant(entry.at),
                "punctual_role": entry.role,
                "punctual_action": entry.action,
                "punctual_subject": entry.subject,
                "punctual_outcome": entry.outcome,
            });
            let mut call = self
                .call("PATCH", &format!("{SET}({})", entry.id))?
                .with("if-none-match", "*")
                .with("content-type", "application/json");
            call.body = body.to_string().into_bytes();
            let answer = self.write(call).await?;
            if answer.is_success() {
                continue;
            }
            let refusal = self.refusal(&answer);
            match refusal.meaning() {
                // It is there already.
                Meaning::Overtaken => {}
                _ => return Err(refusal.error(DOING)),
            }
        }
        Ok(())
    }

    async fn audit(
        &self,
        subject: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, RecordsError> {
        let filter = subject.map(|subject| format!("punctual_subject eq {}", text(subject)));
        let mut options = vec![
            ("$select", SELECT),
            ("$orderby", "punctual_at desc,punctual_auditid desc"),
        ];
        options.extend(filter.as_deref().map(|filter| ("$filter", filter)));
        let first = url(SET, &options);
        let page = self
            .page("read the audit trail", &first, after, limit, "")
            .await?;
        let items: Option<Vec<_>> = page.items.iter().map(entry).collect();
        let items = items.ok_or_else(|| RecordsError::new("an audit entry that is not whole"))?;
        Ok(Page {
            items,
            next: page.next,
        })
    }
}

fn entry(row: &Value) -> Option<AuditEntry> {
    let text = |column: &str| row[column].as_str().map(str::to_owned);
    Some(AuditEntry {
        id: text("punctual_auditid")?.to_ascii_lowercase(),
        at: row::time(row["punctual_at"].as_str()?)?,
        role: text("punctual_role")?,
        action: text("punctual_action")?,
        subject: text("punctual_subject"),
        outcome: text("punctual_outcome")?,
    })
}
