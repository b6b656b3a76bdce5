//! One page of a collection.

use serde::Deserialize;
use serde_json::Value;

/// A page, its items not yet read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Page {
    pub(crate) items: Vec<Value>,
    #[serde(default)]
    total_results: Option<u64>,
    #[serde(default)]
    links: Option<Links>,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    #[serde(rename = "Page.Next", default)]
    next: Option<Value>,
}

impl Page {
    /// How many items to leave out to get the next page; none on the last one.
    ///
    /// It goes by the number of items that came, not by the number that was asked for: a
    /// server may give smaller pages. A missing `Page.Next` ends the list only if the total
    /// agrees, for half a list would look like deletions.
    pub(crate) fn next(&self, skipped: u64) -> Option<u64> {
        let so_far = skipped + u64::try_from(self.items.len()).unwrap_or(u64::MAX);
        let linked = self
            .links
            .as_ref()
            .is_some_and(|links| links.next.is_some());
        let counted = self.total_results.is_some_and(|total| so_far < total);
        (!self.items.is_empty() && (linked || counted)).then_some(so_far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(page: &str, skipped: u64) -> Option<u64> {
        serde_json::from_str::<Page>(page).unwrap().next(skipped)
    }

    #[test]
    fn a_list_ends_where_link_and_total_agree() {
        let linked = r#"{"Items":[1,2],"TotalResults":5,"Links":{"Page.Next":"/x?skip=2"}}"#;
        assert_eq!(next(linked, 0), Some(2));
        assert_eq!(
            next(r#"{"Items":[1,2],"TotalResults":5,"Links":{}}"#, 0),
            Some(2)
        );
        assert_eq!(
            next(r#"{"Items":[1],"TotalResults":5,"Links":{}}"#, 4),
            None
        );
        assert_eq!(
            next(
                r#"{"Items":[],"TotalResults":5,"Links":{"Page.Next":"/x"}}"#,
                2
            ),
            None
        );
        assert_eq!(next(r#"{"Items":[1,2]}"#, 0), None);
    }
}
