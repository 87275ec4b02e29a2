//! The integration tests, one binary: event files in, decisions out.

#![cfg(test)]

mod actors;
mod breaker;
mod bus;
mod bus_retries;
mod calls;
mod cli_function;
mod cli_local;
mod cli_pattern;
mod clients;
mod cloudwatch;
mod decode;
mod end_to_end;
mod failures;
mod faults;
mod functions;
mod guards;
mod house;
mod lambda_limits;
mod lambda_service;
mod ledger;
mod messages;
mod pattern_explain;
mod pattern_hostile;
mod pattern_model;
mod pattern_properties;
mod pattern_quamina;
mod pattern_refused;
mod pattern_table;
mod responses;
mod samples;
mod stage_ends;
mod stage_messages;
mod stage_tables;
mod template;
mod template_roles;
mod trail;
mod trail_delivery;
mod trail_failures;
mod trail_principals;
mod trail_wire;
mod walk_unconfirmed;
