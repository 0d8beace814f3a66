//! Taking a port, with room for many who connect at once.

use std::io;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// How many connections the system keeps until they are accepted. One that finds no room is tried again by its client
/// after a whole second, and with the usual 128 a burst leaves none for others.
const QUEUE: u32 = 4_096;

/// Listens on the first address of a host that can be had.
pub(crate) async fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut failed = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in lookup_host((host, port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let listening = socket.and_then(|socket| {
            // A port is free again at once when its server has ended; elsewhere the option means another thing.
            #[cfg(unix)]
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(QUEUE)
        });
        match listening {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
