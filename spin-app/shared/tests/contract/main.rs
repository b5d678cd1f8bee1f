//! Every request that goes out to a provider: held against the vendors' specifications, by two judges; against what these
//! forget; and against the very bytes that it should have. Signatures are held against those that the vendors' own libraries made.
//! Telemetry is held against the specification of Application Insights.

mod golden;
mod holes;
mod prism;
mod recorder;
mod specs;
mod telemetry;
mod vectors;
