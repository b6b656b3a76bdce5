//! Which key somebody meant.

/// The candidate that is most like `word`, if one is like it at all. Case, dashes and
/// underscores do not count: `deletionPolicy` means `deletion_policy`.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let meant = plain(word);
    // A third of the letters may be wrong: more than that is another word.
    let tolerance = meant.len().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(&meant, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Longer keys than ours are cut: the distance below is quadratic.
const LONGEST: usize = 40;

fn plain(word: &str) -> Vec<char> {
    let letters = word.chars().filter(|c| !matches!(c, '_' | '-'));
    letters.flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// How many letters have to be put in, taken out or replaced (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let keys = ["target", "stack", "octopus", "deletion_policy"];
        assert_eq!(nearest("deletionPolicy", keys), Some("deletion_policy"));
        assert_eq!(nearest("targte", keys), Some("target"));
        assert_eq!(nearest("stacks", keys), Some("stack"));
        assert_eq!(nearest("replicas", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
