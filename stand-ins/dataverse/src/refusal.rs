//! Refusals with Dataverse's statuses and codes.
//!
//! The codes of duplicates, versions, missing rows and throttling are documented by Microsoft. Those of malformed
//! requests vary from version to version; a client should look at their status only.

use punctual_stand_ins::Guid;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// `error.code`
    pub code: &'static str,
    /// `error.message`
    pub message: String,
    /// `Retry-After`
    pub retry_after_seconds: Option<u32>,
}

impl Refusal {
    /// A refusal of any kind.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after_seconds: None,
        }
    }

    /// 400: the URL or a query option is wrong.
    pub fn query(message: impl Into<String>) -> Self {
        Self::new(400, "0x80060888", message)
    }

    /// 400: the body is wrong.
    pub fn payload(set: &str, message: &str) -> Self {
        let message = format!(
            "Error identified in Payload provided by the user for Entity :'{set}', InnerException : {message}"
        );
        Self::new(400, "0x80048d19", message)
    }

    /// 501: the real service can do this, the stand-in cannot.
    pub fn not_built(what: &str) -> Self {
        let message = format!("{what} is not built into this stand-in of Dataverse.");
        Self::new(501, "0x80060888", message)
    }

    /// 404: no such table, function or navigation property.
    pub fn no_segment(segment: &str) -> Self {
        let message = format!("Resource not found for the segment '{segment}'.");
        Self::new(404, "0x8006088a", message)
    }

    /// 404: no row with this id.
    pub fn no_row(table: &str, id: Guid) -> Self {
        let message = format!("Entity '{table}' With Id = {id} Does Not Exist");
        Self::new(404, "0x80040217", message)
    }

    /// 404: no row with this alternate key.
    pub fn no_row_with_key(table: &str) -> Self {
        let message =
            format!("A record with the specified key values does not exist in {table} entity");
        Self::new(404, "0x80060891", message)
    }

    /// 400: these columns are no key, or none that can be used.
    pub fn no_key(table: &str) -> Self {
        let message =
            format!("The specified key attributes are not a defined key for the {table} entity");
        Self::new(400, "0x80060890", message)
    }

    /// 412: the row's version is another than in `If-Match`.
    pub fn stale() -> Self {
        let message =
            "The version of the existing record doesn't match the RowVersion property provided.";
        Self::new(412, "0x80060882", message)
    }

    /// 412: the row is there, against `If-None-Match: *` or with the id of a create.
    pub fn exists() -> Self {
        Self::new(
            412,
            "0x80040237",
            "A record with matching key values already exists.",
        )
    }

    /// 412: another row has this alternate key.
    pub fn duplicate(key: &str) -> Self {
        let message = format!(
            "Entity Key {key} violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."
        );
        Self::new(412, "0x80060892", message)
    }

    /// 400: an aggregate over more rows than Dataverse looks at. The code is documented, the status is not.
    pub fn too_many_to_aggregate() -> Self {
        let message = "AggregateQueryRecordLimit exceeded. Cannot perform this operation.";
        Self::new(400, "0x8004e023", message)
    }

    /// 500: a sum that its column's kind cannot hold. Seen of the service, not documented.
    pub fn overflow() -> Self {
        let message = "Sql error: A SQL arithmetic overflow error occurred CRM ErrorCode: -2147217098 Sql ErrorCode: -2146232060 Sql Number: 8115";
        Self::new(500, "0x80041136", message)
    }

    /// 403: a privilege is missing.
    pub fn forbidden() -> Self {
        let message = "Principal user is missing a privilege on OTC for the entity.";
        Self::new(403, "0x80040220", message)
    }

    /// 403: the token is good, but its application has no user here.
    pub fn no_member() -> Self {
        Self::new(
            403,
            "0x80072560",
            "The user is not a member of the organization.",
        )
    }

    /// 401: the token is missing or not good.
    pub fn unauthorized() -> Self {
        Self::new(401, "0x80048306", "")
    }

    /// 503: the service failed, or its database did.
    pub fn failed() -> Self {
        Self::new(503, "0x80044151", "SQL timeout expired.")
    }
}
