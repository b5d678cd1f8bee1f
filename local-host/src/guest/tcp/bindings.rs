//! WASI's TCP as Rust traits, generated from `wit-sockets/`.

#![allow(missing_docs, reason = "generated from WIT, which is documented")]

wasmtime::component::bindgen!({
    path: "wit-sockets",
    world: "wired",
    imports: { default: trappable },
    require_store_data_send: true,
    with: {
        "wasi:io/poll": wasmtime_wasi::p2::bindings::io::poll,
        "wasi:io/streams": wasmtime_wasi::p2::bindings::io::streams,
        "wasi:sockets/network.network": wasmtime_wasi::p2::Network,
        "wasi:sockets/tcp.tcp-socket": crate::guest::tcp::socket::Socket,
    },
});
