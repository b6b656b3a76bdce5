//! A look at a server itself, before anybody knows whether it can be used at all.

use bennu_ports::{Call, PortError};
use reqwest::header::DATE;

use super::{Request, Server, body_of};

/// What came back.
pub(crate) struct Peek {
    pub(crate) body: Vec<u8>,
    /// The `Date` header, as the server's clock has it.
    pub(crate) date: Option<String>,
}

impl Server {
    /// Reads what is below `/api`, without a gate: it is no call of the daemon's, and changes
    /// nothing.
    pub(crate) async fn peek(&self, path: &[&str]) -> Result<Peek, PortError> {
        // The call only words failures, and is replaced there.
        let request = Request::get(Call::ListSpaces, path);
        self.look(&request).await.map_err(|error| PortError {
            call: format!(
                "octopus:GET {}",
                ["api"]
                    .iter()
                    .chain(path)
                    .copied()
                    .collect::<Vec<_>>()
                    .join("/")
            ),
            ..error
        })
    }

    async fn look(&self, request: &Request<'_>) -> Result<Peek, PortError> {
        let url = self.url(request)?;
        let sent = self.http.get(url).send().await;
        let response = sent.map_err(|error| self.unsent(request, error))?;
        if !response.status().is_success() {
            return Err(self.refused(request, response).await);
        }
        let date = response.headers().get(DATE);
        let date = date
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = body_of(response).await;
        let body = body.map_err(|why| request.in_doubt(&why))?;
        Ok(Peek { body, date })
    }
}
