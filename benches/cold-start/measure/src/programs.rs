//! The programs that are measured, and what they are given.

use crate::Result;
use crate::built::Built;
use crate::seen::Seen;
use chrono::{SecondsFormat, Utc};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it is called in the table.
    pub name: String,
    /// The words that start it.
    pub command: Vec<PathBuf>,
    /// Its environment.
    pub variables: Vec<(String, String)>,
    /// Variables that name a file with certificates, and which.
    pub certificates: Vec<(&'static str, &'static str)>,
    /// What is deployed of it, where that is one file.
    pub binary: Option<PathBuf>,
    /// Whether it takes so long to start that a few times are enough.
    pub is_slow: bool,
    /// So many calls it makes for each event.
    pub calls: usize,
    /// What its answers are told by: a place in the JSON, and what has to be there; `None` stands for anything.
    pub answer: (&'static str, Option<&'static str>),
}

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

/// The functions as the template deploys them, in a dry run, each with the calls that it makes for the event.
pub const FUNCTIONS: [(&str, usize); 4] = [("tag-new-queue", 2), ("notify", 0), ("revert", 2), ("snapshot", 0)];

/// All of them, those to compare with first.
pub fn all(built: &Built) -> Vec<Program> {
    let mut all = vec![
        Program { calls: 0, answer: ("/detail/eventName", Some("CreateQueue")), ..program("bare", &built.bare, &[]) },
        program("SDK defaults", &built.defaults, &[("SSL_CERT_FILE", "system.pem")]),
    ];
    all.extend(FUNCTIONS.map(|(name, calls)| function(name, calls, &built.functions.join(name))));
    for (name, command, variable) in [
        ("boto3", &built.boto3, ("AWS_CA_BUNDLE", "system.pem")),
        ("SDK for JavaScript", &built.javascript, ("NODE_EXTRA_CA_CERTS", "authority.pem")),
    ] {
        if let Some(command) = command {
            let program = program(name, Path::new(""), &[variable]);
            all.push(Program { command: command.clone(), binary: None, is_slow: true, ..program });
        }
    }
    all
}

/// One of ours. It carries Amazon's roots; here it reads them from a file, with that of our own authority.
pub fn function(name: &str, calls: usize, binary: &Path) -> Program {
    let mut program = program(name, binary, &[("AWS_CA_BUNDLE", "few.pem"), ("SSL_CERT_FILE", "system.pem")]);
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:trailhook");
    let own = [
        ("TRAILHOOK_ACCOUNT_ID", ACCOUNT),
        ("TRAILHOOK_ROLE_PATH", "/trailhook/"),
        ("TRAILHOOK_TABLE", "trailhook"),
        ("TRAILHOOK_MODE", "dry-run"),
    ];
    let own = own.into_iter().chain((name != "tag-new-queue").then_some(("TRAILHOOK_TOPIC_ARN", topic.as_str())));
    program.variables.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Program { calls, answer: ("/outcome", Some("dry-run")), ..program }
}

impl Program {
    /// What it did not do of its work for so many events: whoever no longer does it is cheap, and nothing to measure.
    pub fn undone(&self, seen: &Seen, events: usize) -> Vec<String> {
        let mut undone = seen.wrong.clone();
        if seen.answered.len() != events {
            undone.push(format!("{} of {events} events answered", seen.answered.len()));
        }
        if seen.calls != self.calls * seen.answered.len() {
            undone.push(format!("{} calls, and not {} for each event", seen.calls, self.calls));
        }
        let (place, text) = self.answer;
        let is_answer = |said: &str| {
            let json: Value = serde_json::from_str(said).unwrap_or_default();
            json.pointer(place).is_some_and(|found| text.is_none_or(|text| found == text))
        };
        let other = seen.answered.iter().map(|(_, said)| said).find(|said| !is_answer(said));
        undone.extend(other.map(|said| format!("not the answer of one who does its work: {said}")));
        undone
    }
}

fn program(name: &str, binary: &Path, certificates: &[(&'static str, &'static str)]) -> Program {
    let path = std::env::var("PATH").unwrap_or_default();
    let variables = [
        ("PATH", path.as_str()),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_SESSION_TOKEN", "testing"),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ];
    Program {
        name: name.to_owned(),
        command: vec![binary.to_owned()],
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        certificates: certificates.to_vec(),
        binary: Some(binary.to_owned()),
        is_slow: false,
        calls: 2,
        answer: ("/nanosecondsOfCalls", None),
    }
}

/// A queue is made, a moment ago; as small as EventBridge writes it.
pub fn event() -> Result<Vec<u8>> {
    let text = include_str!("../../../../events/sqs/CreateQueue.success.json");
    let mut event: Value = serde_json::from_str(text)?;
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    for place in ["/time", "/detail/eventTime"] {
        *event.pointer_mut(place).ok_or("the event has no time")? = now.clone().into();
    }
    Ok(serde_json::to_vec(&event)?)
}

/// The certificates that this system trusts, as PEM: what the SDK reads when it isn't told.
pub fn system_roots() -> Result<String> {
    const PLACES: [&str; 3] =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    let place = PLACES.iter().map(Path::new).find(|place| place.is_file());
    Ok(std::fs::read_to_string(place.ok_or("this system has no list of trusted certificates")?)?)
}

/// The roots that the functions carry, as PEM.
pub fn amazons_roots() -> Result<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../handlers/src/aws/https/amazon.pem");
    std::fs::read_to_string(&place).map_err(|error| format!("{}: {error}", place.display()).into())
}
