//! `file-storage.*`: files of Team Files.

use crate::method::{Area, Form, Row, Wire, choice, code, info, seen};
use crate::refusal::Refusal;
use crate::state::State;
use crate::tables::TeamFile;

impl Wire for TeamFile {
    type View<'a> = &'a Self;

    fn view<'a>(&'a self, _: &'a State, _: Form) -> Result<&'a Self, Refusal> {
        Ok(self)
    }
}

impl Area for TeamFile {
    fn methods() -> Vec<Row> {
        vec![info::<Self>(
            "file-storage.info",
            &[],
            &[
                code("set_output_archive and set_output_file_download take storagePath from it."),
                seen("A 404 raises; it is not turned into None."),
                choice(90, "An unknown file is a 404."),
            ],
        )]
    }
}
