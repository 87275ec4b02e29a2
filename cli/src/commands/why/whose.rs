//! Whose a decision line is: functions may share a log group.
//!
//! In a log group that is not the function's own, Lambda names a stream after its function:
//! `2026/11/02/notify[$LATEST]0123…`. In the one that it makes itself it need not, for the group has the name. What is in neither
//! was brought there by somebody else, and is told apart by its service where the functions' settings say one.

use super::facts::{Decision, Gap, Looked, Other};
use crate::aws::LogLine;
use serde_json::Value;

/// Gives the decisions about an event in a log group to the functions that write there; those of others.
pub(super) fn attribute(functions: &mut [Looked], group: &str, lines: &[LogLine], event_id: &str) -> Vec<Other> {
    let mut others = Vec::new();
    for function in functions.iter_mut().filter(|function| function.log_group == group) {
        function.gap = None;
    }
    for line in lines {
        let Some(decision) = Decision::of_line(&line.said, event_id) else { continue };
        match whose(functions, group, line) {
            Ok(function) => function.decisions.push(decision),
            Err(function) => others.push(Other { function, log_group: group.to_owned(), decision }),
        }
    }
    let is_anybodys = others.iter().any(|other| other.function.is_none());
    for function in functions.iter_mut().filter(|function| function.log_group == group) {
        function.decisions.sort_by_key(|decision| decision.at);
        if is_anybodys && function.decisions.is_empty() {
            function.gap = Some(Gap::Shared);
        }
    }
    others
}

/// The function that wrote a line; otherwise the name of another one, where the line has it.
fn whose<'a>(functions: &'a mut [Looked], group: &str, line: &LogLine) -> Result<&'a mut Looked, Option<String>> {
    let of_stream = of_stream(&line.stream);
    let name = match of_stream {
        Some("") => group.strip_prefix("/aws/lambda/"),
        name => name,
    };
    let mut here: Vec<&mut Looked> = functions.iter_mut().filter(|function| function.log_group == group).collect();
    if let Some(at) = here.iter().position(|function| Some(function.name()) == name) {
        return Ok(here.swap_remove(at));
    }
    // A stream that names a function is that one's.
    if let Some(other) = of_stream.filter(|name| !name.is_empty()) {
        return Err(Some(other.to_owned()));
    }
    if here.len() > 1 {
        let service = line.said.get("service").and_then(Value::as_str);
        here.retain(|function| function.service.is_some() && function.service.as_deref() == service);
    }
    match here.pop() {
        Some(function) if here.is_empty() => Ok(function),
        _ => Err(None),
    }
}

/// The function in a stream's name: empty where Lambda names none, `None` where the name is not of Lambda's making.
fn of_stream(stream: &str) -> Option<&str> {
    let mut parts = stream.splitn(4, '/');
    let is_number = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = [4, 2, 2].into_iter().all(|length| parts.next().is_some_and(|part| is_number(part, length)));
    let (name, _) = parts.next().filter(|_| is_date)?.split_once('[')?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SHARED: &str = "/trailhook/shared";

    fn function(name: &str, group: &str, service: Option<&str>) -> Looked {
        Looked {
            called: name.to_owned(),
            arn: format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}"),
            log_group: group.to_owned(),
            service: service.map(str::to_owned),
            ..Looked::default()
        }
    }

    fn line(stream: &str, service: &str) -> LogLine {
        let report = json!({"response": "notify", "outcome": "acted", "event": {"eventId": "e-1"}});
        let said = json!({"target": "trailhook::decision", "service": service, "report": report});
        LogLine { stream: stream.to_owned(), said }
    }

    /// Whose it is among two functions of a shared group.
    fn among(services: [Option<&str>; 2], group: &str, line: LogLine) -> (Vec<usize>, Option<Option<String>>) {
        let mut both = [function("notify", group, services[0]), function("revert", group, services[1])];
        let mut others = attribute(&mut both, group, &[line], "e-1");
        let counts = both.iter().map(|function| function.decisions.len()).collect();
        assert_eq!(
            both.iter().filter(|function| function.gap == Some(Gap::Shared)).count(),
            if others.iter().any(|other| other.function.is_none()) { 2 } else { 0 }
        );
        (counts, others.pop().map(|other| other.function))
    }

    #[test]
    fn a_line_in_a_shared_group_is_its_streams_functions() {
        let guid = "0123456789abcdef0123456789abcdef";
        let named = |name: &str| line(&format!("2026/11/02/{name}[$LATEST]{guid}"), "notify");
        assert_eq!(among([None, None], SHARED, named("notify")), (vec![1, 0], None));
        assert_eq!(among([None, None], SHARED, named("revert")), (vec![0, 1], None));
        // A name that only begins so is another's; so is one that the service would give away.
        let other = Some(Some("notify-2".to_owned()));
        assert_eq!(among([Some("notify"), None], SHARED, named("notify-2")), (vec![0, 0], other));
        // A group that has the name of one, and another writes there too.
        let nameless = line(&format!("2026/11/02/[$LATEST]{guid}"), "notify");
        assert_eq!(among([None, None], "/aws/lambda/revert", nameless.clone()), (vec![0, 1], None));
        assert_eq!(among([None, None], SHARED, nameless), (vec![0, 0], Some(None)));
    }

    #[test]
    fn a_line_that_was_brought_there_is_told_apart_by_its_service_or_not_at_all() {
        assert_eq!(among([Some("a"), Some("b")], SHARED, line("agent", "b")), (vec![0, 1], None));
        assert_eq!(among([Some("a"), Some("a")], SHARED, line("agent", "a")), (vec![0, 0], Some(None)));
        assert_eq!(among([None, None], SHARED, line("agent", "notify")), (vec![0, 0], Some(None)));
        let mut one = [function("notify", SHARED, None)];
        assert_eq!(attribute(&mut one, SHARED, &[line("agent", "x")], "e-1"), []);
        assert_eq!((one[0].decisions.len(), &one[0].gap), (1, &None));
    }
}
