//! The house's own rules, so that nobody has to remember them.

use std::path::{Path, PathBuf};
use trailhook_tests::root;

fn sources(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

pub(crate) fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// The lines of `[dependencies]` and below, up to the next table.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = read(root().join(manifest));
    let table = text.split("[dependencies]").nth(1).unwrap();
    let table = table.split("\n[").next().unwrap();
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap().to_owned();
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(name).collect()
}

#[test]
fn the_pure_half_has_no_clock_no_environment_and_no_network() {
    let allowed = [
        "aws_lambda_events",
        "chrono",
        "memchr",
        "minijinja",
        "serde",
        "serde_json",
        "serde_path_to_error",
        "thiserror",
        "unicode-general-category",
    ];
    for name in dependencies("common/Cargo.toml") {
        assert!(allowed.contains(&name.as_str()), "common may not depend on {name}");
    }
    for path in sources("common/src") {
        let text = read(&path);
        // Examples and tests may look at the clock.
        let code: String = text
            .split("#[cfg(test)]")
            .next()
            .unwrap()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        for wrong in ["std::env", "Utc::now", "SystemTime", "Instant::now", "std::fs", "TcpStream", "std::process"] {
            assert!(!code.contains(wrong), "{} uses {wrong}", path.display());
        }
    }
}

#[test]
fn rooms_are_small() {
    let mut sizes = Vec::new();
    for folder in ["common/src", "handlers/src", "cli/src", "tests", "fuzz/src", "fuzz/fuzz_targets"] {
        for path in sources(folder) {
            let lines = read(&path).lines().count();
            assert!(lines <= 300, "{} has {lines} lines: split it", path.display());
            sizes.push(lines);
        }
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= 150, "the median file has {median} lines");
}

#[test]
fn nothing_is_left_unfinished_and_every_lint_is_inherited() {
    for folder in ["common", "handlers", "cli", "tests"] {
        for path in sources(folder) {
            if path.ends_with("house.rs") {
                continue;
            }
            let text = read(&path);
            for mark in ["TODO", "FIXME", "XXX", "#[ignore", "todo!(", "unimplemented!("] {
                assert!(!text.contains(mark), "{} has {mark}", path.display());
            }
        }
        let manifest = read(root().join(folder).join("Cargo.toml"));
        assert!(
            manifest.contains("[lints]\nworkspace = true") || manifest.contains("unsafe_code = \"forbid\""),
            "{folder}"
        );
    }
}

#[test]
fn the_changelog_and_the_toolchain_are_told_once() {
    let workspace = read(root().join("Cargo.toml"));
    let version = workspace.split("version = \"").nth(1).unwrap().split('"').next().unwrap();
    let rust = workspace.split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    let changelog = read(root().join("CHANGELOG.md"));
    assert!(changelog.contains("## [Unreleased]") || changelog.contains(&format!("## [{version}]")));
    let readme = read(root().join("README.md"));
    assert!(readme.contains(&format!("Rust {rust}")), "the README does not name Rust {rust}");
}

/// Every invariant in ARCHITECTURE.md names the test that holds it, and the test is there.
#[test]
fn every_invariant_names_a_test_that_exists() {
    let text = read(root().join("ARCHITECTURE.md"));
    let mut code = String::new();
    for folder in ["common/src", "handlers/src", "cli/src", "tests/it"] {
        sources(folder).iter().for_each(|path| code.push_str(&read(path)));
    }
    let mut invariants = 0;
    for paragraph in text.split("\n\n").filter(|paragraph| paragraph.contains("**Invariant")) {
        let held = paragraph.split("Held by").nth(1).unwrap_or_else(|| panic!("no test holds: {paragraph}"));
        let tests: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test holds: {paragraph}");
        for test in tests {
            let there = if test.starts_with('.') {
                root().join(test).is_file()
            } else {
                code.contains(&format!("fn {}(", test.rsplit("::").next().unwrap())) || code.contains(test)
            };
            assert!(there, "{test}, which ARCHITECTURE.md names, is not there");
        }
        invariants += 1;
    }
    assert!(invariants >= 8, "only {invariants} invariants");
}

/// The page says how much a call and a response are; that the example compiles is a test of its own.
#[test]
fn the_example_is_as_long_as_the_page_says() {
    let page = read(root().join("docs/adding-a-response.md"));
    let code = page.split("```rust,no_run\n").nth(1).unwrap().split("```").next().unwrap();
    let (_, call) = code.split_once("/// The call:").unwrap();
    let (call, response) = call.split_once("/// The response.").unwrap();
    // The two halves begin in the middle of their first lines.
    let lines = |half: &str| half.lines().skip(1).filter(|line| !line.trim().is_empty()).count() + 1;
    let told = format!("{} lines for the call and {} for the response", lines(call), lines(response));
    assert!(page.contains(&told), "it is {told}");
}
