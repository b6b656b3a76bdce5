//! The rights that `deploy/` gives, held against the calls that the adapters make: each call
//! may do what it has to, to our things alone, and nothing is allowed besides.
//!
//! IAM itself is not asked: `policy` follows its documented rules, and `calls` says which
//! requests AWS makes of a call.
//!
//! `cfg(test)` on the modules lets lints know that their helpers are tests too.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod cloudformation;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod octopus;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod shipped;
