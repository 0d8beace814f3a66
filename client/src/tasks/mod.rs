//! The operations, one file for each subject.

mod app;
mod data;
mod files;
mod info;
mod legacy;
mod logs;
mod output;
mod run;

pub use app::RequestOptions;
pub use data::FieldUpdate;
pub use files::FileUpload;
pub use output::TextOutput;
pub use run::StartOptions;
