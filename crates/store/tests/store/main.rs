//! The store on a real Postgres: a throw-away cluster for all tests, a database for each.
//!
//! `cfg(test)` on the modules lets lints know that their helpers are tests too.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod attempts;
#[cfg(test)]
mod budgeting;
#[cfg(test)]
mod burning;
#[cfg(test)]
mod circles;
#[cfg(test)]
mod claiming;
#[cfg(test)]
mod declaring;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod overview;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sweeping;
#[cfg(test)]
mod tokens;
