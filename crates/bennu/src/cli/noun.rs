//! What a verb is about: `bennu get ryan0001`, `bennu get blueprint branches`,
//! `bennu delete environment/ryan0001`.

use super::Failure;
use crate::client::Noun;

/// The noun and the names that were meant. A word that is no noun is an environment's name;
/// an environment that is called like a noun needs its own before it.
pub(super) fn of(words: &[String]) -> Result<(Noun, Vec<String>), Failure> {
    let Some((first, rest)) = words.split_first() else {
        return Ok((Noun::Environment, Vec::new()));
    };
    if let Some(noun) = noun(first) {
        let names: Result<_, _> = rest.iter().map(|word| name_of(noun, word)).collect();
        return Ok((noun, names?));
    }
    if !first.contains('/') {
        if let (Some(noun), [_, ..]) = (meant(first), rest) {
            return Err(Failure::usage(format!(
                "{first:?} is no kind; did you mean `{noun}`?"
            )));
        }
        let names: Result<_, _> = words
            .iter()
            .map(|word| name_of(Noun::Environment, word))
            .collect();
        return Ok((Noun::Environment, names?));
    }
    let kind = first.split('/').next().unwrap_or_default();
    let noun = noun(kind).ok_or_else(|| {
        let kinds = Noun::ALL.map(Noun::as_str).join(", ");
        Failure::usage(format!("{kind:?} is no kind; there are: {kinds}"))
    })?;
    let names: Result<_, _> = words.iter().map(|word| name_of(noun, word)).collect();
    Ok((noun, names?))
}

/// An environment's name, as an argument of a verb that is about environments only.
pub(super) fn environment(word: &str) -> Result<String, String> {
    name_of(Noun::Environment, word).map_err(|failure| failure.message)
}

/// `environment/ryan0001`, or the name alone.
fn name_of(wanted: Noun, word: &str) -> Result<String, Failure> {
    // A space's name has a slash of its own: main/Default.
    match word.split_once('/') {
        Some((kind, name)) if noun(kind) == Some(wanted) && !name.is_empty() => Ok(name.to_owned()),
        Some(_) if wanted != Noun::Space => Err(Failure::usage(format!(
            "{word:?} is no {}: write its name, or {}/NAME",
            wanted.as_str(),
            wanted.as_str()
        ))),
        Some(_) | None if word.is_empty() => Err(Failure::usage("a name cannot be empty")),
        Some(_) | None => Ok(word.to_owned()),
    }
}

fn noun(word: &str) -> Option<Noun> {
    let is = |noun: &Noun| word == noun.as_str() || word == noun.plural();
    Noun::ALL.into_iter().find(is)
}

/// The kind that a word is nearly: at most two letters are wrong, missing or too many, and
/// fewer than a third of it.
pub(super) fn meant(word: &str) -> Option<&'static str> {
    let words = Noun::ALL.map(|noun| [noun.plural(), noun.as_str()]);
    let near = words.as_flattened().iter();
    let near = near.map(|noun| (distance(word, noun), *noun));
    let near = near.filter(|(distance, noun)| *distance <= 2 && distance * 3 < noun.len());
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

    fn of_words(words: &[&str]) -> Option<(Noun, Vec<String>)> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        of(&words).ok()
    }

    #[test]
    fn a_word_that_is_no_noun_is_an_environments_name() {
        let named = |noun, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            Some((noun, names.collect::<Vec<_>>()))
        };
        assert_eq!(of_words(&[]), named(Noun::Environment, &[]));
        assert_eq!(
            of_words(&["r1", "r2"]),
            named(Noun::Environment, &["r1", "r2"])
        );
        assert_eq!(of_words(&["blueprints"]), named(Noun::Blueprint, &[]));
        assert_eq!(
            of_words(&["blueprint", "b"]),
            named(Noun::Blueprint, &["b"])
        );
        assert_eq!(
            of_words(&["environment", "blueprint"]),
            named(Noun::Environment, &["blueprint"])
        );
    }

    #[test]
    fn what_get_writes_as_names_is_read_again() {
        let found = of_words(&["environment/r1", "environment/r2"]).unwrap();
        assert_eq!(found, (Noun::Environment, vec!["r1".into(), "r2".into()]));
        let space = (Noun::Space, vec!["main/Default".to_owned()]);
        assert_eq!(of_words(&["space/main/Default"]), Some(space.clone()));
        assert_eq!(of_words(&["space", "main/Default"]), Some(space));
        assert_eq!(
            of_words(&["environment/r1", "blueprint/b"]),
            None,
            "kinds do not mix"
        );
        assert_eq!(of_words(&["pod/r1"]), None);
        assert_eq!(of_words(&["environment/"]), None);
        assert_eq!(environment("environment/r1").as_deref(), Ok("r1"));
        assert!(environment("blueprint/r1").is_err());
    }

    #[test]
    fn a_noun_with_a_slip_is_known_and_other_words_are_let_be() {
        assert_eq!(meant("environmens"), Some("environments"));
        assert_eq!(meant("enviroment"), Some("environment"));
        assert_eq!(meant("bluperint"), Some("blueprint"));
        assert_eq!(meant("tokns"), Some("tokens"));
        assert_eq!(meant("ryan0001"), None);
        assert_eq!(meant("blue"), None);
        assert_eq!(meant("pace1"), None, "short words are near to everything");
        assert_eq!(meant(""), None);
        let slip = of(&["bleuprint".into(), "b".into()]).unwrap_err();
        assert!(
            slip.message.ends_with("did you mean `blueprint`?"),
            "{slip}"
        );
    }
}
