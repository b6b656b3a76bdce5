//! What can be waited for.

use std::fmt;
use std::str::FromStr;

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Everything is as declared.
    Ready,
    /// Nothing is left.
    Deleted,
    /// A pass has seen the spec as it is now.
    Generation,
    /// A condition has this status.
    Condition {
        /// Its type.
        kind: String,
        /// `True`, `False` or `Unknown`.
        status: String,
    },
}

impl FromStr for Goal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} cannot be waited for; write ready, deleted, generation, \
                 condition=TYPE or condition=TYPE=STATUS"
            )
        };
        match text {
            "ready" => return Ok(Self::Ready),
            "deleted" | "gone" => return Ok(Self::Deleted),
            "generation" => return Ok(Self::Generation),
            _ => {}
        }
        let condition = text.strip_prefix("condition=").ok_or_else(wrong)?;
        let (kind, status) = condition.split_once('=').unwrap_or((condition, "True"));
        let known = ["True", "False", "Unknown"];
        let status = known
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(status));
        match (kind, status) {
            ("", _) | (_, None) => Err(wrong()),
            (kind, Some(status)) => Ok(Self::Condition {
                kind: kind.to_owned(),
                status: status.to_owned(),
            }),
        }
    }
}

/// As it stands after "is": `environment/ryan0001 is ready`.
impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Deleted => f.write_str("gone"),
            Self::Generation => f.write_str("seen as it is declared now"),
            Self::Condition { kind, status } => write!(f, "{kind}={status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_read_as_kubectl_reads_them() {
        let condition = |kind: &str, status: &str| {
            Ok(Goal::Condition {
                kind: kind.into(),
                status: status.into(),
            })
        };
        assert_eq!("ready".parse(), Ok(Goal::Ready));
        assert_eq!("gone".parse(), Ok(Goal::Deleted));
        assert_eq!("generation".parse(), Ok(Goal::Generation));
        assert_eq!(
            "condition=StackReady".parse(),
            condition("StackReady", "True")
        );
        assert_eq!("condition=Ready=false".parse(), condition("Ready", "False"));
        for wrong in [
            "",
            "Ready",
            "condition=",
            "condition==True",
            "condition=A=Maybe",
        ] {
            assert!(wrong.parse::<Goal>().is_err(), "{wrong}");
        }
    }
}
