//! Names for environments, out of versions and branches.

use bennu_model::ids::EnvironmentName;
use bennu_model::names::Canonical;

/// As long as an environment's name may be.
const MAX_CHARS: usize = 50;
/// Tells apart what was cut to the same text: 32 bits among the branches of one repository.
const HASH_CHARS: usize = 8;

/// The pre-release part of a version in lower case, if it is a legal environment name:
/// `ryan0001` of `1.0.0-Ryan0001+build.5`.
pub(super) fn version_label(version: &str) -> Option<String> {
    let without_build = version.split('+').next().unwrap_or_default();
    let (_, label) = without_build.split_once('-')?;
    let label = label.to_ascii_lowercase();
    EnvironmentName::new(label.as_str()).ok().map(|_| label)
}

/// A branch as a legal environment name: `feature-ryan` of `Feature/Ryan`. What had to be
/// cut, or has nothing to show, ends in a hash of the whole name.
pub(super) fn branch_slug(branch: &str) -> String {
    let mut slug = String::new();
    for c in branch.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    let begins_well = slug.starts_with(|c: char| c.is_ascii_lowercase());
    let slug = if begins_well {
        slug.to_owned()
    } else {
        format!("b-{slug}")
    };
    if slug.len() <= MAX_CHARS && EnvironmentName::new(slug.as_str()).is_ok() {
        return slug;
    }
    let digest = Canonical::new("branch-slug/1").field(branch).digest();
    let kept: String = slug.chars().take(MAX_CHARS - HASH_CHARS - 1).collect();
    let kept = kept.trim_end_matches('-');
    format!("{kept}-{}", &digest.as_str()[..HASH_CHARS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_the_pre_release_part_if_it_can_be_a_name() {
        for (version, label) in [
            ("1.0.0-ryan0001", Some("ryan0001")),
            ("1.0.0-Ryan-1+build-5", Some("ryan-1")),
            ("1.0.0", None),
            ("1.0.0+only-metadata", None),
            ("1.0.0-ryan.1", None),
            ("1.0.0-1", None),
            ("1.0.0-all", None),
            ("", None),
        ] {
            assert_eq!(version_label(version).as_deref(), label, "{version}");
        }
    }

    #[test]
    fn a_slug_is_always_a_legal_name() {
        for (branch, slug) in [
            ("main", "main"),
            ("Feature/Ryan", "feature-ryan"),
            ("feature//ryan__2-", "feature-ryan-2"),
            ("2026", "b-2026"),
        ] {
            assert_eq!(branch_slug(branch), slug);
        }
        let long = format!("feature/{}", "x".repeat(60));
        let other = format!("{long}y");
        assert_ne!(branch_slug(&long), branch_slug(&other), "cut to the same");
        for branch in [
            "",
            "日本",
            "all",
            "---",
            &long,
            &format!("{}-/b", "a".repeat(40)),
        ] {
            let slug = branch_slug(branch);
            assert!(
                EnvironmentName::new(slug.as_str()).is_ok(),
                "{branch}: {slug}"
            );
        }
    }
}
