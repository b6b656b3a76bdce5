//! Templates that many stacks have: read once, and kept once.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use bennu_template::Template;
use sha2::{Digest, Sha256};

use super::read::read;
use crate::aws_error::AwsResult;

/// The templates of a region that a stack or change set has, each with its text.
///
/// It keeps none of them: one that nobody has any more is read again.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    by_digest: BTreeMap<[u8; 32], (Weak<str>, Weak<Template>)>,
    /// How many entries there may be before those that lead nowhere are taken out.
    sweep_at: usize,
}

impl Templates {
    /// The text and the template that it is, those of others with the same text if there
    /// are any.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a text that is no template, or one that is not simulated.
    pub(super) fn read(&mut self, text: &str) -> AwsResult<(Arc<str>, Arc<Template>)> {
        let digest: [u8; 32] = Sha256::digest(text).into();
        if let Some((text, template)) = self.by_digest.get(&digest)
            && let (Some(text), Some(template)) = (text.upgrade(), template.upgrade())
        {
            return Ok((text, template));
        }
        let template = Arc::new(read(text)?);
        let text: Arc<str> = Arc::from(text);
        if self.by_digest.len() >= self.sweep_at {
            self.by_digest
                .retain(|_, (text, _)| text.strong_count() > 0);
            self.sweep_at = 2 * self.by_digest.len() + 16;
        }
        let entry = (Arc::downgrade(&text), Arc::downgrade(&template));
        self.by_digest.insert(digest, entry);
        Ok((text, template))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_templates_are_one_and_none_is_kept_for_nobody() {
        let text = |number: u32| {
            format!("Resources: {{A: {{Type: 'AWS::SNS::Topic', Metadata: {{N: {number}}}}}}}")
        };
        let mut templates = Templates::default();
        let mine = templates.read(&text(1)).unwrap();
        let yours = templates.read(&text(1)).unwrap();
        assert!(Arc::ptr_eq(&mine.0, &yours.0) && Arc::ptr_eq(&mine.1, &yours.1));
        let other = templates.read(&text(2)).unwrap();
        assert!(!Arc::ptr_eq(&mine.1, &other.1));
        for number in 3..1_000 {
            templates.read(&text(number)).unwrap();
        }
        assert!(
            templates.by_digest.len() < 50,
            "{}",
            templates.by_digest.len()
        );
        assert!(Arc::ptr_eq(&mine.1, &templates.read(&text(1)).unwrap().1));
        assert!(templates.read("{").is_err());
    }
}
