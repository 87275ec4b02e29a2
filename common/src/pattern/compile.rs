//! From JSON to branches: `$or` multiplied out, nested names joined by dots.
//!
//! A pattern becomes a list of branches, each a map from path to conditions; the pattern
//! matches when one branch does. Members are read in the order they are written, and a path
//! written again replaces what was there. That is how EventBridge's engine reads, and it has
//! two consequences worth knowing: of two equal paths the later one counts (also when one is
//! spelled with dots), and a field inside `$or` that stands outside as well is not "both" but
//! whichever comes later.

use std::collections::HashMap;

use super::complexity::too_complex;
use super::condition::Condition;
use super::error::{PatternError, Reason};
use super::json::Json;
use super::tree::Tree;
use super::wildcard::Wildcard;

/// The documented limit of combinations of `$or` branches.
const MAX_COMBINATIONS: usize = 1_000;
/// The engine's limit of fields in one combination.
const MAX_FIELDS: usize = 256;
/// The most bytes that all paths of all combinations may have together. Ours, not the
/// engine's: it keeps a pattern of 4,096 characters from taking a hundred megabytes.
const MAX_EXPANDED: usize = 8_000_000;

/// Names that can't be fields inside `$or`: operators, comparisons, and operators to come.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// A field of the pattern: where it stands, and what it may hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// Names joined by dots, `$or` left out.
    pub(super) path: String,
    pub(super) conditions: Vec<Condition>,
    /// Whether `{"exists": false}` is among the conditions.
    pub(super) optional: bool,
    /// The array as it was written, for explanations.
    pub(super) written: Vec<Json>,
}

/// One combination of `$or` branches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// Which branches were taken, `$or[1]` and so on; empty without `$or`.
    pub(super) taken: Vec<String>,
    /// The branch's fields, as a tree to walk along the event.
    pub(super) tree: Tree,
}

/// Reads a whole pattern.
pub(super) fn compile(json: &Json) -> Result<(Vec<Field>, Vec<Branch>), PatternError> {
    let Json::Object(members) = json else {
        return Err(PatternError::new("", Reason::NotAnObject));
    };
    let mut combinations = 1;
    count(members, "", &mut combinations)?;
    let mut compiler = Compiler::default();
    let mut drafts = vec![Draft::default()];
    compiler.object(&mut drafts, members, &Place::default())?;
    let Compiler { fields, .. } = compiler;
    let chosen = drafts.iter().flat_map(|draft| &draft.fields);
    if chosen.map(|field| fields[*field].path.len()).sum::<usize>() > MAX_EXPANDED {
        return Err(PatternError::new("", Reason::TooLarge));
    }
    let branches = drafts
        .into_iter()
        .map(|draft| Branch { tree: Tree::new(&fields, &draft.fields), taken: draft.taken })
        .collect();
    Ok((fields, branches))
}

/// A branch being built: fields by index, one for each path.
#[derive(Debug, Clone, Default)]
struct Draft {
    taken: Vec<String>,
    fields: Vec<usize>,
}

#[derive(Default)]
struct Compiler {
    fields: Vec<Field>,
    /// For each field the first field with the same path, so that paths compare as numbers.
    same: Vec<usize>,
    first: HashMap<String, usize>,
}

/// Where the reader stands: in the event (`names`) and in the pattern (`path`).
#[derive(Debug, Clone, Default)]
struct Place {
    names: String,
    path: String,
    inside_or: bool,
}

impl Place {
    fn member(&self, name: &str) -> Self {
        Self { names: join(&self.names, name), path: join(&self.path, name), ..*self }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Compiler {
    fn object(
        &mut self,
        drafts: &mut Vec<Draft>,
        members: &[(String, Json)],
        place: &Place,
    ) -> Result<(), PatternError> {
        if members.is_empty() {
            return Err(PatternError::new(&place.path, Reason::EmptyObject));
        }
        for (name, member) in members {
            let at = place.member(name);
            if name == "$or" {
                self.or(drafts, member, place, &at.path)?;
                continue;
            }
            if place.inside_or && RESERVED.contains(&name.as_str()) {
                return Err(PatternError::new(at.path, Reason::OrReserved { name: name.clone() }));
            }
            match member {
                Json::Object(members) => self.object(drafts, members, &at)?,
                Json::Array(items) => {
                    let field = self.field(items, &at)?;
                    for draft in drafts.iter_mut() {
                        draft.fields.retain(|old| self.same[*old] != self.same[field]);
                        draft.fields.push(field);
                    }
                    if drafts.iter().any(|draft| draft.fields.len() > MAX_FIELDS) {
                        let reason = Reason::TooManyFields { limit: MAX_FIELDS };
                        return Err(PatternError::new(at.path, reason));
                    }
                }
                _ => {
                    return Err(PatternError::new(at.path, Reason::NotAList { field: name.clone() }));
                }
            }
        }
        Ok(())
    }

    fn or(&mut self, drafts: &mut Vec<Draft>, json: &Json, place: &Place, path: &str) -> Result<(), PatternError> {
        let Json::Array(alternatives) = json else {
            return Err(PatternError::new(path, Reason::OrNotAnArray));
        };
        let so_far = std::mem::take(drafts);
        for (index, alternative) in alternatives.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Json::Object(members) = alternative else {
                return Err(PatternError::new(path, Reason::OrNotAnObject));
            };
            let mut taken = so_far.clone();
            for draft in &mut taken {
                draft.taken.push(path.clone());
            }
            let place = Place { names: place.names.clone(), path, inside_or: true };
            self.object(&mut taken, members, &place)?;
            drafts.append(&mut taken);
        }
        if alternatives.len() < 2 {
            return Err(PatternError::new(path, Reason::OrTooFew));
        }
        Ok(())
    }

    fn field(&mut self, items: &[Json], at: &Place) -> Result<usize, PatternError> {
        if items.is_empty() {
            return Err(PatternError::new(&at.path, Reason::EmptyArray));
        }
        let conditions = items
            .iter()
            .enumerate()
            .map(|(index, item)| Condition::parse(item, &format!("{}[{index}]", at.path)))
            .collect::<Result<Vec<_>, _>>()?;
        let wildcards: Vec<&[Wildcard]> = conditions.iter().map(Condition::wildcards).collect();
        if too_complex(&wildcards) {
            return Err(PatternError::new(&at.path, Reason::TooComplex));
        }
        let index = self.fields.len();
        self.same.push(*self.first.entry(at.names.clone()).or_insert(index));
        self.fields.push(Field {
            path: at.names.clone(),
            optional: conditions.contains(&Condition::Absent),
            conditions,
            written: items.to_vec(),
        });
        Ok(index)
    }
}

/// Multiplies the lengths of all `$or` arrays, which is how AWS says it counts.
fn count(members: &[(String, Json)], path: &str, product: &mut usize) -> Result<(), PatternError> {
    for (name, member) in members {
        let path = join(path, name);
        match member {
            Json::Object(members) => count(members, &path, product)?,
            Json::Array(alternatives) if name == "$or" => {
                *product = product.saturating_mul(alternatives.len().max(1));
                if *product > MAX_COMBINATIONS {
                    let reason = Reason::TooManyCombinations { limit: MAX_COMBINATIONS };
                    return Err(PatternError::new(path, reason));
                }
                for (index, alternative) in alternatives.iter().enumerate() {
                    if let Json::Object(members) = alternative {
                        count(members, &format!("{path}[{index}]"), product)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
