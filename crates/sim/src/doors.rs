//! Doors into the world: HTTP in the providers' real protocols, and `/_sim` for
//! whoever runs the simulation.
//!
//! Two listeners: one address serves every AWS service, account and region, the
//! other Octopus Deploy; `/_sim/…` is behind both. Before each request the world
//! is played up to the moment that its clock shows. Start reading at [`serve`].

mod aws;
mod control;
mod earlier;
mod hold;
mod line;
mod octopus;
mod origin;
pub mod serve;
mod sim;
mod strike;
mod tamper;

/// Every action of AWS that is served, with the service as signatures name it.
pub(crate) fn actions() -> Vec<(&'static str, &'static str)> {
    aws::actions()
}
