//! The lines that Lambda itself writes into a function's log about an invocation: when it starts, when
//! it did not end well, and what it took. As JSON or as text, as the function's `LogFormat` says; with
//! JSON the end is written only when it was no good one, as at Lambda's default level.
//!
//! Learned from <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>.

use super::failure::Failure;
use crate::template::FunctionResource;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use std::time::Duration;

/// What an invocation took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) duration: Duration,
    /// How long the process took to start, where it was started for this.
    pub(super) start: Option<Duration>,
    pub(super) memory_mb: Option<u64>,
}

pub(super) fn start(function: &FunctionResource, request_id: &str) -> String {
    if is_text(function) {
        return format!("START RequestId: {request_id} Version: $LATEST");
    }
    line("platform.start", json!({ "requestId": request_id, "functionArn": function.arn, "version": "$LATEST" }))
}

pub(super) fn end(
    function: &FunctionResource,
    request_id: &str,
    failure: Option<&Failure>,
    taken: &Taken,
) -> Vec<String> {
    let duration = milliseconds(taken.duration);
    let billed = (taken.duration + taken.start.unwrap_or_default()).as_micros().div_ceil(1000);
    let billed = u64::try_from(billed).unwrap_or(u64::MAX);
    if is_text(function) {
        return text(function, request_id, failure, taken, billed);
    }
    let status = failure.map_or("success", |failure| failure.status);
    let mut metrics = json!({ "durationMs": duration, "billedDurationMs": billed, "memorySizeMB": function.memory_mb });
    if let Some(memory) = taken.memory_mb {
        set(&mut metrics, "maxMemoryUsedMB", json!(memory));
    }
    if let Some(start) = taken.start {
        set(&mut metrics, "initDurationMs", json!(milliseconds(start)));
    }
    let mut report = json!({ "requestId": request_id, "metrics": metrics, "status": status });
    let mut lines = Vec::new();
    if let Some(failure) = failure {
        let error_type = json!(failure.error.error_type);
        let mut done = json!({ "requestId": request_id, "status": status, "metrics": { "durationMs": duration } });
        set(&mut done, "errorType", error_type.clone());
        set(&mut report, "errorType", error_type);
        lines.push(line("platform.runtimeDone", done));
    }
    lines.push(line("platform.report", report));
    lines
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

fn text(
    function: &FunctionResource,
    request_id: &str,
    failure: Option<&Failure>,
    taken: &Taken,
    billed: u64,
) -> Vec<String> {
    let mut report = format!(
        "REPORT RequestId: {request_id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {} MB",
        milliseconds(taken.duration),
        function.memory_mb
    );
    if let Some(memory) = taken.memory_mb {
        report.push_str(&format!("\tMax Memory Used: {memory} MB"));
    }
    if let Some(start) = taken.start {
        report.push_str(&format!("\tInit Duration: {:.2} ms", milliseconds(start)));
    }
    let mut lines = Vec::new();
    // What the function said itself it has written itself.
    if let Some(failure) = failure.filter(|failure| failure.by_lambda) {
        report.push_str(&format!("\tStatus: {}\tError Type: {}", failure.status, failure.error.error_type));
        lines.push(failure.error.error_message.clone());
    }
    lines.push(format!("END RequestId: {request_id}"));
    lines.push(report);
    lines
}

fn is_text(function: &FunctionResource) -> bool {
    !function.log_format.eq_ignore_ascii_case("json")
}

fn line(kind: &str, record: Value) -> String {
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "time": time, "type": kind, "record": record }).to_string()
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::runtime_api::FunctionError;
    use super::*;
    use crate::template::{Deployment, Template};

    fn function(format: &str) -> FunctionResource {
        let template = "Resources: {F: {Type: AWS::Lambda::Function, Metadata: {BuildProperties: {Binary: b}}, \
                        Properties: {FunctionName: f, LoggingConfig: {LogFormat: @}}}}";
        let template = Template::parse(&template.replace('@', format), "t").unwrap();
        template.deploy(Deployment::default()).unwrap().functions().unwrap().remove(0)
    }

    fn failure(status: &'static str) -> Failure {
        let error = FunctionError { error_type: "Sandbox.Timedout".to_owned(), error_message: "late".to_owned() };
        Failure { error, status, by_lambda: true }
    }

    const TAKEN: Taken =
        Taken { duration: Duration::from_micros(2_994), start: Some(Duration::from_millis(12)), memory_mb: Some(9) };

    #[test]
    fn json_lines_are_lambdas() {
        let function = function("JSON");
        let read = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            assert!(line["time"].as_str().unwrap().ends_with('Z'));
            line["time"].take();
            line
        };
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        let record = json!({"requestId": "r", "functionArn": arn, "version": "$LATEST"});
        assert_eq!(read(&start(&function, "r")), json!({"time": null, "type": "platform.start", "record": record}));
        let metrics = json!({
            "durationMs": 2.99, "billedDurationMs": 15, "memorySizeMB": 128, "maxMemoryUsedMB": 9, "initDurationMs": 12.0
        });
        let [report] = end(&function, "r", None, &TAKEN).try_into().unwrap();
        let record = json!({"requestId": "r", "metrics": metrics, "status": "success"});
        assert_eq!(read(&report), json!({"time": null, "type": "platform.report", "record": record}));
        let [done, report] = end(&function, "r", Some(&failure("timeout")), &TAKEN).try_into().unwrap();
        assert_eq!(read(&done)["record"]["errorType"], "Sandbox.Timedout");
        assert_eq!(read(&report)["record"]["status"], "timeout");
    }

    #[test]
    fn text_lines_are_lambdas() {
        let function = function("Text");
        assert_eq!(start(&function, "r"), "START RequestId: r Version: $LATEST");
        let report = "REPORT RequestId: r\tDuration: 2.99 ms\tBilled Duration: 15 ms\tMemory Size: 128 MB\
                      \tMax Memory Used: 9 MB\tInit Duration: 12.00 ms";
        assert_eq!(end(&function, "r", None, &TAKEN), ["END RequestId: r", report]);
        let late = format!("{report}\tStatus: timeout\tError Type: Sandbox.Timedout");
        assert_eq!(end(&function, "r", Some(&failure("timeout")), &TAKEN), ["late", "END RequestId: r", &late]);
    }
}
