//! The methods that `TaskApi` sends.

mod context;
mod data;
mod detached;
mod fields;
mod files;
mod import;
mod info;
mod list;
mod logs;
mod meta;
mod output;
pub(super) mod plugin;
mod request;
mod run;
mod start;
mod status;
mod training;

use crate::method::{Row, read, write};

pub use info::inspect_task;

pub(super) fn methods() -> Vec<Row> {
    vec![
        read::<context::GetTaskContext>(),
        write::<data::AppDataSet>(),
        read::<data::Get>(),
        write::<data::Set>(),
        write::<training::ClearCheckpoints>(),
        read::<training::Checkpoints>(),
        read::<training::Metrics>(),
        write::<files::AddByHash>(),
        write::<files::Upload>(),
        read::<import::DownloadFile>(),
        read::<import::FilesList>(),
        write::<import::UploadArchive>(),
        read::<info::Info>(),
        read::<list::List>(),
        read::<logs::Download>(),
        write::<logs::Add>(),
        write::<meta::Update>(),
        write::<output::Set>(),
        write::<request::Direct>(),
        write::<run::RunApp>(),
        write::<plugin::RunDeploy>(),
        write::<plugin::RunPlugin>(),
        write::<detached::RunDtl>(),
        write::<detached::RunPython>(),
        write::<status::Update>(),
        write::<status::Stop>(),
    ]
}
