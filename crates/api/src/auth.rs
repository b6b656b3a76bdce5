//! Who calls, and what they may see. Operators see everything; a team sees its own things,
//! and everybody else's are as if they were not there.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bennu_model::ids::TeamName;
use bennu_ports::environments::Principal;

use crate::{Api, Kind, Problem, Token};

/// Who calls; put into a request's extensions by `require_token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub Principal);

impl Caller {
    /// The team of a path, if the caller may know of it.
    ///
    /// # Errors
    /// Not found, in the same words for a foreign team, an illegal name, and a team that
    /// nobody has.
    pub fn team(&self, of_path: &str) -> Result<TeamName, Problem> {
        let allowed = TeamName::new(of_path).ok().filter(|team| match &self.0 {
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
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else {
        return refusal().into_response();
    };
    match api.environments.principal(&token.hash()).await {
        Ok(Some(principal)) => {
            request.extensions_mut().insert(Caller(principal));
            next.run(request).await
        }
        Ok(None) => refusal().into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

fn refusal() -> Problem {
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
        let team = Caller(Principal::Team(TeamName::new("checkout").unwrap()));
        assert!(team.team("checkout").is_ok());
        assert_eq!(team.team("payments"), team.team("No Team"));
        assert!(Caller(Principal::Operator).team("payments").is_ok());
    }
}
