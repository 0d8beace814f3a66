//! Binds the port, with a queue for bursts of connections.

use std::io;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Connections that the system queues until they are accepted. A client whose connection finds no
/// room retries only after a second, and with the usual 128 a burst leaves no room for others.
const QUEUE: u32 = 4_096;

/// Listens on the first address of a host that can be bound.
pub(crate) async fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut failed = io::Error::new(io::ErrorKind::InvalidInput, "the host has no address");
    for address in lookup_host((host, port)).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let listening = socket.and_then(|socket| {
            // Lets a new server bind a port right after the old one has ended. Elsewhere the option
            // has another meaning.
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
