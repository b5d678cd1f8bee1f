//! Which component answers a path, and the headers that tell it how it was reached.
//!
//! Matching is `routefinder`'s, the crate that Spin itself routes with, so the most specific route wins in the
//! same way in both.

use std::net::SocketAddr;

use anyhow::{Result, anyhow};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use routefinder::{Captures, RouteSpec};

use crate::manifest::HttpTrigger;

/// The application's routes.
pub struct Routes {
    router: routefinder::Router<Target>,
}

struct Target {
    component: String,
    raw_route: String,
}

/// A route that matched a path.
pub struct RouteMatch<'a> {
    target: &'a Target,
    path: &'a str,
    captures: Captures<'a, 'a>,
}

impl Routes {
    /// Makes the table. Of two triggers with the same route the later one is used, as in Spin.
    pub fn new(triggers: &[HttpTrigger]) -> Result<Self> {
        let mut router = routefinder::Router::new();
        for (index, trigger) in triggers.iter().enumerate() {
            let Some(route) = &trigger.route else {
                continue;
            };
            if triggers[index + 1..]
                .iter()
                .any(|later| later.route.as_ref() == Some(route))
            {
                continue;
            }
            let based = if route.starts_with('/') {
                route.clone()
            } else {
                format!("/{route}")
            };
            let based = based.strip_suffix('/').map_or(based.clone(), str::to_owned);
            let spec = match based.strip_suffix("/...") {
                Some(prefix) => format!("{prefix}/*"),
                None => based,
            };
            let spec: RouteSpec = spec
                .as_str()
                .try_into()
                .map_err(|error| anyhow!("route {route:?}: {error}"))?;
            let target = Target {
                component: trigger.component.clone(),
                raw_route: route.clone(),
            };
            router
                .add(spec, target)
                .map_err(|error| anyhow!("route {route:?}: {error}"))?;
        }
        Ok(Self { router })
    }

    /// The best route for a path.
    pub fn find<'a>(&'a self, path: &'a str) -> Option<RouteMatch<'a>> {
        let best = self.router.best_match(path)?;
        let captures = best.captures();
        Some(RouteMatch {
            target: best.handler(),
            path,
            captures,
        })
    }
}

impl RouteMatch<'_> {
    /// The component that answers.
    pub fn component(&self) -> &str {
        &self.target.component
    }

    /// Sets the headers that Spin's HTTP trigger sets, in place of any that the client sent.
    pub fn set_headers(&self, headers: &mut HeaderMap, uri: &Uri, host: &str, client: SocketAddr) {
        let raw_route = &self.target.raw_route;
        let full_url = format!(
            "http://{host}{}",
            uri.path_and_query().map_or("/", |path| path.as_str())
        );
        let mut set = |name: &str, value: &str| {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        };
        set("spin-path-info", &self.path_info());
        set("spin-full-url", &full_url);
        set("spin-matched-route", raw_route);
        set("spin-base-path", "/");
        set("spin-raw-component-route", raw_route);
        set(
            "spin-component-route",
            raw_route.strip_suffix("/...").unwrap_or(raw_route),
        );
        set("spin-client-addr", &client.to_string());
        for (name, value) in self.captures.iter() {
            set(
                &format!("spin-path-match-{}", name.to_ascii_lowercase()),
                value,
            );
        }
    }
}

impl RouteMatch<'_> {
    /// What the trailing wildcard covers, with a trailing slash if the path has one.
    fn path_info(&self) -> String {
        match self.captures.wildcard() {
            None => String::new(),
            Some("") => if self.path.ends_with('/') { "/" } else { "" }.to_owned(),
            Some(rest) if self.path.ends_with('/') => format!("/{rest}/"),
            Some(rest) => format!("/{rest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(all: &[&str]) -> Routes {
        let trigger = |(index, route): (usize, &&str)| HttpTrigger {
            route: Some((*route).to_owned()),
            component: format!("{index} {route}"),
        };
        Routes::new(&all.iter().enumerate().map(trigger).collect::<Vec<_>>()).unwrap()
    }

    #[track_caller]
    fn check(all: &[&str], path: &str, expected: Option<&str>) {
        let routes = routes(all);
        let found = routes.find(path).map(|found| found.component().to_owned());
        assert_eq!(
            found.as_deref().map(|name| name.split_once(' ').unwrap().1),
            expected,
            "{path} in {all:?}"
        );
    }

    #[test]
    fn the_most_specific_route_wins() {
        let app = [
            "/...",
            "/api/...",
            "/api/appointments/:id",
            "/deliver",
            "/webhooks/dataverse",
        ];
        check(&app, "/", Some("/..."));
        check(&app, "/api", Some("/api/..."));
        check(&app, "/api/appointments/7", Some("/api/appointments/:id"));
        check(&app, "/api/appointments/7/more", Some("/api/..."));
        check(&app, "/deliver", Some("/deliver"));
        check(&app, "/deliver/x", Some("/..."));
        check(&["/deliver", "/api/..."], "/nowhere", None);
        check(&["/deliver"], "/Deliver", None);
    }

    #[test]
    fn the_later_of_two_equal_routes_is_used() {
        let routes = routes(&["/a", "/a"]);
        assert_eq!(routes.find("/a").unwrap().component(), "1 /a");
    }

    #[test]
    fn a_component_learns_how_it_was_reached() {
        let routes = routes(&["/shop/:user/..."]);
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", HeaderValue::from_static("forged"));
        let uri: Uri = "/shop/ann/cart/3?full=1".parse().unwrap();
        let found = routes.find(uri.path()).unwrap();
        found.set_headers(
            &mut headers,
            &uri,
            "localhost:3000",
            "127.0.0.1:9".parse().unwrap(),
        );
        let expected = [
            ("spin-path-info", "/cart/3"),
            (
                "spin-full-url",
                "http://localhost:3000/shop/ann/cart/3?full=1",
            ),
            ("spin-matched-route", "/shop/:user/..."),
            ("spin-raw-component-route", "/shop/:user/..."),
            ("spin-component-route", "/shop/:user"),
            ("spin-base-path", "/"),
            ("spin-client-addr", "127.0.0.1:9"),
            ("spin-path-match-user", "ann"),
        ];
        for (name, value) in expected {
            assert_eq!(headers.get(name).unwrap(), value, "{name}");
        }
    }
}
