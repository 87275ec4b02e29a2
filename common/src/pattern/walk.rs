//! Walking an event along a branch: the matching itself.
//!
//! Arrays are the difficult part. A field holds when *some* leaf at its path fulfils one of
//! its conditions, but all leaves used must agree: no two may come from different elements of
//! one array (values standing directly in an array are free). So at every array of objects one
//! element is chosen, and all fields below must hold in it.
//!
//! `{"exists": false}` holds when no leaf is in sight. Which leaves are in sight follows the
//! engine: it decides fields in the order of their paths, and as soon as an earlier field has
//! taken a leaf from an element, the array's other elements are out of sight. So the first
//! field (in that order) that has any leaf in the array must take one from the element chosen
//! (the parameter `must`), and only fields after it may be absent there while another element
//! has them.
//!
//! Refuses to spend more than [`BUDGET`] steps on one event: then nothing matches. It takes
//! megabytes of nested arrays, or thousands of branches, to get there.

use serde_json::{Map, Value};

use super::compile::{Branch, Field};
use super::record::Record;
use super::sight::{each, is_leaf};
use super::tree::{NodeId, ROOT, Tree};

/// Values looked at before giving up.
pub(super) const BUDGET: u32 = 1 << 25;

/// A walk along one branch.
pub(super) struct Walk<'p, R> {
    tree: &'p Tree,
    fields: &'p [Field],
    budget: &'p mut u32,
    /// The leaves used so far.
    pub(super) record: R,
}

impl<'p, 'e, R: Record<'e>> Walk<'p, R> {
    pub(super) fn new(branch: &'p Branch, fields: &'p [Field], budget: &'p mut u32, record: R) -> Self {
        Self { tree: &branch.tree, fields, budget, record }
    }

    /// Whether the event matches the branch.
    pub(super) fn run(&mut self, event: &'e Value) -> bool {
        event.is_object() && self.value(event, ROOT, None, false) && *self.budget > 0
    }

    /// Whether all fields at and below `node` hold in `value`. The field at `node` itself is
    /// left out when `settled`; `must` may not be absent.
    fn value(&mut self, value: &'e Value, node: NodeId, must: Option<NodeId>, settled: bool) -> bool {
        if *self.budget == 0 {
            return false;
        }
        *self.budget -= 1;
        match value {
            Value::Object(members) => (settled || self.may_lack(node, must)) && self.object(members, node, must),
            Value::Array(items) => self.array(items, node, must, settled),
            leaf => {
                (settled || self.tree.field(node).is_none() || self.take(leaf, node)) && self.lacks_below(node, must)
            }
        }
    }

    fn object(&mut self, members: &'e Map<String, Value>, node: NodeId, must: Option<NodeId>) -> bool {
        let tree = self.tree;
        if tree.deep(node) && members.keys().any(|name| name.contains('.')) {
            return self.dotted(members, node, must);
        }
        tree.children(node).iter().all(|&child| match members.get(tree.name(child)) {
            Some(value) => self.value(value, child, must, false),
            None => self.lacks(child, must),
        })
    }

    fn array(&mut self, items: &'e [Value], node: NodeId, must: Option<NodeId>, settled: bool) -> bool {
        let tree = self.tree;
        let own = tree.field(node).filter(|_| !settled);
        let length = self.record.length();
        let mut leaves = items.iter().filter(|item| is_leaf(item)).peekable();
        let has_leaf = leaves.peek().is_some();
        let taken = own.is_some() && leaves.any(|leaf| self.take(leaf, node));
        if (own.is_none() || taken) && tree.children(node).is_empty() {
            return true;
        }
        if !tree.some_optional(node) {
            return self.any(items, node, None, settled || taken);
        }
        let (nested, lowest) = self.in_sight(items, node);
        let lacking = !has_leaf && !nested && self.may_lack(node, must);
        if own.is_none() || taken || lacking {
            let held = match lowest {
                None => self.lacks_below(node, must),
                // what must be taken and isn't here can't be
                Some(lowest) if self.misses(node, must, lowest) => false,
                Some(lowest) => self.any(items, node, Some(lowest), true),
            };
            if held {
                return true;
            }
        }
        self.record.forget(length);
        own.is_some() && nested && self.any(items, node, Some(node), false)
    }

    /// Whether one element that is itself an object or an array holds all of it.
    fn any(&mut self, items: &'e [Value], node: NodeId, must: Option<NodeId>, settled: bool) -> bool {
        let length = self.record.length();
        items.iter().filter(|item| !is_leaf(item)).any(|item| {
            let held = self.value(item, node, must, settled);
            if !held {
                self.record.forget(length);
            }
            held
        })
    }

    /// What the elements of an array hold: whether a leaf for `node`'s own field, and which of
    /// the fields below comes first in the engine's order.
    fn in_sight(&mut self, items: &'e [Value], node: NodeId) -> (bool, Option<NodeId>) {
        let (mut nested, mut lowest) = (false, None);
        let tree = self.tree;
        for item in items.iter().filter(|item| !is_leaf(item)) {
            each(tree, self.budget, item, node, None, &mut |at, value| {
                if is_leaf(value) && at == node {
                    nested = true;
                } else if is_leaf(value) && lowest.is_none_or(|lowest| tree.rank(at) < tree.rank(lowest)) {
                    lowest = Some(at);
                }
            });
        }
        (nested, lowest)
    }

    /// An object with dots in its names: one name may lead several levels down.
    fn dotted(&mut self, members: &'e Map<String, Value>, node: NodeId, must: Option<NodeId>) -> bool {
        let tree = self.tree;
        let mut reached: Vec<(NodeId, &'e Value)> =
            members.iter().filter_map(|(name, value)| Some((tree.follow(node, name)?, value))).collect();
        reached.sort_by_key(|(at, _)| *at);
        if reached.windows(2).any(|pair| tree.contains(pair[0].0, pair[1].0)) {
            return self.one_by_one(&reached, node, must);
        }
        reached.iter().all(|&(at, value)| self.value(value, at, must, false))
            && self.lacks_between(node, &reached, must)
    }

    /// Whether the fields below `node` that no name leads to may be absent.
    fn lacks_between(&self, node: NodeId, reached: &[(NodeId, &Value)], must: Option<NodeId>) -> bool {
        self.tree.children(node).iter().all(|&child| {
            let mut inside = reached.iter().filter(|(at, _)| self.tree.contains(child, *at)).peekable();
            match inside.peek() {
                None => self.lacks(child, must),
                Some((at, _)) if *at == child => true,
                Some(_) => self.may_lack(child, must) && self.lacks_between(child, reached, must),
            }
        })
    }

    /// The event spells one path in two ways, `{"a": {"b": 1}, "a.b": 2}`. Then every field is
    /// judged for itself, without looking for one element that holds all.
    fn one_by_one(&mut self, reached: &[(NodeId, &'e Value)], node: NodeId, must: Option<NodeId>) -> bool {
        let tree = self.tree;
        let ends = tree.ends();
        ends.into_iter().filter(|end| *end != node && tree.contains(node, *end)).all(|end| {
            let mut leaves = Vec::new();
            for &(at, value) in reached.iter().filter(|(at, _)| tree.contains(*at, end)) {
                each(tree, self.budget, value, at, Some(end), &mut |_, value| {
                    if is_leaf(value) {
                        leaves.push(value);
                    }
                });
            }
            if leaves.is_empty() {
                self.may_lack(end, must)
            } else {
                leaves.into_iter().any(|leaf| self.take(leaf, end))
            }
        })
    }

    /// Whether the leaf fulfils the field at `node`; it is kept if so.
    fn take(&mut self, leaf: &'e Value, node: NodeId) -> bool {
        let Some(field) = self.tree.field(node) else {
            return false;
        };
        let taken = self.fields[field].conditions.iter().any(|condition| condition.matches(leaf));
        if taken {
            self.record.keep(node, leaf);
        }
        taken
    }

    /// Whether the field at `node`, if there is one, may be absent.
    fn may_lack(&self, node: NodeId, must: Option<NodeId>) -> bool {
        self.tree.field(node).is_none_or(|field| self.fields[field].optional && must != Some(node))
    }

    /// Whether all fields at and below `node` may be absent.
    fn lacks(&self, node: NodeId, must: Option<NodeId>) -> bool {
        self.tree.optional(node) && !must.is_some_and(|must| self.tree.contains(node, must))
    }

    fn lacks_below(&self, node: NodeId, must: Option<NodeId>) -> bool {
        self.tree.children(node).iter().all(|&child| self.lacks(child, must))
    }

    /// Whether `must` is a field below `node`, and another one than the lowest in sight.
    fn misses(&self, node: NodeId, must: Option<NodeId>, lowest: NodeId) -> bool {
        must.is_some_and(|must| must != node && must != lowest && self.tree.contains(node, must))
    }
}
