//! The one visitor that reads both JSON and YAML.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess};
use serde::de::{VariantAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::short_form;

/// Where reading failed and, when we were the ones to refuse, why. The parsers
/// know the line, but hand their errors on as text alone.
#[derive(Default)]
pub(super) struct Trace {
    innermost_first: RefCell<Vec<String>>,
    message: RefCell<Option<String>>,
}

impl Trace {
    /// The dotted path at which reading stopped; empty at the top.
    pub(super) fn path(&self) -> String {
        let mut steps = self.innermost_first.borrow().clone();
        steps.reverse();
        steps.join(".")
    }

    /// Our own refusal, if it was ours.
    pub(super) fn message(&self) -> Option<String> {
        self.message.borrow().clone()
    }

    fn refuse<E: Error>(&self, what: String) -> E {
        let error = E::custom(&what);
        *self.message.borrow_mut() = Some(what);
        error
    }

    /// Notes a step of the path on the way out.
    fn within<T, E>(&self, step: impl fmt::Display, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.innermost_first.borrow_mut().push(step.to_string());
        }
        result
    }
}

/// Reads any value into the normal form.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    trace: &'t Trace,
}

impl<'t> Reader<'t> {
    pub(super) fn new(trace: &'t Trace) -> Self {
        Self { trace }
    }

    fn not_null<E: Error>(self, value: Value) -> Result<Value, E> {
        if value.is_null() {
            return Err(self
                .trace
                .refuse("'null' values are not allowed in templates".to_owned()));
        }
        Ok(value)
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    // CloudFormation passes scalars on as text, so digits that fit no number
    // of JSON lose nothing as a string.
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        Ok(Value::String(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(self
                .trace
                .refuse(format!("{value} is no number of JSON; put it in quotes"))),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let next = items.next_element_seed(self);
            let next = next.and_then(|next| next.map(|value| self.not_null(value)).transpose());
            match self.trace.within(list.len(), next)? {
                Some(value) => list.push(value),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key_seed(Key {
            trace: self.trace,
            taken: &map,
        })? {
            let value = entries.next_value_seed(self);
            let value = value.map(|value| short_form::own_region(&key, value));
            let value = value.and_then(|value| self.not_null(value));
            let value = self.trace.within(&key, value)?;
            map.insert(key, value);
        }
        Ok(short_form::long_get_att(map))
    }

    // Only YAML comes here: a tagged node.
    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, node) = data.variant::<String>()?;
        let value = node.newtype_variant_seed(self)?;
        short_form::long_form(&tag, value).map_err(|what| self.trace.refuse(what))
    }
}

/// Reads a key, which CloudFormation takes as text even where YAML sees a
/// number (account ids in mappings), and refuses one that was there before.
struct Key<'t> {
    trace: &'t Trace,
    taken: &'t Map<String, Value>,
}

impl Key<'_> {
    fn take<E: Error>(self, key: String) -> Result<String, E> {
        if self.taken.contains_key(&key) {
            let what = format!("the key '{key}' is there twice; remove or rename one");
            return self.trace.within(&key, Err(self.trace.refuse(what)));
        }
        Ok(key)
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        self.take(key.to_owned())
    }

    fn visit_bool<E: Error>(self, key: bool) -> Result<String, E> {
        self.take(key.to_string())
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<String, E> {
        self.take(key.to_string())
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<String, E> {
        self.take(key.to_string())
    }

    fn visit_f64<E: Error>(self, key: f64) -> Result<String, E> {
        self.take(key.to_string())
    }
}
