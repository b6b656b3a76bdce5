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
//! Start reading at [`world`]; AWS at one place is a [`region`].
//!
//! - [`world`], [`clock`], [`schedule`], [`faults`], [`parameters`], [`chance`]: time, and what can be set
//! - [`cloudformation`], [`autoscaling`], [`ec2`], over [`compute`]: a region's services
//! - [`sqs`], [`events`]: a region's queues, and the rules that fill them
//! - [`bootstrap`]: what instances do when they boot; [`history`]: who served, and when;
//!   [`trace`]: what happened, line by line
//! - [`s3`], [`secrets`], [`ssm`], [`sts`], [`octopus`]: the services beside the regions
//! - [`doors`], [`ports`]: the ways in
//! - [`witness`]: everything that the simulator claims to offer, and what a world has shown of it

pub mod autoscaling;
pub mod aws_error;
pub mod bootstrap;
pub mod chance;
pub mod clock;
pub mod cloudformation;
pub mod compute;
pub mod doors;
pub mod ec2;
pub mod events;
pub mod faults;
pub mod history;
pub mod ledger;
pub mod octopus;
mod paging;
pub mod parameters;
pub mod ports;
pub mod region;
pub mod s3;
pub mod schedule;
pub mod secrets;
pub mod sqs;
pub mod ssm;
pub mod sts;
pub mod trace;
pub mod witness;
mod words;
pub mod world;

pub use world::World;
