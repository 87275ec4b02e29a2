//! One start of one program, to its last answer.

use crate::Result;
use crate::certificate;
use crate::programs::Program;
use crate::runtime_api::{self, Events};
use crate::seen::Shared;
use crate::{aws, programs};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Nothing takes as long as this, under valgrind neither.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What the program that runs now has said.
const SAID: &str = "said";

/// Where programs are run: a folder of its own, and the certificates in it.
#[derive(Debug)]
pub struct Place {
    folder: tempfile::TempDir,
    tls: std::sync::Arc<rustls::ServerConfig>,
}

/// What a run took.
#[derive(Clone, Debug, Default)]
pub struct Took {
    /// From exec to the first poll.
    pub first_poll: Duration,
    /// From exec to the first answer of AWS to a signed call, where there was one.
    pub first_call: Option<Duration>,
    /// From exec to the first answer of the function, where there was an event.
    pub first_answer: Option<Duration>,
    /// From handing out an event to its answer, of all but the first.
    pub warm: Vec<Duration>,
    /// How long a program says that its calls took, of all but the first.
    pub calls: Vec<Duration>,
    /// The most memory that it ever had resident, in bytes.
    pub memory: u64,
}

impl Place {
    /// Makes one.
    pub fn new() -> Result<Place> {
        let folder = tempfile::tempdir()?;
        let (authority, tls) = certificate::made()?;
        std::fs::write(folder.path().join("authority.pem"), &authority)?;
        std::fs::write(folder.path().join("system.pem"), format!("{}\n{authority}", programs::system_roots()?))?;
        std::fs::write(folder.path().join("few.pem"), format!("{}\n{authority}", programs::amazons_roots()?))?;
        Ok(Place { folder, tls })
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the last program said.
    pub fn said(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.file(SAID))?)
    }

    /// Runs a program with so many events, and says what that took.
    pub async fn run(&self, program: &Program, events: usize) -> Result<Took> {
        let seen = Shared::default();
        let mut command = self.command(program, &program.command, (events, false), &seen).await?;
        let begun = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.name))?;
        let over = tokio::select! {
            () = seen.over.notified() => Ok(()),
            status = child.wait() => Err(format!("it ended with {}", status?)),
            () = tokio::time::sleep(PATIENCE) => Err(format!("it is not done after {PATIENCE:?}")),
        };
        let memory = child.id().and_then(resident);
        // It may have ended by itself.
        drop(child.start_kill());
        child.wait().await?;
        let seen = std::mem::take(&mut *seen.lock());
        let wrong: Vec<String> = over.err().into_iter().chain(program.undone(&seen, events)).collect();
        if wrong.is_empty() {
            return took(begun, &seen, memory).ok_or_else(|| format!("{} did not poll", program.name).into());
        }
        Err(format!("{}: {}\n{}", program.name, wrong.join("; "), self.said()?).into())
    }

    /// A command with the servers that it needs behind it: so many events, of a moment ago, and whether it ends then.
    pub async fn command(
        &self,
        program: &Program,
        words: &[PathBuf],
        (times, ends): (usize, bool),
        seen: &Shared,
    ) -> Result<Command> {
        let events = Events { event: programs::event()?.into(), times, ends };
        let runtime_api = runtime_api::start(events, seen.clone()).await?;
        let aws = aws::start(self.tls.clone(), seen.clone()).await?;
        let (name, arguments) = words.split_first().ok_or("there is no program")?;
        let mut command = Command::new(name);
        command.args(arguments).env_clear().envs(program.variables.iter().cloned());
        for (variable, file) in &program.certificates {
            command.env(variable, self.file(file));
        }
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{runtime_api}"));
        command.env("AWS_ENDPOINT_URL", format!("https://localhost:{aws}"));
        let said = std::fs::File::create(self.file(SAID))?;
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).kill_on_drop(true);
        Ok(command)
    }
}

fn took(begun: Instant, seen: &crate::seen::Seen, memory: Option<u64>) -> Option<Took> {
    let since = |moment: Instant| moment.duration_since(begun);
    let pairs = seen.handed.iter().zip(&seen.answered).skip(1);
    let told = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        json.get("nanosecondsOfCalls")?.as_u64().map(Duration::from_nanos)
    };
    Some(Took {
        first_poll: since(seen.first_poll?),
        first_call: seen.first_call.map(since),
        first_answer: seen.answered.first().map(|(moment, _)| since(*moment)),
        warm: pairs.map(|(handed, (answered, _))| answered.duration_since(*handed)).collect(),
        calls: seen.answered.iter().skip(1).filter_map(|(_, text)| told(text)).collect(),
        memory: memory?,
    })
}

/// The most memory that a process ever had resident, in bytes.
fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
