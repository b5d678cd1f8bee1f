use super::*;

fn allowed(entries: &[&str]) -> AllowedHosts {
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    AllowedHosts::new(&entries, &Variables::default()).unwrap()
}

#[track_caller]
fn check(entry: &str, yes: &[&str], no: &[&str]) {
    let allowed = allowed(&[entry]);
    for url in yes {
        assert!(allowed.allow(url, "tcp"), "{entry} should allow {url}");
    }
    for url in no {
        assert!(!allowed.allow(url, "tcp"), "{entry} should not allow {url}");
    }
}

#[test]
fn each_part_is_held_to() {
    check(
        "https://api.example.com",
        &[
            "https://api.example.com/v1?x=1",
            "https://API.example.com:443/",
        ],
        &[
            "http://api.example.com",
            "https://api.example.com:8443",
            "https://example.com",
            "https://api.example.com.evil.org",
        ],
    );
    check(
        "https://*.example.com",
        &["https://a.example.com", "https://a.b.example.com"],
        &["https://example.com", "https://badexample.com"],
    );
    check(
        "http://127.0.0.1:7000..7010",
        &["http://127.0.0.1:7000", "http://127.0.0.1:7009"],
        &["http://127.0.0.1:7010"],
    );
    check(
        "*://*:*",
        &["https://x.org", "10.0.0.1:5671", "http://[::1]:9"],
        &["not a url at all"],
    );
    check(
        "http://*:*",
        &["http://x.org:81"],
        &["https://x.org", "10.0.0.1:80"],
    );
}

#[test]
fn raw_tcp_is_allowed_by_address_and_port() {
    check(
        "tcp://10.1.2.3:5671",
        &["10.1.2.3:5671", "tcp://10.1.2.3:5671"],
        &["10.1.2.3:5672", "10.1.2.4:5671", "http://10.1.2.3:5671"],
    );
    check(
        "tcp://10.1.0.0/16:5671",
        &["10.1.9.9:5671"],
        &["10.2.0.1:5671"],
    );
    check("tcp://[::1]:5671", &["[::1]:5671"], &["[::2]:5671"]);
    check(
        "*://127.0.0.1:*",
        &["127.0.0.1:1", "http://127.0.0.1"],
        &["127.0.0.2:1"],
    );
}

#[test]
fn wrong_entries_are_refused_by_name() {
    for wrong in [
        "*",
        "example.com",
        "tcp://10.0.0.1",
        "https://a/b",
        "https://a.*.com",
        "ht-tp://a",
        "http://a:x",
    ] {
        let error = AllowedHosts::new(&[wrong.to_owned()], &Variables::default()).unwrap_err();
        assert!(format!("{error:#}").contains(wrong), "{error:#}");
    }
}

#[test]
fn an_unset_endpoint_allows_nothing() {
    let text = "spin_manifest_version = 2\napplication = { name = \"a\" }\ntrigger = {}\n\
        [variables]\nendpoint = { default = \"\" }\nhost = { default = \"\" }";
    let manifest =
        crate::manifest::Manifest::parse(text, std::path::Path::new("spin.toml")).unwrap();
    let variables = Variables::resolve(&manifest, &Default::default(), false).unwrap();
    let entries = ["{{ endpoint }}".to_owned(), "https://{{ host }}".to_owned()];
    let allowed = AllowedHosts::new(&entries, &variables).unwrap();
    assert!(!allowed.allow("https://example.com", "https"));
    assert!(
        AllowedHosts::new(&[String::new()], &variables).is_err(),
        "a literal must say something"
    );
}
