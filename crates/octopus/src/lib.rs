//! octopus
