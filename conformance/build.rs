//! Rebuilds the crate when a scenario is added or removed, which the macro that embeds them does not
//! notice.

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=self-check");
}
