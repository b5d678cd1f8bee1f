//! Joins a component with its dependencies into one component, as Spin does.
//!
//! Imports are matched to dependencies by name; what a dependency exports under the import's name (or under the
//! name the manifest gives) satisfies it; everything the component exports is exported again.

use anyhow::{Context, Result, bail, ensure};
use wac_graph::types::{Package, SubtypeChecker, WorldId};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};

use crate::manifest::{Dependency, DependencyName};

/// All that a component is made of. Equal parts become equal components.
#[derive(PartialEq, Eq)]
pub struct Parts {
    source: Vec<u8>,
    dependencies: Vec<Part>,
}

#[derive(PartialEq, Eq)]
struct Part {
    name: DependencyName,
    bytes: Vec<u8>,
    export: Option<String>,
    inherits: bool,
}

impl Parts {
    /// A component's own bytes, and those of what satisfies its imports.
    pub fn load(source: Vec<u8>, dependencies: &[(DependencyName, Dependency)]) -> Result<Self> {
        let load = |(name, dependency): &(DependencyName, Dependency)| {
            let bytes = dependency.load();
            Ok(Part {
                name: name.clone(),
                bytes: bytes.with_context(|| format!("dependency {:?}", name.to_string()))?,
                export: dependency.export.clone(),
                inherits: dependency.inherits,
            })
        };
        Ok(Self {
            source,
            dependencies: dependencies.iter().map(load).collect::<Result<_>>()?,
        })
    }
}

/// Joins the component `id` with what satisfies its imports. Without dependencies it stays as it is.
pub fn compose(id: &str, parts: &Parts) -> Result<Vec<u8>> {
    if parts.dependencies.is_empty() {
        return Ok(parts.source.clone());
    }
    let mut graph = CompositionGraph::new();
    let (world, instance) = register(&mut graph, id, &parts.source)?;
    let imports: Vec<String> = graph.types()[world].imports.keys().cloned().collect();
    for part in &parts.dependencies {
        let name = part.name.to_string();
        let covered: Vec<&String> = imports
            .iter()
            .filter(|import| part.name.matches(import))
            .collect();
        ensure!(
            !covered.is_empty(),
            "dependency {name:?} matches no import of {id:?}"
        );
        let (provider_world, provider) = register(&mut graph, &name, &part.bytes)?;
        check_inheritance(&graph, provider_world, part)?;
        for import in covered {
            let export = part.export.as_ref().unwrap_or(import);
            check_type(&graph, world, import, provider_world, export)
                .with_context(|| format!("dependency {name:?}"))?;
            let export = graph.alias_instance_export(provider, export)?;
            graph.set_instantiation_argument(instance, import, export)?;
        }
    }
    let exports: Vec<String> = graph.types()[world].exports.keys().cloned().collect();
    for export in exports {
        let node = graph.alias_instance_export(instance, &export)?;
        graph.export(node, &export)?;
    }
    graph
        .encode(EncodeOptions::default())
        .with_context(|| format!("cannot join {id:?} with its dependencies"))
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> Result<(WorldId, NodeId)> {
    let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut())
        .with_context(|| format!("{name:?} is not a component"))?;
    let world = package.ty();
    let package = graph.register_package(package)?;
    Ok((world, graph.instantiate(package)))
}

/// Spin stubs out what a dependency may not inherit. This host refuses it instead: a dependency that inherits
/// nothing must import nothing, which then holds under Spin too.
fn check_inheritance(graph: &CompositionGraph, world: WorldId, part: &Part) -> Result<()> {
    if let (false, Some(import)) = (part.inherits, graph.types()[world].imports.keys().next()) {
        bail!(
            "dependency {:?} imports {import:?} but inherits no configuration; \
             dependencies_inherit_configuration = true would let it",
            part.name.to_string()
        );
    }
    Ok(())
}

fn check_type(
    graph: &CompositionGraph,
    world: WorldId,
    import: &str,
    provider: WorldId,
    export: &str,
) -> Result<()> {
    let types = graph.types();
    let wanted = types[world].imports[import];
    let Some(offered) = types[provider].exports.get(export) else {
        bail!("it does not export {export:?} to satisfy the import {import:?}");
    };
    SubtypeChecker::new(&mut Default::default())
        .is_subtype(*offered, types, wanted, types)
        .with_context(|| format!("its export {export:?} does not fit the import {import:?}"))
}

#[cfg(test)]
mod tests;
