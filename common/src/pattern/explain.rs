//! Which field decided, and why.

use serde::Serialize;
use serde_json::Value;

use super::compile::{Branch, Field};
use super::json::Json;
use super::sight::{each, is_leaf};
use super::tree::{NodeId, ROOT};
use super::walk::{BUDGET, Walk};

/// The answer of [`Pattern::explain`](super::Pattern::explain).
///
/// Printed, it is one sentence about the branch that matched or came closest.
///
/// ```
/// use serde_json::json;
/// use trailhook::pattern::Pattern;
///
/// let pattern = Pattern::parse(r#"{"detail": {"eventName": ["CreateQueue", "TagQueue"]}}"#)?;
/// assert_eq!(
///     pattern.explain(&json!({"detail": {"eventName": "DeleteQueue"}})).to_string(),
///     r#"does not match: detail.eventName is "DeleteQueue", wanted ["CreateQueue","TagQueue"]"#
/// );
/// assert_eq!(
///     pattern.explain(&json!({"detail": {"eventName": "TagQueue"}})).to_string(),
///     r#"matches: detail.eventName is "TagQueue", wanted "TagQueue""#
/// );
/// # Ok::<(), trailhook::pattern::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// What [`Pattern::matches`](super::Pattern::matches) says.
    pub matched: bool,
    /// The branch that matched, or all of them. A pattern without `$or` has one.
    pub branches: Vec<BranchVerdict>,
}

/// What became of one combination of `$or` branches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BranchVerdict {
    /// The branches taken, as paths in the pattern: `detail.$or[1]`. Empty without `$or`.
    pub taken: Vec<String>,
    /// Whether every field held for itself, but no element of an array held all that must be
    /// in one element.
    pub scattered: bool,
    /// Every field of the branch, in the order of the paths.
    pub fields: Vec<FieldVerdict>,
}

/// What became of one field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldVerdict {
    /// The field's path in the event, `detail.eventName`.
    pub path: String,
    /// Whether the field held.
    pub held: bool,
    /// What the pattern wanted: the condition that was met, or all of them as a JSON array.
    pub wanted: String,
    /// What the event holds there.
    pub found: Found,
}

/// What an event holds at a path.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Found {
    /// Nothing at all.
    Absent,
    /// An object, in which conditions see nothing.
    Object,
    /// An empty array, in which conditions see nothing.
    EmptyArray,
    /// One value, or several from an array (the first eight).
    Values(Vec<Value>),
}

impl Explanation {
    /// The fields that decided: all fields of the branch that matched, or the fields that
    /// failed in the branch that came closest.
    pub fn deciding(&self) -> impl Iterator<Item = &FieldVerdict> {
        self.closest()
            .into_iter()
            .flat_map(|branch| branch.fields.iter().filter(|field| self.matched || branch.scattered || !field.held))
    }

    pub(super) fn closest(&self) -> Option<&BranchVerdict> {
        self.branches.iter().min_by_key(|branch| branch.fields.iter().filter(|field| !field.held).count())
    }
}

/// Explains an event: the branch that matched with the leaves it used, or why each failed.
pub(super) fn explain(fields: &[Field], branches: &[Branch], event: &Value) -> Explanation {
    let mut budget = BUDGET;
    for branch in branches {
        let mut walk = Walk::new(branch, fields, &mut budget, Vec::new());
        if walk.run(event) {
            let used = walk.record;
            return Explanation { matched: true, branches: vec![success(fields, branch, event, &used)] };
        }
    }
    let branches = branches.iter().map(|branch| failure(fields, branch, event)).collect();
    Explanation { matched: false, branches }
}

fn success(fields: &[Field], branch: &Branch, event: &Value, used: &[(NodeId, &Value)]) -> BranchVerdict {
    let verdict = |node: NodeId, field: &Field| {
        let leaf = used.iter().rev().find(|(at, _)| *at == node).map(|(_, leaf)| *leaf);
        let condition = match leaf {
            Some(leaf) => field.conditions.iter().position(|condition| condition.matches(leaf)),
            None => None,
        };
        FieldVerdict {
            path: field.path.clone(),
            held: true,
            wanted: condition
                .and_then(|at| field.written.get(at))
                .map_or_else(|| r#"{"exists":false}"#.to_owned(), Json::to_string),
            found: leaf.map_or_else(|| found(branch, event, node), |leaf| Found::Values(vec![leaf.clone()])),
        }
    };
    BranchVerdict { taken: branch.taken.clone(), scattered: false, fields: verdicts(fields, branch, verdict) }
}

fn failure(fields: &[Field], branch: &Branch, event: &Value) -> BranchVerdict {
    let verdict = |node: NodeId, field: &Field| {
        let mut leaves = 0;
        let mut held = false;
        let mut budget = BUDGET;
        each(&branch.tree, &mut budget, event, ROOT, Some(node), &mut |_, value| {
            if is_leaf(value) {
                leaves += 1;
                held = held || field.conditions.iter().any(|condition| condition.matches(value));
            }
        });
        FieldVerdict {
            path: field.path.clone(),
            held: held || (leaves == 0 && field.optional),
            wanted: Json::Array(field.written.clone()).to_string(),
            found: found(branch, event, node),
        }
    };
    let fields = verdicts(fields, branch, verdict);
    let scattered = event.is_object() && fields.iter().all(|field| field.held);
    BranchVerdict { taken: branch.taken.clone(), scattered, fields }
}

fn verdicts(
    fields: &[Field],
    branch: &Branch,
    mut verdict: impl FnMut(NodeId, &Field) -> FieldVerdict,
) -> Vec<FieldVerdict> {
    let ends = branch.tree.ends();
    ends.iter().filter_map(|&node| Some(verdict(node, &fields[branch.tree.field(node)?]))).collect()
}

fn found(branch: &Branch, event: &Value, node: NodeId) -> Found {
    let mut values = Vec::new();
    let mut other = Found::Absent;
    let mut budget = BUDGET;
    each(&branch.tree, &mut budget, event, ROOT, Some(node), &mut |_, value| match value {
        Value::Object(_) => other = Found::Object,
        Value::Array(_) => other = Found::EmptyArray,
        leaf if values.len() < 8 => values.push(leaf.clone()),
        _ => {}
    });
    if values.is_empty() { other } else { Found::Values(values) }
}
