//! Who calls, and what they may see. Operators see everything; a team sees its own things,
//! and everybody else's are as if they were not there.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bennu_model::ids::{Digest, Generation, TeamName};
use bennu_model::timeline::Author;
use bennu_ports::Principal;
use bennu_ports::environments::Request;
use bennu_ports::tokens::TokenId;

use crate::layers::RequestId;
use crate::{Api, Kind, Problem, Token};

/// Who calls; put into a request's extensions by `require_token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose token it is.
    pub principal: Principal,
    /// Which token.
    pub token: TokenId,
    /// The token's hash, to look it up again.
    pub hash: Digest,
    /// The request's id.
    pub request: String,
}

impl Caller {
    /// For the timeline.
    pub fn author(&self) -> Author {
        Author {
            by: format!("{}, token {}", self.principal, self.token),
            request: self.request.clone(),
        }
    }

    /// A change that is asked for on this condition.
    pub fn request(&self, if_generation: Option<Generation>) -> Request {
        let author = self.author();
        Request {
            author,
            if_generation,
        }
    }

    /// The team whose token it is; none for operators.
    pub fn own_team(&self) -> Option<&TeamName> {
        match &self.principal {
            Principal::Operator => None,
            Principal::Team(team) => Some(team),
        }
    }

    /// The team of a path, if the caller may know of it.
    ///
    /// # Errors
    /// Not found, in the same words for a foreign team, an illegal name, and a team that
    /// nobody has.
    pub fn team(&self, of_path: &str) -> Result<TeamName, Problem> {
        let allowed = TeamName::new(of_path)
            .ok()
            .filter(|team| match &self.principal {
                Principal::Operator => true,
                Principal::Team(own) => own == team,
            });
        allowed.ok_or_else(|| {
            Problem::new(
                Kind::NotFound,
                "there is nothing here that this token may see",
            )
        })
    }
}

/// Lets a request pass only with a valid token. Whatever is wrong with a credential, the
/// answer is the same.
pub(crate) async fn require_token(
    State(api): State<Api>,
    mut request: axum::extract::Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else {
        return refusal().into_response();
    };
    let hash = token.hash();
    match api.tokens.principal(&hash).await {
        Ok(Some(principal)) => {
            let id = request.extensions().get::<RequestId>();
            let caller = Caller {
                principal,
                token: TokenId::of(&hash),
                hash,
                request: id.map(|id| id.0.clone()).unwrap_or_default(),
            };
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Ok(None) => refusal().into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The one answer to any credential that is worth nothing.
pub(crate) fn refusal() -> Problem {
    let detail = "send `Authorization: Bearer <token>` with a token that is valid now; \
                  `bennu token create` makes one";
    Problem::new(Kind::Unauthorized, detail)
}

/// The token of exactly one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    // The scheme's case does not matter (RFC 9110, 11.1).
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| Token::parse(token.trim())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_well_formed_header_counts() {
        let token = Token::from_random([1; 32]);
        let good = format!("bearer  {}", token.expose());
        let mut headers = HeaderMap::new();
        assert!(bearer(&headers).is_none());
        headers.insert(header::AUTHORIZATION, good.parse().unwrap());
        assert_eq!(bearer(&headers), Some(token));
        headers.append(header::AUTHORIZATION, good.parse().unwrap());
        assert!(bearer(&headers).is_none(), "two are ambiguous");
        headers.insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
        assert!(bearer(&headers).is_none());
    }

    #[test]
    fn a_foreign_team_is_as_if_it_were_not_there() {
        let caller = |principal| Caller {
            principal,
            token: TokenId::of(&Token::from_random([1; 32]).hash()),
            hash: Token::from_random([1; 32]).hash(),
            request: String::new(),
        };
        let team = caller(Principal::Team(TeamName::new("checkout").unwrap()));
        assert!(team.team("checkout").is_ok());
        assert_eq!(team.team("payments"), team.team("No Team"));
        assert!(caller(Principal::Operator).team("payments").is_ok());
    }
}
