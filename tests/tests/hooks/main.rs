//! Webhooks, from the signed request to what is declared in the end.
//!
//! `cfg(test)` on the modules lets lints know that their helpers are tests too.

#[cfg(test)]
mod blueprints;
#[cfg(test)]
mod order;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod stage;
