//! Bytes to a value. JSON and YAML, read by one visitor that refuses a key written twice:
//! whichever of the two won, somebody would be surprised.

use std::cell::Cell;
use std::fmt;

use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{Kind, Problem};

/// A spec is six levels deep; people nest no deeper than this.
const MAX_DEPTH: usize = 32;
/// A spec with every parameter and tag has some thousand values. Each costs some hundred
/// bytes, whatever little it took in the text: an alias of YAML is two characters long.
const MAX_VALUES: usize = 50_000;
/// What texts may come to together, aliases followed: twice the longest body.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML, one document.
    Yaml,
}

/// Reads the body of a request as its headers say; without a content type, what begins
/// with a brace is JSON and the rest YAML.
///
/// # Errors
/// A content type that is none of ours; bytes that are no text; text that cannot be read,
/// with the line.
pub fn body(headers: &HeaderMap, body: &[u8]) -> Result<Value, Problem> {
    let text = utf8(body)?;
    let format = match headers.get(header::CONTENT_TYPE) {
        Some(value) => content_type(value.to_str().unwrap_or_default())?,
        None if text.trim_start().starts_with('{') => Format::Json,
        None => Format::Yaml,
    };
    if text.trim().is_empty() {
        return Err(malformed("the body is empty; send the document".to_owned()));
    }
    let read = match format {
        Format::Json => json(text).map_err(|error| format!("this is no JSON: {error}")),
        Format::Yaml => Strict::from_yaml(yaml_serde::Deserializer::from_str(text))
            .map_err(|error| format!("this is no YAML: {error}")),
    };
    read.map_err(malformed)
}

/// Reads a body that can be nothing but JSON, whatever its headers say: senders of webhooks
/// are many.
///
/// # Errors
/// Bytes that are no text; text that cannot be read, with the line.
pub fn json_body(body: &[u8]) -> Result<Value, Problem> {
    json(utf8(body)?).map_err(|error| malformed(format!("this is no JSON: {error}")))
}

fn utf8(body: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(body).map_err(|error| {
        malformed(format!(
            "after {} bytes the body is no UTF-8",
            error.valid_up_to()
        ))
    })?;
    Ok(text.trim_start_matches('\u{feff}'))
}

fn malformed(what: String) -> Problem {
    Problem::new(Kind::Malformed, what)
}

/// Every document of a YAML text, which JSON is too; empty ones are left out.
///
/// # Errors
/// What is wrong, with the line.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    for document in yaml_serde::Deserializer::from_str(text) {
        found.push(Strict::from_yaml(document).map_err(|error| error.to_string())?);
    }
    found.retain(|document| !document.is_null());
    Ok(found)
}

fn content_type(value: &str) -> Result<Format, Problem> {
    let essence = value.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => Ok(Format::Json),
        "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => Ok(Format::Yaml),
        _ => {
            let shown: String = essence.chars().take(100).collect();
            let detail = format!(
                "{shown:?} is none of ours; send `Content-Type: application/yaml` or \
                 `application/json`"
            );
            Err(Problem::new(Kind::UnsupportedMediaType, detail))
        }
    }
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Strict(value) = Strict::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// A value in which no key was written twice.
struct Strict(Value);

impl Strict {
    fn from_yaml(document: yaml_serde::Deserializer<'_>) -> Result<Value, yaml_serde::Error> {
        Self::deserialize(document).map(|Self(value)| value)
    }
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = Left {
            values: Cell::new(MAX_VALUES),
            text_bytes: Cell::new(MAX_TEXT_BYTES),
        };
        let reader = Reader {
            depth: 0,
            left: &left,
        };
        reader.deserialize(deserializer).map(Self)
    }
}

/// How much may still be read.
struct Left {
    values: Cell<usize>,
    text_bytes: Cell<usize>,
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    depth: usize,
    left: &'a Left,
}

impl Reader<'_> {
    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        let left = self.left.text_bytes.get().checked_sub(text.len());
        let left = left.ok_or_else(|| {
            E::custom(format!(
                "its texts come to more than {MAX_TEXT_BYTES} bytes, aliases followed"
            ))
        })?;
        self.left.text_bytes.set(left);
        Ok(())
    }

    /// For what is inside.
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format!(
                "it is nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.values.get().checked_sub(1);
        let left = left.ok_or_else(|| {
            D::Error::custom(format!(
                "it has more than {MAX_VALUES} values, aliases followed"
            ))
        })?;
        self.left.values.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    /// As JSON reads what is too long for 64 bits: rounded, and refused where it matters.
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(value);
        let refusal = || E::custom(format!("{value} is no number of JSON; put it in quotes"));
        number.map(Value::Number).ok_or_else(refusal)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)?;
        Ok(Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(member) = members.next_element_seed(inner)? {
            list.push(member);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.text(&key)?;
            if map.contains_key(&key) {
                let key: String = key.chars().take(80).collect();
                return Err(A::Error::custom(format!(
                    "the key {key:?} is written twice"
                )));
            }
            let value = entries.next_value_seed(inner)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(A::Error::custom(
            "a YAML tag such as !Ref means nothing here; a template goes below `inline: |`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(content_type: Option<&str>, text: &[u8]) -> (Kind, String) {
        let mut headers = HeaderMap::new();
        if let Some(value) = content_type {
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
        }
        let problem = body(&headers, text).unwrap_err();
        (problem.kind, problem.detail)
    }

    #[test]
    fn json_and_yaml_say_the_same() {
        let none = HeaderMap::new();
        let yaml = body(&none, b"a: 1\nb: ['2', yes, 0x10, true]\n").unwrap();
        let json = body(&none, br#" {"a": 1, "b": ["2", "yes", 16, true]}"#).unwrap();
        assert_eq!(yaml, json);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let none = None;
        for (content_type, text, said) in [
            (none, "a: [1\nb: 2\n", "line 2"),
            (none, "{\"a\": 1,\n \"b\" 2}", "line 2"),
            (none, "{\"a\": 1} {}", "trailing characters at line 1"),
            (none, "a: 1\nb: 2\na: 3\n", "\"a\" is written twice"),
            (
                none,
                "{\"a\": 1, \"a\": 2}",
                "\"a\" is written twice at line 1",
            ),
            (none, "a: !Ref B\n", "below `inline: |`"),
            (none, "a: 1\n---\nb: 2\n", "more than one document"),
            (none, "a: .nan\n", "put it in quotes"),
            (none, "  \n", "the body is empty"),
        ] {
            let (kind, detail) = refused(content_type, text.as_bytes());
            assert_eq!(kind, Kind::Malformed, "{text}");
            assert!(detail.contains(said), "{text:?}: {detail}");
        }
        assert!(refused(None, b"a: \xff").1.contains("after 3 bytes"));
        let (kind, _) = refused(Some("application/x-www-form-urlencoded"), b"a: 1");
        assert_eq!(kind, Kind::UnsupportedMediaType);
    }

    /// Some bytes that would become gigabytes.
    #[test]
    fn what_would_grow_without_end_is_refused() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (this, last) in ["b", "c", "d", "e", "f", "g"]
            .iter()
            .zip(["a", "b", "c", "d", "e", "f"])
        {
            let ten = vec![format!("*{last}"); 10].join(", ");
            bomb.push_str(&format!("{this}: &{this} [{ten}]\n"));
        }
        let (kind, detail) = refused(None, bomb.as_bytes());
        assert_eq!(kind, Kind::Malformed);
        assert!(
            detail.contains("more than") || detail.contains("limit"),
            "{detail}"
        );

        let long = "x".repeat(1024 * 1024);
        let aliases = format!("a: &a {long}\nb: [*a, *a, *a, *a, *a]\n");
        let (_, detail) = refused(None, aliases.as_bytes());
        assert!(detail.contains("aliases followed"), "{detail}");

        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        let json = format!("{{\"a\": {deep}}}");
        assert!(refused(None, json.as_bytes()).1.contains("nested deeper"));
        assert!(refused(None, deep.as_bytes()).1.contains("nested deeper"));
        let wide = format!("{{\"a\": [{}1]}}", "1,".repeat(MAX_VALUES));
        assert!(
            refused(None, wide.as_bytes())
                .1
                .contains("more than 50000 values")
        );
    }

    #[test]
    fn one_text_holds_several_documents() {
        let read = documents("---\na: 1\n---\n---\n{\"b\": 2}\n").unwrap();
        assert_eq!(read, [json!({"a": 1}), json!({"b": 2})]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes: Vec<u8>, text in "[\\[\\]{}:,&*!|>'\"a-c0-9 \n-]{0,60}") {
            let _ = body(&HeaderMap::new(), &bytes);
            let _ = body(&HeaderMap::new(), text.as_bytes());
        }
    }
}
