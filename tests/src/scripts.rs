//! Functions in Python, for what the real binaries never do: fail, die, sleep.

use std::io::{Error, Result, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// So that no two are written to the same place.
static WRITTEN: AtomicU32 = AtomicU32::new(0);

/// A function in Python: asks for invocations, and does with each what `body` says. It knows
/// `payload`, `request` (the request id) and `count` (which invocation of this process it is), and
/// can `post(path, body)`, `answer(body)` and `fail(type, message)`.
pub fn function(folder: &str, name: &str, body: &str) -> Result<PathBuf> {
    let folder = crate::root().join("target/tests").join(folder);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    let text = format!(
        r#"#!/usr/bin/env python3
import json, os, sys, time, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(base + path, data=body, method="POST")).read()
def answer(body):
    post(f"invocation/{{request}}/response", body)
def fail(kind, message):
    post(f"invocation/{{request}}/error", json.dumps({{"errorType": kind, "errorMessage": message}}).encode())
print("started", sorted(os.environ).count("HOME"), flush=True)
count = 0
while True:
    next = urllib.request.urlopen(base + "invocation/next")
    request, payload, count = next.headers["lambda-runtime-aws-request-id"], next.read(), count + 1
    print("got", payload.decode(), flush=True)
{body}
"#
    );
    // A shell writes it: were it open for writing here, a child that another thread has just started
    // would have it open too, and it could not be run. Aside, so that nobody runs half of it.
    let aside = folder.join(format!("{name}.{}", WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"cat > "$0" && chmod 755 "$0" && mv "$0" "$1""#]).arg(&aside).arg(&path);
    let mut shell = shell.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = shell.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if !shell.wait()?.success() {
        return Err(Error::other(format!("{} could not be written", path.display())));
    }
    Ok(path)
}
