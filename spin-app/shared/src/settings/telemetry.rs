//! Who is told of the work, and how much of it.

use super::Variables;
use crate::telemetry::Level;

/// Who collects what happens, beside the log.
#[derive(Debug, Default, PartialEq)]
pub struct Collectors {
    /// The ingestion endpoint of Application Insights, without a slash at its end, and the instrumentation key.
    pub app_insights: Option<(String, String)>,
    /// The OTLP/HTTP endpoint of an OpenTelemetry collector, without a slash at its end, and its header `authorization`.
    pub otlp: Option<(String, Option<String>)>,
}

impl Collectors {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads who is set. What is set half or wrong is left out: no reminder waits for it.
pub fn collectors(variables: &impl Variables) -> Collectors {
    let url = |name: &str| {
        let url = variables.get(name)?;
        let is_url = url.starts_with("https://") || url.starts_with("http://");
        (is_url && !url.contains("unset.invalid")).then(|| url.trim_end_matches('/').to_owned())
    };
    Collectors {
        app_insights: url("appinsights_endpoint").zip(variables.get("appinsights_key")),
        otlp: url("otlp_endpoint").map(|url| (url, variables.get("otlp_authorization"))),
    }
}

/// The variable `log_level`; what it does not know is `info`.
pub fn log_level(variables: &impl Variables) -> Level {
    let name = variables.get("log_level");
    name.and_then(|name| Level::read(&name))
        .unwrap_or(Level::Info)
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

    #[test]
    fn half_a_setting_is_none() {
        let endpoint = (
            "appinsights_endpoint",
            "https://westeurope-5.in.applicationinsights.azure.com/",
        );
        let key = ("appinsights_key", "00000000-0000-0000-0000-000000000001");
        for (set, expected) in [
            (vec![], false),
            (vec![endpoint], false),
            (vec![key], false),
            (vec![endpoint, key], true),
            (
                vec![("appinsights_endpoint", "https://unset.invalid"), key],
                false,
            ),
            (vec![("otlp_endpoint", "collector:4318")], false),
            (vec![("otlp_endpoint", "http://collector:4318")], true),
        ] {
            assert_eq!(!collectors(&settings(&set)).is_empty(), expected, "{set:?}");
        }
        let both = collectors(&settings(&[endpoint, key]));
        assert_eq!(
            both.app_insights.unwrap().0,
            "https://westeurope-5.in.applicationinsights.azure.com"
        );
    }

    #[test]
    fn an_unknown_level_is_info() {
        for (set, expected) in [
            ("debug", Level::Debug),
            ("off", Level::Off),
            ("loud", Level::Info),
        ] {
            assert_eq!(log_level(&settings(&[("log_level", set)])), expected);
        }
        assert_eq!(log_level(&settings(&[])), Level::Info);
    }
}
