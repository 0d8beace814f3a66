//! The conformance kit, in its beginnings: the form of a scenario file and what makes one unsound. There
//! is no runner yet; what a scenario promises is not checked by this crate so far.

mod scenario;

pub use scenario::{Budget, Check, Needs, Scenario, ScenarioError, Step};
