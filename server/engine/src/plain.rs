//! Reads types from JSON strictly: a struct only from an object. Serde itself also reads a struct from
//! an array, taking its items for the fields in order.

use std::fmt;
use std::io;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Error, Value};

/// Reads a value. An error has the path.
///
/// # Errors
///
/// If the value does not have the form of the type.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Plain(value))
}

/// Reads a text that is known to be JSON. An error has the path.
///
/// # Errors
///
/// If the text does not have the form of the type.
pub fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Plain(&mut serde_json::Deserializer::from_str(text)))
}

/// [`read_text`] for a piece of a text. It is faster, because an error has no path.
///
/// # Errors
///
/// If the piece is not JSON or does not have the form of the type.
pub(crate) fn read_piece<T: DeserializeOwned>(piece: &str) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(piece);
    let value = T::deserialize(Plain(&mut deserializer))?;
    deserializer.end().map(|()| value)
}

/// [`read_text`] from a source. An error has no path.
pub(crate) fn read_source<T: DeserializeOwned>(source: impl io::Read) -> Result<T, Error> {
    T::deserialize(Plain(&mut serde_json::Deserializer::from_reader(source)))
}

/// [`read`] for a variant of an untagged enum, which serde reads from a buffered copy.
pub(crate) fn variant<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value: Value = serde::Deserialize::deserialize(deserializer)?;
    T::deserialize(Plain(value)).map_err(D::Error::custom)
}

/// Wraps a deserializer, visitor, sequence, map or seed, so that no array below it is read as a struct.
struct Plain<T>(T);

/// Forwards deserializer methods and wraps their visitor.
macro_rules! hand_on {
    ($($method:ident($($name:ident: $type:ty),*);)+) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* Plain(visitor))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Plain<D> {
    type Error = D::Error;

    /// The purpose of this wrapper: a struct is read as a map.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Plain(visitor))
    }

    hand_on! {
        deserialize_any(); deserialize_bool(); deserialize_i8(); deserialize_i16(); deserialize_i32();
        deserialize_i64(); deserialize_i128(); deserialize_u8(); deserialize_u16(); deserialize_u32();
        deserialize_u64(); deserialize_u128(); deserialize_f32(); deserialize_f64(); deserialize_char();
        deserialize_str(); deserialize_string(); deserialize_bytes(); deserialize_byte_buf();
        deserialize_option(); deserialize_unit(); deserialize_seq(); deserialize_map(); deserialize_identifier();
        deserialize_ignored_any();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }
}

/// Forwards visitor methods for scalar values.
macro_rules! visit {
    ($($method:ident: $type:ty;)+) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Plain<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool: bool; visit_i64: i64; visit_i128: i128; visit_u64: u64; visit_u128: u128; visit_f64: f64;
        visit_str: &str; visit_borrowed_str: &'de str; visit_string: String;
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Plain(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Plain(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Plain(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Plain(members))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(variant)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Plain<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Plain(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Plain<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Plain(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Plain<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Plain(deserializer))
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
        assert_eq!(outer, read_text(&sound.to_string()).unwrap());
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
            let text = value.to_string();
            for error in [read::<Outer>(value).unwrap_err(), read_text::<Outer>(&text).unwrap_err()] {
                assert!(error.path().to_string().starts_with(at), "{key}: {error}");
            }
        }
        assert!(read::<Inner>(json!([1])).is_err(), "the outermost value is checked, too");
    }
}
