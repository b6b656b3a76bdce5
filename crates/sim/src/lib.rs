//! The simulated world: AWS and Octopus Deploy in memory.
//!
//! One [`World`] is the truth, in the providers' own vocabulary. Around it stand
//! doors: HTTP in the real wire protocols (`doors`), so that real SDKs and real
//! scripts can talk to it, and port doors for fast tests. The world has a clock
//! of its own that can run fast or be stepped, and a seed: the same calls at the
//! same moments give the same world.
//!
//! The simulator knows nothing of Bennu: it simulates the providers. Only its
//! port doors and the in-memory ledger, which stand in for Bennu's adapters in
//! tests, know Bennu's `model` and `ports`.
//!
//! Start reading at [`world`].

pub mod clock;
pub mod faults;
pub mod parameters;
pub mod world;

pub use world::World;
