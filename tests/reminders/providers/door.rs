//! The address under which the application is known outside, whatever host stands behind it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A port that passes on every connection. Hosts die and others take their place; providers keep calling here.
pub struct Door {
    address: SocketAddr,
    behind: Arc<Mutex<Option<SocketAddr>>>,
    _tasks: JoinSet<()>,
}

impl Door {
    /// A door with nobody behind it.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let behind = Arc::new(Mutex::new(None));
        let mut tasks = JoinSet::new();
        tasks.spawn(pass_on(listener, behind.clone()));
        Self {
            address,
            behind,
            _tasks: tasks,
        }
    }

    /// From now on this host is behind it.
    pub fn lead_to(&self, url: &str) {
        let (_, address) = url.split_once("://").expect("a URL");
        let address = address.parse().expect("an address and a port");
        *self.behind.lock().expect("nobody panics with it") = Some(address);
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn pass_on(listener: TcpListener, behind: Arc<Mutex<Option<SocketAddr>>>) {
    let mut connections = JoinSet::new();
    while let Ok((mut outside, _)) = listener.accept().await {
        let to = *behind.lock().expect("nobody panics with it");
        connections.spawn(async move {
            // With nobody behind it the connection ends, as at a load balancer without a target.
            let Some(to) = to else { return };
            if let Ok(mut inside) = TcpStream::connect(to).await {
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}
