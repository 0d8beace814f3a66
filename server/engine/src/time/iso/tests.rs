//! The forms of `forms.json`, each with the result of Joi 18 and JavaScript's `Date` in the zone UTC: a
//! moment, in milliseconds if RFC 3339 cannot express it, or null if it was refused.

use jiff::Timestamp;
use serde_json::Value;

use super::read;

#[test]
fn each_form_is_read_as_the_services_validator_reads_it() {
    let forms: Vec<(String, Value)> = serde_json::from_str(include_str!("forms.json")).unwrap();
    assert!(forms.len() > 200);
    let moment = |told: &Value| match told {
        Value::String(text) => Some(text.parse::<Timestamp>().unwrap().as_millisecond()),
        told => told.as_i64(),
    };
    let wrong: Vec<_> = forms
        .iter()
        .map(|(form, told)| (form, moment(told), read(form)))
        .filter(|(_, told, read)| told != read)
        .collect();
    assert_eq!(wrong, []);
}
