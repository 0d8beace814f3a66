//! `file-storage.*`: files of Team Files.

use crate::method::{Area, Form, Row, Wire, info};
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
        vec![info::<Self>("file-storage.info", &[])]
    }
}
