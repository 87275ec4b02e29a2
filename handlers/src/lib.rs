#![doc = include_str!("../README.md")]

mod answer;
pub mod aws;
mod carry_out;
mod configuration;
mod environment;
mod handler;
mod init_error;
mod logs;
mod payload;
pub mod responses;
mod run;

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
