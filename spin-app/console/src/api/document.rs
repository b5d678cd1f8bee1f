//! The OpenAPI document. `tests/src/contract.rs` holds every answer of the test suite to it.

use punctual_app::web::Response;

const DOCUMENT: &str = include_str!("../../openapi.json");

/// The document itself, for anybody: it holds nothing but what the source does.
pub fn document() -> Response {
    Response::text(200, "application/json", DOCUMENT)
}
