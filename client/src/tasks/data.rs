//! The fields of an app's data.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Client, Error, Row, answer};

/// A change of one field of an app's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldUpdate {
    /// Where: a path such as `data.chart.series[0].y`.
    pub field: String,
    /// What.
    pub payload: Value,
    /// Whether the payload is added to what is there, instead of replacing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub append: Option<bool>,
    /// Whether adding goes into the objects inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
}

impl FieldUpdate {
    /// A field's new value.
    #[must_use]
    pub fn new(field: impl Into<String>, payload: Value) -> Self {
        Self { field: field.into(), payload, append: None, recursive: None }
    }
}

impl Client {
    /// Changes one field of an app's data; the service's answer.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the answer is not JSON, otherwise as [`Client::info`].
    pub async fn set_field(
        &self,
        id: u64,
        field: &str,
        payload: Value,
        append: bool,
        recursive: bool,
    ) -> Result<Value, Error> {
        let update = FieldUpdate::new(field, payload);
        self.set_fields(id, &[FieldUpdate { append: Some(append), recursive: Some(recursive), ..update }])
            .await
    }

    /// Changes fields of an app's data; the service's answer.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_fields(&self, id: u64, fields: &[FieldUpdate]) -> Result<Value, Error> {
        let data = json!({"taskId": id, "fields": fields});
        answer::json("tasks.data.set", &self.change("tasks.data.set", &data).await?)
    }

    /// Gives each field named in `fields` the value beside it; the service's answer.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_fields_from_dict(&self, id: u64, fields: Row) -> Result<Value, Error> {
        let updates = fields.into_iter().map(|(field, payload)| FieldUpdate::new(field, payload));
        self.set_fields(id, &updates.collect::<Vec<_>>()).await
    }

    /// The value of one field of an app's data.
    ///
    /// # Errors
    ///
    /// As [`Client::get_fields`], and [`Error::BadAnswer`] when the answer leaves the field out.
    pub async fn get_field(&self, id: u64, field: &str) -> Result<Value, Error> {
        let value = self.get_fields(id, &[field]).await?.remove(field);
        value.ok_or_else(|| Error::bad("tasks.data.get", format_args!("the field {field:?} is missing")))
    }

    /// The values of fields of an app's data, by the names they were asked for.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the answer has no object `result`, otherwise as [`Client::info`].
    pub async fn get_fields(&self, id: u64, fields: &[&str]) -> Result<Row, Error> {
        let body = self.read("tasks.data.get", &json!({"taskId": id, "fields": fields})).await?;
        match answer::object("tasks.data.get", &body)?.remove("result") {
            Some(Value::Object(values)) => Ok(values),
            _ => Err(Error::bad("tasks.data.get", "result is not an object")),
        }
    }
}
