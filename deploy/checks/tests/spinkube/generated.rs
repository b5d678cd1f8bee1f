//! What follows from spin.toml is written, not kept by hand.

use expect_test::expect_file;
use punctual_deploy_checks::variables::{self, COMPONENTS, KEYS, NOWHERE, OPTIONS};
use punctual_deploy_checks::{deploy, manifest};

#[test]
fn variables_and_keys_follow_from_the_manifest() {
    let manifest = manifest();
    for component in COMPONENTS {
        let folder = deploy("spinkube/base").join(component);
        expect_file![folder.join("variables.yaml")]
            .assert_eq(&variables::patch(&manifest, component));
        expect_file![folder.join("keys.yaml")]
            .assert_eq(&variables::provider_class(&manifest, component, KEYS));
        for (option, _) in OPTIONS {
            let folder = deploy("spinkube/options").join(option);
            let patch = folder.join(format!("{component}-variables.yaml"));
            if variables::secrets(&manifest, component, option).is_empty() {
                assert!(!patch.exists(), "{} has no purpose", patch.display());
                continue;
            }
            expect_file![patch].assert_eq(&variables::option_patch(&manifest, component, option));
            expect_file![folder.join(format!("{component}-keys.yaml"))]
                .assert_eq(&variables::provider_class(&manifest, component, option));
        }
    }
}

#[test]
fn every_name_in_the_groups_is_a_secret_of_the_application() {
    let manifest = manifest();
    let named = OPTIONS.iter().flat_map(|(_, names)| names.iter());
    for name in named.chain(NOWHERE.iter().map(|(name, _)| name)) {
        let variable = manifest.variables.get(*name);
        assert!(variable.is_some_and(|v| v.secret), "{name}");
    }
}

#[test]
fn only_delivery_gets_a_secret_of_a_provider() {
    let manifest = manifest();
    for option in ["sendgrid", "twilio", "acs"] {
        for component in ["scheduler", "console"] {
            let found = variables::secrets(&manifest, component, option);
            assert!(found.is_empty(), "{component}: {found:?}");
        }
    }
    for component in ["scheduler", "console"] {
        let keys = variables::secrets(&manifest, component, KEYS);
        assert!(!keys.contains(&"link_key".to_owned()), "{component}");
    }
}
