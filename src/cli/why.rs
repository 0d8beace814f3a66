//! `slymock why METHOD`: what is known of a method, and how well.

use anyhow::bail;
use clap::Args;
use slymock_server::engine::methods;

#[derive(Args)]
pub(crate) struct Why {
    /// The wire method, such as tasks.list
    method: String,
}

impl Why {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let Some(row) = methods::find(&self.method) else {
            let area =
                methods::area(&self.method).map(|area| format!(" of the area {area}")).unwrap_or_default();
            let near = methods::nearest(&self.method).map(|near| format!("; did you mean {near}?"));
            bail!("the method {}{area} is not modelled{}", self.method, near.unwrap_or_default());
        };
        super::output::say(&methods::why(row))
    }
}
