//! Reading what there is: one thing, or all pages of many.

use reqwest::StatusCode;
use serde_json::Value;

use super::{Client, ClientError, Noun};

/// Which of many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chosen<'a> {
    /// By their labels; environments only.
    pub selector: Option<&'a str>,
    /// Of all teams; environments only.
    pub all_teams: bool,
}

impl Client {
    /// An environment, as it is answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn get(&self, name: &str) -> Result<Value, ClientError> {
        self.one(Noun::Environment, name).await
    }

    /// One thing that has a path of its own, as it is answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn one(&self, noun: Noun, name: &str) -> Result<Value, ClientError> {
        let path = ["teams", self.team()?, noun.plural(), name];
        self.read(&path, &[]).await
    }

    /// All that are chosen, from all pages, in one list: the last page's, which names no next
    /// one.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn list(&self, noun: Noun, chosen: Chosen<'_>) -> Result<Value, ClientError> {
        let path = match (noun.is_of_a_team(), chosen.all_teams) {
            (true, false) => vec!["teams", self.team()?, noun.plural()],
            (false, _) | (true, true) => vec![noun.plural()],
        };
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let mut query = Vec::new();
            let selector = chosen.selector;
            query.extend(selector.map(|selector| ("labelSelector", selector.to_owned())));
            query.extend(next.take().map(|next| ("continue", next)));
            let mut page = self.read(&path, &query).await?;
            let Value::Array(items) = page["items"].take() else {
                return Err(self.strange(StatusCode::OK));
            };
            found.extend(items);
            next = page["metadata"]["continue"].as_str().map(str::to_owned);
            if next.is_none() {
                page["items"] = Value::Array(found);
                return Ok(page);
            }
        }
    }
}
