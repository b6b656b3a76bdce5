//! The store on a real Postgres: a throw-away cluster for all tests, a database for each.

#[cfg(test)]
mod attempts;
#[cfg(test)]
mod claiming;
#[cfg(test)]
mod declaring;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sweeping;
