//! The fields of an app's data.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Client, Error, Row, answer};

/// A change of one field of an app's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldUpdate {
    /// Path of the field, such as `data.chart.series[0].y`.
    pub field: String,
    /// New value, or the value to add.
    pub payload: Value,
    /// Add the payload to the present value instead of replacing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub append: Option<bool>,
    /// With `append`, also merge the objects inside the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
}

impl FieldUpdate {
    /// Replaces the value of a field.
    #[must_use]
    pub fn new(field: impl Into<String>, payload: Value) -> Self {
        Self { field: field.into(), payload, append: None, recursive: None }
    }
}

impl Client {
    /// Changes one field of an app's data and returns the response.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the response is not JSON, otherwise as [`Client::info`].
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

    /// Changes fields of an app's data and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_fields(&self, id: u64, fields: &[FieldUpdate]) -> Result<Value, Error> {
        let data = json!({"taskId": id, "fields": fields});
        answer::json("tasks.data.set", &self.change("tasks.data.set", &data).await?)
    }

    /// Sets each field that is a key of `fields` to its value and returns the response.
    ///
    /// # Errors
    ///
    /// As [`Client::set_field`].
    pub async fn set_fields_from_dict(&self, id: u64, fields: Row) -> Result<Value, Error> {
        let updates = fields.into_iter().map(|(field, payload)| FieldUpdate::new(field, payload));
        self.set_fields(id, &updates.collect::<Vec<_>>()).await
    }

    /// Returns the value of one field of an app's data.
    ///
    /// # Errors
    ///
    /// As [`Client::get_fields`], and [`Error::BadAnswer`] when the response lacks the field.
    pub async fn get_field(&self, id: u64, field: &str) -> Result<Value, Error> {
        let value = self.get_fields(id, &[field]).await?.remove(field);
        value.ok_or_else(|| Error::bad("tasks.data.get", format_args!("the field {field:?} is missing")))
    }

    /// Returns the values of fields of an app's data, by the paths in `fields`.
    ///
    /// # Errors
    ///
    /// [`Error::BadAnswer`] when the response has no object `result`, otherwise as [`Client::info`].
    pub async fn get_fields(&self, id: u64, fields: &[&str]) -> Result<Row, Error> {
        let body = self.read("tasks.data.get", &json!({"taskId": id, "fields": fields})).await?;
        match answer::object("tasks.data.get", &body)?.remove("result") {
            Some(Value::Object(values)) => Ok(values),
            _ => Err(Error::bad("tasks.data.get", "result is not an object")),
        }
    }
}
