//! One space of a server: its id, its lists page by page, its documents by id.

use std::collections::BTreeSet;

use bennu_model::ids::SpaceName;
use bennu_ports::{Call, Cursor, Gate, Page, PortError, PortErrorKind};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::failure;
use crate::server::{Request, Server};
use crate::wire;
use crate::wire::named::Named;

/// Items asked for per page: few requests for many items, for Octopus counts requests.
const PAGE_SIZE: &str = "100";

/// Ids in one query: with prefix and encoded comma about 20 characters each, which stays
/// below the 2,048 that some proxies let through.
const IDS_IN_URL: usize = 60;

/// A space whose id is known, and the gate to it.
pub(crate) struct InSpace<'a> {
    pub(crate) server: &'a Server,
    pub(crate) gate: &'a dyn Gate,
    /// `Spaces-…`
    pub(crate) id: String,
    name: &'a SpaceName,
}

/// One page of items of a type.
pub(crate) type Items<T> = (Vec<T>, Option<u64>);

impl<'a> InSpace<'a> {
    /// Finds the space's id, which is remembered until a 404 speaks against it.
    pub(crate) async fn enter(
        server: &'a Server,
        gate: &'a dyn Gate,
        name: &'a SpaceName,
    ) -> Result<Self, PortError> {
        if let Some(id) = server.memory.space(name) {
            return Ok(Self {
                server,
                gate,
                id,
                name,
            });
        }
        let mut skip = Some(0);
        while let Some(from) = skip {
            let request = page_request(Call::ListSpaces, &["spaces"], vec![], from);
            let page = server.send(gate, request, read_page).await?;
            let (spaces, next) = items_of::<Named>(Call::ListSpaces, page, from)?;
            if let Some(found) = spaces
                .into_iter()
                .find(|space| same(&space.name, name.as_str()))
            {
                server.memory.keep_space(name, &found.id);
                return Ok(Self {
                    server,
                    gate,
                    id: found.id,
                    name,
                });
            }
            skip = next;
        }
        let message = format!(
            "the server `{}` has no space `{name}`, or its API key may not see it",
            server.name()
        );
        Err(failure(Call::ListSpaces, PortErrorKind::Invalid, &message))
    }

    /// A page of a collection, of the items that `TryFrom` can read.
    pub(crate) async fn page<W, T>(
        &self,
        call: Call,
        collection: &[&str],
        query: Vec<(&'static str, String)>,
        from: Option<Cursor>,
    ) -> Result<Page<T>, PortError>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error: std::fmt::Display>,
    {
        let skip = from.map_or(Ok(0), |cursor| {
            cursor.0.parse::<u64>().map_err(|_| {
                let message = format!("{:?} is no cursor of this list", cursor.0);
                failure(call, PortErrorKind::Invalid, &message)
            })
        })?;
        let (items, next) = self.items::<W>(call, collection, query, skip).await?;
        let items = items
            .into_iter()
            .map(|item| T::try_from(item).map_err(|e| odd(call, &e)));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: next.map(|skip| Cursor(skip.to_string())),
        })
    }

    /// All pages of a collection.
    pub(crate) async fn all<W: DeserializeOwned>(
        &self,
        call: Call,
        collection: &[&str],
        query: Vec<(&'static str, String)>,
    ) -> Result<Vec<W>, PortError> {
        let mut all = Vec::new();
        let mut skip = Some(0);
        while let Some(from) = skip {
            let (items, next) = self.items(call, collection, query.clone(), from).await?;
            all.extend(items);
            skip = next;
        }
        Ok(all)
    }

    /// The documents with these ids, as far as they are there, a few at a time.
    pub(crate) async fn by_ids<W: DeserializeOwned>(
        &self,
        call: Call,
        collection: &str,
        ids: BTreeSet<&str>,
    ) -> Result<Vec<W>, PortError> {
        let ids: Vec<&str> = ids.into_iter().collect();
        let mut all = Vec::new();
        // None at all makes no chunk: an empty list of ids would ask for everything.
        for chunk in ids.chunks(IDS_IN_URL) {
            let query = vec![("ids", chunk.join(","))];
            all.extend(self.all(call, &[collection], query).await?);
        }
        Ok(all)
    }

    async fn items<W: DeserializeOwned>(
        &self,
        call: Call,
        collection: &[&str],
        query: Vec<(&'static str, String)>,
        skip: u64,
    ) -> Result<Items<W>, PortError> {
        let request = page_request(call, &self.path(collection), query, skip);
        let page = self.send_to_collection(request, read_page).await?;
        items_of(call, page, skip)
    }

    /// A document by id; none when the server says that this very document is not there.
    pub(crate) async fn document<T: DeserializeOwned>(
        &self,
        call: Call,
        collection: &str,
        id: &str,
    ) -> Result<Option<T>, PortError> {
        self.document_at(call, &[collection, id]).await
    }

    /// The same by its path inside this space.
    pub(crate) async fn document_at<T: DeserializeOwned>(
        &self,
        call: Call,
        path: &[&str],
    ) -> Result<Option<T>, PortError> {
        let request = Request::get(call, &self.path(path));
        self.send_to_document(request, |body| serde_json::from_slice(body))
            .await
    }

    /// Sends a request about one document. "Not found" is an answer, unless it is the
    /// space that was not found.
    pub(crate) async fn send_to_document<T>(
        &self,
        request: Request<'_>,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<Option<T>, PortError> {
        match self.server.send(self.gate, request, read).await {
            Err(error) if error.kind == PortErrorKind::NotFound => {
                if error.message.contains(&format!("'{}'", self.id)) {
                    self.server.memory.forget_space(self.name);
                    return Err(error);
                }
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    /// Sends a request about a whole collection, which is not found when its space, or the
    /// document that it is in, is gone.
    pub(crate) async fn send_to_collection<T>(
        &self,
        request: Request<'_>,
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, PortError> {
        let result = self.server.send(self.gate, request, read).await;
        if let Err(PortError {
            kind: PortErrorKind::NotFound,
            ..
        }) = &result
        {
            self.server.memory.forget_space(self.name);
        }
        result
    }

    /// A path inside this space.
    pub(crate) fn path<'s>(&'s self, rest: &[&'s str]) -> Vec<&'s str> {
        [&[self.id.as_str()], rest].concat()
    }
}

/// Whether two names mean the same thing in Octopus.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A 2xx answer that says something else than it should: a read that failed.
pub(crate) fn odd(call: Call, why: &dyn std::fmt::Display) -> PortError {
    let message = format!("the answer is not what Octopus gives: {why}");
    failure(call, PortErrorKind::Unavailable, &message)
}

fn page_request<'a>(
    call: Call,
    path: &[&'a str],
    query: Vec<(&'static str, String)>,
    skip: u64,
) -> Request<'a> {
    let mut request = Request::get(call, path);
    request.query = query;
    request.query.push(("skip", skip.to_string()));
    request.query.push(("take", PAGE_SIZE.to_owned()));
    request
}

fn read_page(body: &[u8]) -> Result<wire::page::Page, serde_json::Error> {
    serde_json::from_slice(body)
}

/// A page's items, all of them or none: half a list would look like deletions.
fn items_of<W: DeserializeOwned>(
    call: Call,
    page: wire::page::Page,
    skip: u64,
) -> Result<Items<W>, PortError> {
    let next = page.next(skip);
    let read = |item: Value| serde_json::from_value(item).map_err(|error| odd(call, &error));
    let items = page.items.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok((items, next))
}
