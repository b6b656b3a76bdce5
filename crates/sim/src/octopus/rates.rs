//! The rate limiter: a bucket of requests for each kind of caller, off until a client
//! switches its policy on, as after an upgrade of a real server.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Server;
use super::page::Window;
use super::refusal::Refusal;
use super::request::Query;

/// Where the policies are read and written.
const PATH: &str = "/api/ratelimitingpolicies";

/// Whom a policy is for. The one user here is a service account, which counts as an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Unauthenticated,
    Agent,
}

/// The policies, each with its bucket.
#[derive(Debug, Clone)]
pub(super) struct Rates([Rate; 2]);

#[derive(Debug, Clone)]
struct Rate {
    caller: Caller,
    enabled: bool,
    audits: bool,
    per_minute: u32,
    burst: u32,
    /// How much is left in the bucket, and when that was so.
    left: Option<(f64, DateTime<Utc>)>,
}

impl Caller {
    fn id(self) -> &'static str {
        match self {
            Self::Unauthenticated => "RateLimitingPolicies-Unauthenticated",
            Self::Agent => "RateLimitingPolicies-AuthenticatedAgent",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Unauthenticated requests",
            Self::Agent => "Automation agents",
        }
    }

    fn scope(self) -> &'static str {
        match self {
            Self::Unauthenticated => "Unauthenticated",
            Self::Agent => "AuthenticatedAgent",
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        Self([Caller::Unauthenticated, Caller::Agent].map(|caller| Rate {
            caller,
            enabled: false,
            audits: false,
            per_minute: 200,
            burst: 200,
            left: None,
        }))
    }
}

impl Rates {
    /// Takes one request out of the caller's bucket.
    ///
    /// # Errors
    /// 429 with the seconds until the next one is in it.
    pub(super) fn take(&mut self, caller: Caller, now: DateTime<Utc>) -> Result<(), Refusal> {
        let rate = self.0.iter_mut().find(|rate| rate.caller == caller);
        let Some(rate) = rate.filter(|rate| rate.enabled && !rate.audits) else {
            return Ok(());
        };
        let burst = f64::from(rate.burst);
        let per_second = f64::from(rate.per_minute) / 60.0;
        let left = rate.left.map_or(burst, |(left, at)| {
            let passed = (now - at).as_seconds_f64();
            passed.mul_add(per_second, left).min(burst)
        });
        rate.left = Some((left, now));
        if left >= 1.0 {
            rate.left = Some((left - 1.0, now));
            return Ok(());
        }
        let wait = ((1.0 - left) / per_second).ceil().clamp(1.0, 60.0);
        let seconds = (1..=60_u32).find(|seconds| f64::from(*seconds) >= wait);
        Err(Refusal::TooManyRequests {
            retry_after_s: seconds.map_or(60, u64::from),
        })
    }
}

impl Rate {
    fn present(&self) -> Value {
        let id = self.caller.id();
        json!({
            "Id": id,
            "Name": self.caller.name(),
            "IsBuiltIn": true,
            "IsEnabled": self.enabled,
            "ScopeType": self.caller.scope(),
            "RequestsPerMinute": self.per_minute,
            "BurstLimit": self.burst,
            "AuditMode": self.audits,
            "Links": { "Self": format!("{PATH}/{id}") },
        })
    }
}

impl Server {
    /// A page of the policies.
    pub(super) fn rate_policies(&self, query: &Query) -> Result<Value, Refusal> {
        let kind = "RateLimitingPolicy";
        Ok(Window::read(query)?.page(kind, PATH, query, &self.rates.0, Rate::present))
    }

    /// One policy.
    pub(super) fn rate_policy(&self, id: &str) -> Result<Value, Refusal> {
        let mut all = self.rates.0.iter();
        all.find(|rate| rate.caller.id().eq_ignore_ascii_case(id))
            .map(Rate::present)
            .ok_or_else(|| Refusal::NoResource(id.to_owned()))
    }

    /// Changes a policy; its bucket is full afterwards.
    pub(super) fn write_rate_policy(&mut self, id: &str, body: &Value) -> Result<Value, Refusal> {
        let number = |key: &str| {
            let number = body.get(key).and_then(Value::as_u64);
            let number = number.and_then(|number| u32::try_from(number).ok());
            number
                .filter(|number| *number > 0)
                .ok_or_else(|| Refusal::invalid(format!("{key} must be a whole number above 0.")))
        };
        let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
        let (per_minute, burst) = (number("RequestsPerMinute")?, number("BurstLimit")?);
        let mut all = self.rates.0.iter_mut();
        let rate = all.find(|rate| rate.caller.id().eq_ignore_ascii_case(id));
        let rate = rate.ok_or_else(|| Refusal::NoResource(id.to_owned()))?;
        *rate = Rate {
            caller: rate.caller,
            enabled: flag("IsEnabled"),
            audits: flag("AuditMode"),
            per_minute,
            burst,
            left: None,
        };
        Ok(rate.present())
    }
}
