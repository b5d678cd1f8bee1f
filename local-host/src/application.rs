//! An application whose components are compiled and know their configuration.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::allowed_hosts::AllowedHosts;
use crate::compose::Parts;
use crate::engine::{self, Purpose};
use crate::files::Files;
use crate::guest::{ComponentConfig, GuestState};
use crate::manifest::{Component, Manifest};
use crate::routes::Routes;
use crate::variables::Variables;

/// An application that is ready to answer. Clones share it, and any number of hosts may run it.
#[derive(Clone)]
pub struct Application {
    pub(crate) routes: Arc<Routes>,
    pub(crate) components: Arc<BTreeMap<String, Served>>,
}

/// A component that is ready to answer.
pub(crate) struct Served {
    pub config: Arc<ComponentConfig>,
    pub ready: ProxyPre<GuestState>,
}

impl Application {
    /// Makes the application of a `spin.toml` ready for [`BareHost`](crate::BareHost)s. The environment is not looked at.
    pub fn for_simulation(manifest: &Path, variables: &BTreeMap<String, String>) -> Result<Self> {
        let manifest = Manifest::load(manifest)?;
        let variables = Variables::resolve(&manifest, variables, false)?;
        Self::prepare(&manifest, &variables, Purpose::Simulation)
    }

    /// Makes every component ready, several at a time because compiling takes a while.
    pub(crate) fn prepare(
        manifest: &Manifest,
        variables: &Variables,
        purpose: Purpose,
    ) -> Result<Self> {
        let components = std::thread::scope(|scope| {
            let folder = manifest.folder();
            let prepare =
                |component| scope.spawn(move || prepare(component, folder, variables, purpose));
            let under_way: Vec<_> = manifest.components.values().map(prepare).collect();
            let finish = |thread: std::thread::ScopedJoinHandle<'_, Result<Served>>| {
                let served = thread
                    .join()
                    .expect("preparing a component does not panic")?;
                Ok((served.config.id.clone(), served))
            };
            let finished: Result<_> = under_way.into_iter().map(finish).collect();
            finished
        })?;
        Ok(Self {
            routes: Arc::new(Routes::new(&manifest.triggers)?),
            components: Arc::new(components),
        })
    }
}

fn prepare(
    component: &Component,
    folder: &Path,
    variables: &Variables,
    purpose: Purpose,
) -> Result<Served> {
    let id = &component.id;
    let in_component = || format!("[component.{id}]");
    for database in &component.sqlite_databases {
        ensure!(
            database == "default",
            "[component.{id}] sqlite_databases: this host has \"default\", not {database:?}"
        );
    }
    for store in &component.key_value_stores {
        ensure!(
            store == "default",
            "[component.{id}] key_value_stores: this host has \"default\", not {store:?}"
        );
    }
    let source = std::fs::read(&component.source)
        .with_context(|| format!("cannot read {}", component.source.display()))
        .with_context(in_component)?;
    let parts = Parts::load(source, &component.dependencies).with_context(in_component)?;
    let ready = engine::shared(purpose)?
        .prepare(id, parts)
        .with_context(in_component)?;
    let config = ComponentConfig {
        id: id.clone(),
        variables: variables.of(component)?,
        environment: component.environment.clone(),
        allowed_hosts: AllowedHosts::new(&component.allowed_outbound_hosts, variables)
            .with_context(in_component)?,
        sqlite_databases: component.sqlite_databases.clone(),
        key_value_stores: component.key_value_stores.clone(),
        files: Files::gather(component, folder).with_context(in_component)?,
    };
    Ok(Served {
        config: Arc::new(config),
        ready,
    })
}
