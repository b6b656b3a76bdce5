//! What an environment is asked, beside how it is.

use std::time::Duration;

use bennu_api::dto::{EnvironmentDocument, EventDocument, EventList};
use reqwest::header::ACCEPT;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Client, ClientError, decode};

/// As many events as one answer holds.
const EVENT_PAGE: usize = 1_000;
/// How long the daemon may take over one answer about freshness. It allows itself 25 s.
const REFRESH_WAIT: &str = "20s";

/// Whether everything was read lately.
#[derive(Debug, Clone, PartialEq)]
pub enum Refreshed {
    /// It was; the environment then.
    Fresh(Value),
    /// Reading goes on; ask again.
    GoesOn,
}

impl Client {
    /// What an environment's sub-path answers: `plan`, `changes`, `explain`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn view(&self, name: &str, view: &str) -> Result<Value, ClientError> {
        self.read(&["teams", self.team()?, "environments", name, view], &[])
            .await
    }

    /// Why an environment is as it is, in the daemon's own words.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn explanation(&self, name: &str) -> Result<String, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "explain"]);
        let request = self.http.get(url).header(ACCEPT, "text/plain");
        self.text(request).await
    }

    /// What the daemon would do about a document that is not stored.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn plan_of(&self, document: &Value) -> Result<Value, ClientError> {
        let request = self.http.post(self.url(&["plan"])).json(document);
        Ok(self.send(request).await?.body)
    }

    /// The last events of an environment, oldest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn last_events(
        &self,
        name: &str,
        count: usize,
    ) -> Result<Vec<EventDocument>, ClientError> {
        let mut last = Vec::new();
        let mut after = 0;
        loop {
            let page = self.events_after(name, after).await?;
            let complete = page.items.len() < EVENT_PAGE;
            last.extend(page.items);
            last.drain(..last.len().saturating_sub(count));
            if complete {
                return Ok(last);
            }
            after = page.after;
        }
    }

    /// The events of an environment after an id, oldest first: one page of them.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events_after(&self, name: &str, after: i64) -> Result<EventList, ClientError> {
        decode(self.event_page(name, after).await?)
    }

    /// All events of an environment in one list, as they are answered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn events(&self, name: &str) -> Result<Value, ClientError> {
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let mut page = self.event_page(name, after).await?;
            let Value::Array(items) = page["items"].take() else {
                return Err(self.strange(StatusCode::OK));
            };
            let complete = items.len() < EVENT_PAGE;
            found.extend(items);
            after = page["after"].as_i64().unwrap_or(after);
            if complete {
                page["items"] = Value::Array(found);
                return Ok(page);
            }
        }
    }

    async fn event_page(&self, name: &str, after: i64) -> Result<Value, ClientError> {
        let path = ["teams", self.team()?, "environments", name, "events"];
        let query = [
            ("after", after.to_string()),
            ("limit", EVENT_PAGE.to_string()),
        ];
        self.read(&path, &query).await
    }

    /// Approves the change set that waits for a person.
    ///
    /// # Errors
    /// [`ClientError`]; a refusal where another one waits, or none.
    pub async fn approve(&self, name: &str, change_set: &str) -> Result<Value, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "approve"]);
        let body = json!({ "changeSet": change_set });
        Ok(self.send(self.http.post(url).json(&body)).await?.body)
    }

    /// Asks that what was given up of an environment be tried again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn retry(&self, name: &str) -> Result<Value, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "retry"]);
        Ok(self.send(self.http.post(url)).await?.body)
    }

    /// Asks that everything be read that was not read since `max_age` ago, and waits for it
    /// as long as one request may take.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn refresh(&self, name: &str, max_age: Duration) -> Result<Refreshed, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name, "refresh"]);
        let query = [
            ("maxAge", max_age.as_secs().to_string()),
            ("wait", REFRESH_WAIT.to_owned()),
        ];
        let request = self.http.request(Method::POST, url).query(&query);
        let answer = self.send(request).await?;
        Ok(match answer.status {
            StatusCode::ACCEPTED => Refreshed::GoesOn,
            _ => Refreshed::Fresh(answer.body),
        })
    }

    /// Asks for an environment's deletion; the environment as it is then.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete(
        &self,
        name: &str,
        is_dry: bool,
    ) -> Result<EnvironmentDocument, ClientError> {
        let url = self.url(&["teams", self.team()?, "environments", name]);
        let request = super::dry(self.http.delete(url), is_dry);
        decode(self.send(request).await?.body)
    }
}
