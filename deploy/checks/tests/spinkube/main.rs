//! The files of `deploy/spinkube`: written from spin.toml where they follow from it, known to Kubernetes and to the operators,
//! and of one mind with the application. No cluster was asked: what an admission webhook or a controller makes of them is not
//! known here.

mod agree;
mod generated;
mod kinds;
mod rendered;
