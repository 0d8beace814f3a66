//! The seed page's task, asked for by slymock's own client.

/// The status of the seed page's task.
pub(crate) fn seed_status(address: &str, token: &str) -> slymock_client::Status {
    let client = slymock_client::Client::new(address, token).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.status(121_230)).unwrap()
}
