//! A function with everything that its invocations need, and nothing that changes.

use super::super::backstage::Backstage;
use super::super::metrics::Unit;
use super::super::observer::Observer;
use super::told::{LambdaEvent, LambdaTold};
use crate::template::FunctionResource;
use chrono::Utc;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct Host {
    pub(super) function: FunctionResource,
    pub(super) binary: PathBuf,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) backstage: Backstage,
    pub(super) observer: Observer<LambdaTold>,
}

impl Host {
    pub(super) fn tell(&self, request_id: Option<&str>, what: LambdaEvent) {
        let function = self.function.logical_id.clone();
        self.observer.tell(LambdaTold { at: Utc::now(), function, request_id: request_id.map(str::to_owned), what });
    }

    pub(super) fn count(&self, metric: &str, value: f64) {
        self.backstage.metrics.of_function(&self.function.name, metric, Unit::COUNT, value);
    }

    pub(super) fn count_duration(&self, milliseconds: f64) {
        self.backstage.metrics.of_function(&self.function.name, "Duration", Unit::MILLISECONDS, milliseconds);
    }
}
