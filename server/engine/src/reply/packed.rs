//! JSON objects kept as text, for data of rows that is seldom read: the text takes a tenth of the memory and
//! is rendered by a copy.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::Object;

/// A JSON object as text without spaces.
#[derive(Clone, Debug, Default)]
pub struct PackedJson(Option<Arc<RawValue>>);

impl PackedJson {
    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_ref().map_or("{}", |text| text.get())
    }

    /// Parses the object.
    ///
    /// # Panics
    ///
    /// Never: the text was made from an object.
    #[must_use]
    pub fn object(&self) -> Object {
        let read = |text: &Arc<RawValue>| serde_json::from_str(text.get()).expect("it was packed");
        self.0.as_ref().map_or_else(Object::new, read)
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value> {
        let [member] = self.get_all([key]);
        member
    }

    /// Returns the values of several keys.
    ///
    /// # Panics
    ///
    /// Never: the text was made from an object.
    #[must_use]
    pub fn get_all<const N: usize>(&self, keys: [&str; N]) -> [Option<Value>; N] {
        // Most absent keys are found without parsing: letters and digits are never escaped in the text.
        let may_have = |text: &str, key: &str| {
            text.contains(key) || !key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let text = self.0.as_ref().map(|text| text.get());
        let Some(text) = text.filter(|text| keys.iter().any(|key| may_have(text, key))) else {
            return [const { None }; N];
        };
        let mut deserializer = serde_json::Deserializer::from_str(text);
        Members(keys).deserialize(&mut deserializer).expect("it was packed")
    }
}

impl From<&Object> for PackedJson {
    fn from(object: &Object) -> Self {
        let text =
            (!object.is_empty()).then(|| to_raw_value(object).expect("an object of JSON has text keys"));
        Self(text.map(Arc::from))
    }
}

impl From<Object> for PackedJson {
    fn from(object: Object) -> Self {
        Self::from(&object)
    }
}

impl PartialEq for PackedJson {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Serialize for PackedJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => text.serialize(serializer),
            None => Object::new().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PackedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = Vec::new();
        deserializer.deserialize_map(ObjectText(&mut text))?;
        if text == b"{}" {
            return Ok(Self::default());
        }
        let text = String::from_utf8(text).map_err(Error::custom)?;
        RawValue::from_string(text).map(|text| Self(Some(text.into()))).map_err(Error::custom)
    }
}

/// Reads some members of an object and skips the others.
struct Members<'k, const N: usize>([&'k str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, N> {
    type Value = [Option<Value>; N];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<Value>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = [const { None }; N];
        while let Some(key) = members.next_key::<Key<'de>>()? {
            match self.0.iter().position(|wanted| key.0 == *wanted) {
                Some(place) => found[place] = Some(members.next_value()?),
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A key, borrowed from the text unless it has escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Writes a parsed value as text without spaces.
struct Text<'t>(&'t mut Vec<u8>);

impl Text<'_> {
    fn scalar<E: Error>(self, value: &(impl Serialize + ?Sized)) -> Result<(), E> {
        serde_json::to_writer(self.0, value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(value)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(&())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push(b'[');
        while items.next_element_seed(Text(self.0))?.is_some() {
            self.0.push(b',');
        }
        end(self.0, b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        ObjectText(self.0).visit_map(members)
    }
}

struct ObjectText<'t>(&'t mut Vec<u8>);

impl<'de> Visitor<'de> for ObjectText<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.push(b'{');
        while let Some(key) = members.next_key::<Key<'de>>()? {
            Text(self.0).scalar(&*key.0)?;
            self.0.push(b':');
            members.next_value_seed(Text(self.0))?;
            self.0.push(b',');
        }
        end(self.0, b'}');
        Ok(())
    }
}

/// Ends an array or object, whose last item has a comma after it.
fn end(text: &mut Vec<u8>, bracket: u8) {
    if text.last() == Some(&b',') {
        text.pop();
    }
    text.push(bracket);
}

impl JsonSchema for PackedJson {
    fn inline_schema() -> bool {
        Object::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Object::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Object::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_packed_object_is_the_object_to_the_byte() {
        for text in [
            "{}",
            "{\"a\":{},\"b\":[],\"c\":[[],[{}]]}",
            "{\"b\":1,\"a\":[0.1,1e+300,\"é\\n\",null,{\"x\":{}}]}",
        ] {
            let packed: PackedJson = serde_json::from_str(&text.replace(',', " , ")).unwrap();
            assert_eq!((packed.text(), serde_json::to_string(&packed).unwrap()), (text, text.to_owned()));
            assert_eq!(json!(packed.object()).to_string(), text);
            assert_eq!(json!({"in": packed}).to_string(), format!("{{\"in\":{text}}}"));
        }
        assert!(serde_json::from_str::<PackedJson>("[]").is_err());
    }

    #[test]
    fn members_are_read() {
        assert_eq!(PackedJson::default().get("a"), None);
        let packed: PackedJson = serde_json::from_str("{\"a\":[1]}").unwrap();
        assert_eq!((packed.get("a"), packed.get("b")), (Some(json!([1])), None));
        let escaped: PackedJson = serde_json::from_str("{\"b\":{\"a\\\"\":1},\"a\\\"\":2}").unwrap();
        assert_eq!((escaped.get("a\""), escaped.get("a")), (Some(json!(2)), None));
        assert_eq!(escaped.get_all(["c", "a\""]), [None, Some(json!(2))]);
    }
}
