//! Has the crate built anew when a scenario comes or goes: the macro that embeds them is not told of that.

fn main() {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=self-check");
}
