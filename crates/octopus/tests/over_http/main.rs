//! The client over HTTP: against the simulated server, and against prepared replies.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bench;
mod case;
mod documents;
mod hostile;
mod refusals;
mod settings;
mod simulator;
mod software;
mod software_documents;
mod stage;
mod stub;
mod variables;
mod variables_document;
