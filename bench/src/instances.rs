//! What a fresh instance for each request costs.

use std::time::Instant;

use anyhow::{Result, ensure};
use punctual_host::client::Connection;
use punctual_tests::Clinic;

use crate::Amounts;
use crate::table::Table;

/// Times requests that a component only refuses: the making of its instances and of its core's, its call and its end,
/// and the way there and back.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let started = Instant::now();
    let clinic = Clinic::open("2026-06-01T00:00:00Z").await;
    table.figure(
        "start of the host: composing, compiling or reading compiled code",
        format!("{:.0} ms", started.elapsed().as_secs_f64() * 1e3),
    );
    for (component, path) in [
        ("scheduler", "/reconcile"),
        ("delivery", "/deliver"),
        ("console", "/nowhere"),
    ] {
        let each = each_ms(&clinic, path, amounts.instances).await?;
        table.figure(
            &format!("request that a fresh {component} refuses: instantiation and HTTP"),
            format!("{each:.2} ms"),
        );
    }
    Ok(())
}

async fn each_ms(clinic: &Clinic, path: &str, times: u32) -> Result<f64> {
    let url = format!("{}{path}", clinic.host.url());
    let mut connection = Connection::open(&url).await?;
    let mut started = Instant::now();
    for number in 0..times + times / 10 {
        if number == times / 10 {
            started = Instant::now();
        }
        let reply = connection.send("GET".parse()?, &url, &[], "").await?;
        let refused = [404, 405].contains(&reply.status.as_u16());
        ensure!(refused, "{path}: {}", reply.status);
    }
    Ok(started.elapsed().as_secs_f64() * 1e3 / f64::from(times))
}
