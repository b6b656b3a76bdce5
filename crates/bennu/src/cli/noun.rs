//! What a verb is about: `bennu get ryan0001`, `bennu get blueprint branches`.

use super::Failure;
use crate::client::Noun;

/// The noun and the name that were meant. A word that is no noun is an environment's name;
/// an environment that is called like a noun needs its own before it.
pub(super) fn of(
    what: Option<String>,
    name: Option<String>,
) -> Result<(Noun, Option<String>), Failure> {
    let noun = match what.as_deref() {
        Some("blueprint" | "blueprints") => Noun::Blueprint,
        Some("environment" | "environments") => Noun::Environment,
        Some(_) | None => {
            return match name {
                None => Ok((Noun::Environment, what)),
                Some(_) => {
                    let what = what.unwrap_or_default();
                    Err(Failure::usage(format!(
                        "{what:?} is neither `environment` nor `blueprint`"
                    )))
                }
            };
        }
    };
    Ok((noun, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(words: &[&str]) -> Option<(Noun, Option<String>)> {
        let mut words = words.iter().map(|word| (*word).to_owned());
        of(words.next(), words.next()).ok()
    }

    #[test]
    fn a_word_that_is_no_noun_is_an_environments_name() {
        let named = |noun, name: &str| Some((noun, Some(name.to_owned())));
        assert_eq!(meant(&[]), Some((Noun::Environment, None)));
        assert_eq!(meant(&["ryan0001"]), named(Noun::Environment, "ryan0001"));
        assert_eq!(meant(&["blueprints"]), Some((Noun::Blueprint, None)));
        assert_eq!(meant(&["blueprint", "b"]), named(Noun::Blueprint, "b"));
        assert_eq!(
            meant(&["environment", "blueprint"]),
            named(Noun::Environment, "blueprint")
        );
        assert_eq!(meant(&["ryan0001", "b"]), None);
    }
}
