//! Everything an event holds where fields of a pattern end, whatever the conditions say.

use serde_json::Value;

use super::tree::{NodeId, Tree};

/// Whether the value is neither an array nor an object.
pub(super) fn is_leaf(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// Calls `found` for everything that stands where a field at or below `node` ends (only at
/// `target` if given): leaves, also those in arrays, objects, and empty arrays.
pub(super) fn each<'e>(
    tree: &Tree,
    budget: &mut u32,
    value: &'e Value,
    node: NodeId,
    target: Option<NodeId>,
    found: &mut dyn FnMut(NodeId, &'e Value),
) {
    if *budget == 0 {
        return;
    }
    *budget -= 1;
    let wanted = |at: NodeId| target.is_none_or(|target| tree.contains(at, target));
    if let Value::Array(items) = value
        && !items.is_empty()
    {
        for item in items {
            each(tree, budget, item, node, target, found);
        }
        return;
    }
    if tree.field(node).is_some() && target.is_none_or(|target| target == node) {
        found(node, value);
    }
    let Value::Object(members) = value else {
        return;
    };
    for &child in tree.children(node).iter().filter(|child| wanted(**child)) {
        if let Some(value) = members.get(tree.name(child)) {
            each(tree, budget, value, child, target, found);
        }
    }
    if tree.deep(node) {
        for (name, value) in members.iter().filter(|(name, _)| name.contains('.')) {
            if let Some(at) = tree.follow(node, name).filter(|at| wanted(*at)) {
                each(tree, budget, value, at, target, found);
            }
        }
    }
}
