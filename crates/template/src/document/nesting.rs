//! How deep a YAML text nests, found out before the parser pays for it.
//!
//! libyaml looks at every open bracket again for every token, so the work for a
//! hostile text grows with tokens times depth: 20,000 open brackets before a
//! megabyte of commas take the better part of a minute. How deep a text is can
//! only be told by parsing it, for brackets also stand in quotes, comments and
//! scripts. So it is parsed up to every so many brackets, and what is known to
//! be shallow so far can be deeper by no more than that at the next stop.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess};
use serde::de::{VariantAccess, Visitor};

/// Deepest nesting of lists and objects that is taken. CloudFormation's own
/// limit is not published; a template of a person's has about twenty levels.
const DEEPEST: u8 = 100;

/// Opening brackets between two stops: as many as most templates have in all,
/// and little enough work in one go (below 3 s for the worst text, when
/// optimised).
const STEP: usize = 1_000;

/// Opening brackets at most, which bounds the number of stops. A template at
/// CloudFormation's limit of size would need one every 52 bytes.
const MOST: usize = 20_000;

/// Refuses a YAML text that would take the parser unreasonably long. The error
/// says what to do.
pub(super) fn affordable(text: &str) -> Result<(), String> {
    let after_brackets = || {
        text.match_indices(['[', '{'])
            .map(|(at, bracket)| at + bracket.len())
    };
    let count = after_brackets().count();
    if count > MOST {
        return Err(format!(
            "{count} opening brackets are too many for YAML; write it as JSON"
        ));
    }
    if after_brackets()
        .skip(STEP - 1)
        .step_by(STEP)
        .any(|end| too_deep(&text[..end]))
    {
        return Err(format!(
            "it nests more than {DEEPEST} levels deep; flatten it"
        ));
    }
    Ok(())
}

/// Whether a text, which may break off anywhere, goes deeper than allowed.
fn too_deep(text: &str) -> bool {
    let found = Cell::new(false);
    let probe = Probe {
        depth: 0,
        found: &found,
    };
    // An error is expected: the text breaks off inside a bracket.
    drop(probe.deserialize(yaml_serde::Deserializer::from_str(text)));
    found.get()
}

/// Goes through everything and keeps nothing.
#[derive(Clone, Copy)]
struct Probe<'f> {
    depth: u8,
    found: &'f Cell<bool>,
}

impl Probe<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST {
            self.found.set(true);
            return Err(E::custom("too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Probe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Probe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i128<E>(self, _: i128) -> Result<(), E> {
        Ok(())
    }

    fn visit_u128<E>(self, _: u128) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        while entries.next_entry_seed(inside, inside)?.is_some() {}
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        let (_, node) = data.variant::<String>()?;
        node.newtype_variant_seed(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_and_brackets_that_open_nothing_do_not() {
        let deep = |step: &str| affordable(&format!("a: {}", step.repeat(STEP + 1)));
        assert_eq!(
            deep("["),
            Err("it nests more than 100 levels deep; flatten it".to_owned())
        );
        assert_eq!(deep("[ ']', "), deep("["));
        assert_eq!(deep("{? ["), deep("["));
        assert_eq!(deep("!Not ["), deep("["));
        assert_eq!(
            affordable(&format!("a: [{}]", "[], ".repeat(STEP * 3))),
            Ok(())
        );
        assert_eq!(
            affordable(&format!("a: |\n  {}", "[ ".repeat(STEP * 3))),
            Ok(())
        );
        let many = "a: [] ".repeat(MOST + 1);
        assert!(affordable(&many).is_err_and(|said| said.contains("write it as JSON")));
    }
}
