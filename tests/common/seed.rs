//! The task of the default world, read by slymock's own client.

/// Status of the task of the default world.
pub(crate) fn seed_status(address: &str, token: &str) -> slymock_client::Status {
    let client = slymock_client::Client::new(address, token).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.status(121_230)).unwrap()
}
