//! The page and what it loads.

use serde_json::Value;

use super::open;

#[tokio::test(flavor = "multi_thread")]
async fn the_core_is_served_for_browsers() {
    let clinic = open().await;
    let get = async |path: &str, headers: &[(&str, &str)]| {
        let reply = clinic.request_with("GET", path, headers, "").await;
        reply.expect("an answer")
    };
    let core = get("/core/plugin-core.core.wasm", &[]).await;
    assert_eq!(
        (
            core.status.as_u16(),
            &core.headers["content-type"].to_str().unwrap()
        ),
        (200, &"application/wasm")
    );
    assert_eq!(&core.body[..4], b"\0asm");
    assert_eq!(core.headers["x-content-type-options"], "nosniff");
    assert_eq!(core.headers["cache-control"], "no-cache");
    let tag = core.headers["etag"].to_str().expect("a tag").to_owned();
    let again = get("/core/plugin-core.core.wasm", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let module = get("/core/plugin-core.js", &[]).await;
    assert_eq!(
        module.headers["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert!(
        module.headers["content-security-policy"]
            .to_str()
            .is_ok_and(|policy| policy.contains("connect-src 'self'"))
    );
    // The browser's needs and nothing else.
    for path in [
        "/core/plugin-core.d.ts",
        "/core/absent.js",
        "/core/..%2fcore/plugin-core.js",
        "/core/%2e%2e/index.html",
        "/assets/absent.css",
        "/assets/",
    ] {
        let reply = get(path, &[]).await;
        assert_eq!(reply.status, 404, "{path}");
        let problem: Value = reply.json().expect("a problem document");
        assert_eq!(problem["status"], 404);
    }
    let reply = clinic
        .request_with("POST", "/core/plugin-core.js", &[], "")
        .await;
    assert_eq!(reply.expect("an answer").status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_all_that_it_loads_are_there() {
    let clinic = open().await;
    let get = async |path: &str| {
        let reply = clinic.request_with("GET", path, &[], "").await;
        reply.expect("an answer")
    };
    let page = get("/").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-cache");
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("a policy");
    assert!(
        !policy.contains("unsafe-inline") && policy.starts_with("default-src 'none'"),
        "{policy}"
    );
    let text = page.text();
    let mut loaded = 0;
    for part in text.split('"').filter(|part| part.starts_with("/assets/")) {
        let asset = get(part).await;
        assert_eq!(asset.status, 200, "{part}");
        assert_eq!(
            asset.headers["cache-control"], "public, max-age=31536000, immutable",
            "{part}"
        );
        loaded += 1;
    }
    assert!(loaded >= 2, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_for_anybody() {
    let clinic = open().await;
    let reply = clinic
        .request_with("GET", "/api/openapi.json", &[], "")
        .await;
    let document: Value = reply.expect("an answer").json().expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert!(
        document["paths"]
            .as_object()
            .is_some_and(|paths| paths.len() > 20)
    );
}
