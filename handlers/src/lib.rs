#![doc = include_str!("../README.md")]

mod attempt;
pub mod aws;
mod breaker;
mod carry_out;
mod configuration;
mod environment;
mod function;
mod handler;
mod init_error;
mod ledger;
mod logs;
mod payload;
pub mod responses;
mod run;
mod step;
mod trouble;

pub use aws::Later;
pub use configuration::Configuration;
pub use environment::{Environment, Problem};
pub use handler::{ApplyError, Handler};
pub use run::{Start, run};

/// The documents whose examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/adding-a-response.md")]
struct AddingAResponse;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
