//! The local stage, and the rule's pattern tried on event files: what the `trailhook` command does,
//! as a library.
//!
//! [`template`] reads `template.yaml`, [`input`] reads events, [`stage`] plays them, [`trail`] makes
//! events of API calls, and [`commands`] puts them together.

pub mod args;
pub mod aws;
pub mod commands;
pub mod deployed;
pub mod input;
pub mod project;
pub mod report;
pub mod screen;
pub mod show;
pub mod stage;
pub mod stored;
pub mod template;
pub mod trail;
mod unfinished;
pub mod validate;
