//! The vendors' own specifications, where they lie beside the workspace.

use bytes::Bytes;
use http::Request;
use punctual_app::http::Call;
use punctual_vendor_specs::Spec;

use crate::recorder::{Recorded, all};

/// The call as a request, with this body.
pub fn request(call: &Call, body: &[u8]) -> Request<Bytes> {
    let mut request = Request::builder().method(call.method).uri(&call.url);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Bytes::copy_from_slice(body));
    request.expect("an adapter makes whole requests")
}

#[test]
fn every_request_is_as_its_vendor_wants_it() {
    for Recorded { spec, path, call } in all() {
        let Some(spec) = Spec::load(spec) else { return };
        let found = spec.request(path, &request(&call, &call.body));
        assert!(found.is_empty(), "{} {path}: {found:#?}", call.method);
        if call.method == "POST" {
            // So that this test can fail: without its parts it is none.
            let body: &[u8] = match call.body.first() {
                Some(b'{') => b"{}",
                _ => b"",
            };
            let found = spec.request(path, &request(&call, body));
            assert!(!found.is_empty(), "{path}: nothing is missed");
        }
    }
}
