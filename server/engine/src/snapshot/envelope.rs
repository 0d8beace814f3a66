//! An object with a whole fixture as one member. The object is read without that member, which is
//! skipped and left to the reader of fixtures.

use std::io::{self, Read, Seek};
use std::ops::Range;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::read::Unread;
use crate::json::{self, Break, Pieces};
use crate::refusal::Refusal;

/// An object without one of its members.
#[derive(Debug)]
pub struct Envelope {
    /// Text of the object, with `{}` as the value of that member.
    pub rest: String,
    /// Position of the member's value in the whole text; `None` if the member is absent or not an
    /// object.
    pub member: Option<Range<u64>>,
}

impl Envelope {
    /// Reads an object whose member `key` may be a fixture.
    ///
    /// # Errors
    ///
    /// Those of the source, and [`Refusal::BadJson`]. Errors inside the member are left to its reader.
    pub fn read(source: &mut (impl Read + Seek), key: &str) -> Result<Self, Unread> {
        source.rewind()?;
        match envelope(Pieces::new(&mut *source, 0), key) {
            Ok(envelope) => Ok(envelope),
            Err(Break::Source(error)) => Err(error.into()),
            Err(Break::Text) => {
                source.rewind()?;
                if let Err(refusal) = json::check_utf8(&mut *source)? {
                    return Err(refusal.into());
                }
                source.rewind()?;
                let why = serde_json::from_reader::<_, IgnoredAny>(io::BufReader::new(source)).err();
                match why {
                    Some(why) => Err(Refusal::BadJson { why: why.to_string() }.into()),
                    // It is JSON, but not an object.
                    None => Ok(Self { rest: "[]".to_owned(), member: None }),
                }
            }
        }
    }
}

fn envelope<R: Read>(mut pieces: Pieces<R>, wanted: &str) -> Result<Envelope, Break> {
    let (mut rest, mut member) = ("{".to_owned(), None);
    let mut members = pieces.open(b'{')?.ok_or(Break::Text)?;
    while let Some((_, key)) = pieces.next_key(&mut members)? {
        if rest.len() > 1 {
            rest.push(',');
        }
        rest.push_str(&Value::from(key.as_str()).to_string());
        rest.push(':');
        if key == wanted && pieces.begins(b'{')? {
            let from = pieces.position();
            pieces.pass_over()?;
            member = Some(from..pieces.position());
            rest.push_str("{}");
        } else {
            rest.push_str(pieces.value()?);
        }
    }
    pieces.end()?;
    rest.push('}');
    Ok(Envelope { rest, member })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn envelope_of(text: &str) -> Result<(String, String), String> {
        let envelope =
            Envelope::read(&mut Cursor::new(text), "fixture").map_err(|unread| unread.to_string())?;
        let place = |at: u64| usize::try_from(at).unwrap();
        let member = envelope.member.map_or("", |part| &text[place(part.start)..place(part.end)]);
        Ok((envelope.rest, member.to_owned()))
    }

    #[test]
    fn the_member_is_passed_over_wherever_it_stands() {
        for (text, rest, member) in [
            (
                r#"{"fixture" : {"a": [1, "}"]} , "name": "x"}"#,
                r#"{"fixture":{},"name":"x"}"#,
                r#"{"a": [1, "}"]}"#,
            ),
            (
                r#"{"name": {"fixture": {}}, "\u0066ixture":{}}"#,
                r#"{"name":{"fixture": {}},"fixture":{}}"#,
                "{}",
            ),
            (r#"{"fixture": null, "seed": 1}"#, r#"{"fixture":null,"seed":1}"#, ""),
            (r#"{"fixture": {}, "fixture": {"a": 1}}"#, r#"{"fixture":{},"fixture":{}}"#, r#"{"a": 1}"#),
            ("{}", "{}", ""),
            ("[1, 2]", "[]", ""),
        ] {
            assert_eq!(envelope_of(text), Ok((rest.to_owned(), member.to_owned())));
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["{", "{\"fixture\": {", "{\"a\": 1,}", "[1", "{\"fixture\": {}} x"] {
            assert!(envelope_of(text).unwrap_err().contains("at line 1 column"), "{text}");
        }
        let unread = Envelope::read(&mut Cursor::new(b"{\"a\xff"), "fixture").unwrap_err();
        assert!(unread.to_string().contains("invalid UTF-8"), "{unread}");
    }
}
