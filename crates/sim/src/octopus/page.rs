//! Pages of a collection, with the server's quirks: 30 items unless told otherwise,
//! `Page.Next` missing on the last page and `Page.Previous` on the first.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::request::Query;

/// Items on a page when the client does not say.
const DEFAULT_TAKE: usize = 30;

/// What a value in a link's query may not hold as it is.
const QUERY_VALUE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?');

/// Which part of a collection is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    skip: usize,
    take: usize,
}

impl Window {
    /// # Errors
    /// A `skip` or `take` that is no whole number of at least 0.
    pub(super) fn read(query: &Query) -> Result<Self, Refusal> {
        let number = |name: &str, absent: usize| match query.value(name) {
            None => Ok(absent),
            Some(text) => text.parse().map_err(|_| {
                Refusal::invalid(format!(
                    "'{text}' is not a valid value for {name}; use 0 or more."
                ))
            }),
        };
        Ok(Self {
            skip: number("skip", 0)?,
            take: number("take", DEFAULT_TAKE)?,
        })
    }

    /// The page of `items` that the window shows. `path` is the collection's; its
    /// links repeat the request's `query` except `skip` and the API key.
    pub(super) fn page<T>(
        &self,
        item_type: &str,
        path: &str,
        query: &Query,
        items: &[T],
        present: impl Fn(&T) -> Value,
    ) -> Value {
        let shown = items
            .iter()
            .skip(self.skip)
            .take(self.take)
            .map(present)
            .collect::<Vec<_>>();
        let pages = items.len().div_ceil(self.take.max(1)).max(1);
        json!({
            "ItemType": item_type,
            "TotalResults": items.len(),
            "ItemsPerPage": self.take,
            "NumberOfPages": pages,
            "LastPageNumber": pages - 1,
            "Items": shown,
            "Links": self.links(path, query, items.len(), pages),
        })
    }

    fn links(&self, path: &str, query: &Query, total: usize, pages: usize) -> Value {
        let kept: String = query
            .0
            .iter()
            .filter(|(key, _)| !["skip", "apikey"].contains(&key.to_lowercase().as_str()))
            .map(|(key, value)| format!("&{key}={}", utf8_percent_encode(value, QUERY_VALUE)))
            .collect();
        let at = |skip: usize| Value::from(format!("{path}?skip={skip}{kept}"));
        let mut links = Map::new();
        links.insert("Self".to_owned(), at(self.skip));
        links.insert(
            "Template".to_owned(),
            Value::from(format!("{path}{{?skip,take}}")),
        );
        links.insert("Page.Current".to_owned(), at(self.skip));
        for page in 0..pages {
            links.insert(format!("Page.{page}"), at(page.saturating_mul(self.take)));
        }
        let next = self.skip.saturating_add(self.take);
        if self.take > 0 && next < total {
            links.insert("Page.Next".to_owned(), at(next));
        }
        if self.skip > 0 {
            links.insert(
                "Page.Previous".to_owned(),
                at(self.skip.saturating_sub(self.take)),
            );
        }
        Value::Object(links)
    }
}
