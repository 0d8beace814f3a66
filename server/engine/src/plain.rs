//! Reads types from JSON as it is meant: an object from an object. Serde's own reading takes an array for a struct,
//! too, its items for the fields in their order.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Reads a value; an error says where.
///
/// # Errors
///
/// When the value does not have the type's form.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Plain(value))
}

/// [`read`] for a variant of an untagged enum, which is read from a copy that serde makes.
pub(crate) fn variant<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value: Value = serde::Deserialize::deserialize(deserializer)?;
    T::deserialize(Plain(value)).map_err(D::Error::custom)
}

/// A value whose arrays are no structs.
struct Plain(Value);

impl<'de> Deserializer<'de> for Plain {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Self));
                let read = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(read)
            }
            Value::Object(object) => {
                let mut members =
                    MapDeserializer::new(object.into_iter().map(|(key, value)| (key, Self(value))));
                let read = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(read)
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &"an object")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Plain {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: u8,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        #[serde(deserialize_with = "variant")]
        Object(Inner),
        Text(String),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inner: Option<Inner>,
        list: Vec<Inner>,
        map: BTreeMap<String, Either>,
        pair: (u8, bool),
        any: Value,
    }

    #[test]
    fn a_struct_is_an_object_at_every_depth() {
        let sound = json!({"inner": {"a": 1}, "list": [{"a": 2}], "map": {"x": {"a": 3}, "y": "z"}, "pair": [4, true], "any": [1.5, {"b": null}]});
        let outer: Outer = read(sound.clone()).unwrap();
        assert_eq!(
            (outer.inner, outer.list, outer.pair),
            (Some(Inner { a: 1 }), vec![Inner { a: 2 }], (4, true))
        );
        assert_eq!(
            (outer.map["y"] == Either::Text("z".to_owned()), outer.any),
            (true, json!([1.5, {"b": null}]))
        );
        for (key, wrong, at) in [
            ("inner", json!([1]), "inner"),
            ("list", json!([{"a": 1}, [2]]), "list[1]"),
            ("map", json!({"x": [3]}), "map.x"),
            ("pair", json!([4, true, 5]), "pair"),
            ("map", json!([]), "map"),
        ] {
            let mut value = sound.clone();
            value[key] = wrong;
            let error = read::<Outer>(value).unwrap_err();
            assert!(error.path().to_string().starts_with(at), "{key}: {error}");
        }
        assert!(read::<Inner>(json!([1])).is_err(), "the value itself, too");
    }
}
