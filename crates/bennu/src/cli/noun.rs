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
                    let hint = meant(&what).map(|noun| format!("; did you mean `{noun}`?"));
                    let hint = hint.unwrap_or_default();
                    Err(Failure::usage(format!(
                        "{what:?} is neither `environment` nor `blueprint`{hint}"
                    )))
                }
            };
        }
    };
    Ok((noun, name))
}

/// The noun that a word is nearly: at most two letters are wrong, missing or too many.
pub(super) fn meant(word: &str) -> Option<&'static str> {
    let nouns = ["environments", "environment", "blueprints", "blueprint"];
    let near = nouns.map(|noun| (distance(word, noun), noun));
    let near = near.into_iter().filter(|(distance, _)| *distance <= 2);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, noun)| noun)
}

/// How many letters have to be changed, added or taken away to make one word of the other.
fn distance(word: &str, noun: &str) -> usize {
    // What each beginning of the noun is away from the beginning of the word so far.
    let mut row: Vec<usize> = (0..=noun.chars().count()).collect();
    for (n, letter) in word.chars().enumerate() {
        let mut last = n + 1;
        let mut next = vec![last];
        for (kept, other) in row.windows(2).zip(noun.chars()) {
            let [replaced, added] = kept else { continue };
            last = (replaced + usize::from(letter != other))
                .min(added + 1)
                .min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_words(words: &[&str]) -> Option<(Noun, Option<String>)> {
        let mut words = words.iter().map(|word| (*word).to_owned());
        of(words.next(), words.next()).ok()
    }

    #[test]
    fn a_word_that_is_no_noun_is_an_environments_name() {
        let named = |noun, name: &str| Some((noun, Some(name.to_owned())));
        assert_eq!(of_words(&[]), Some((Noun::Environment, None)));
        assert_eq!(
            of_words(&["ryan0001"]),
            named(Noun::Environment, "ryan0001")
        );
        assert_eq!(of_words(&["blueprints"]), Some((Noun::Blueprint, None)));
        assert_eq!(of_words(&["blueprint", "b"]), named(Noun::Blueprint, "b"));
        assert_eq!(
            of_words(&["environment", "blueprint"]),
            named(Noun::Environment, "blueprint")
        );
        assert_eq!(of_words(&["ryan0001", "b"]), None);
    }

    #[test]
    fn a_noun_with_a_slip_is_known_and_other_words_are_let_be() {
        assert_eq!(meant("environmens"), Some("environments"));
        assert_eq!(meant("enviroment"), Some("environment"));
        assert_eq!(meant("bluperint"), Some("blueprint"));
        assert_eq!(meant("blueprintss"), Some("blueprints"));
        assert_eq!(meant("ryan0001"), None);
        assert_eq!(meant("blue"), None);
        assert_eq!(meant(""), None);
        let slip = of(Some("bleuprint".into()), Some("b".into())).unwrap_err();
        assert!(
            slip.message.ends_with("did you mean `blueprint`?"),
            "{slip}"
        );
    }
}
