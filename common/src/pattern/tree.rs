//! The fields of one branch as a tree of names, to be walked along an event.
//!
//! Nodes stand in preorder, so that a node's subtree is a range and "is this field below that
//! node" is one comparison. Paths are split at every dot, whether the pattern nested or joined.

use std::cmp::Ordering;

use super::compile::Field;

/// A name in the tree; its number is its place in preorder.
pub(super) type NodeId = usize;

/// The root: the event itself.
pub(super) const ROOT: NodeId = 0;

/// All names of a branch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
struct Node {
    name: Box<str>,
    children: Vec<NodeId>,
    /// The field that ends here, if one does.
    field: Option<usize>,
    /// Where the field stands among the branch's fields in the engine's order.
    rank: usize,
    /// One past the last node of the subtree.
    end: NodeId,
    /// Whether every field in the subtree may be absent.
    optional: bool,
    /// Whether some field in the subtree may be absent.
    some_optional: bool,
    /// Whether names follow the children's names.
    deep: bool,
}

impl Tree {
    /// Builds the tree of the fields with these indices; no two have the same path.
    pub(super) fn new(fields: &[Field], chosen: &[usize]) -> Self {
        let mut paths: Vec<usize> = chosen.to_vec();
        // the engine visits fields in the order of their UTF-16 units
        paths.sort_by(|a, b| fields[*a].path.encode_utf16().cmp(fields[*b].path.encode_utf16()));
        let mut leaves: Vec<(Vec<&str>, usize, usize)> = paths
            .iter()
            .enumerate()
            .map(|(rank, field)| (fields[*field].path.split('.').collect(), *field, rank))
            .collect();
        leaves.sort();
        let mut tree = Self { nodes: Vec::new() };
        tree.grow("", &leaves, 0, fields);
        tree
    }

    /// Adds the node that all `leaves` share at `depth`, and what is below it.
    fn grow(&mut self, name: &str, leaves: &[(Vec<&str>, usize, usize)], depth: usize, fields: &[Field]) -> NodeId {
        let id = self.nodes.len();
        let own = leaves.first().filter(|(names, ..)| names.len() == depth);
        self.nodes.push(Node {
            name: name.into(),
            children: Vec::new(),
            field: own.map(|(_, field, _)| *field),
            rank: own.map_or(usize::MAX, |(.., rank)| *rank),
            end: 0,
            optional: own.is_none_or(|(_, field, _)| fields[*field].optional),
            some_optional: own.is_some_and(|(_, field, _)| fields[*field].optional),
            deep: false,
        });
        let mut rest = &leaves[usize::from(own.is_some())..];
        while let Some((names, ..)) = rest.first() {
            let name = names[depth];
            let (same, others) = rest.split_at(rest.partition_point(|(names, ..)| names[depth] == name));
            let child = self.grow(name, same, depth + 1, fields);
            rest = others;
            let Node { optional, some_optional, ref children, .. } = self.nodes[child];
            let deep = !children.is_empty();
            let node = &mut self.nodes[id];
            node.children.push(child);
            node.optional &= optional;
            node.some_optional |= some_optional;
            node.deep |= deep;
        }
        self.nodes[id].end = self.nodes.len();
        id
    }

    pub(super) fn children(&self, node: NodeId) -> &[NodeId] {
        &self.nodes[node].children
    }

    pub(super) fn name(&self, node: NodeId) -> &str {
        &self.nodes[node].name
    }

    pub(super) fn field(&self, node: NodeId) -> Option<usize> {
        self.nodes[node].field
    }

    pub(super) fn rank(&self, node: NodeId) -> usize {
        self.nodes[node].rank
    }

    /// Whether every field in the subtree may be absent.
    pub(super) fn optional(&self, node: NodeId) -> bool {
        self.nodes[node].optional
    }

    /// Whether some field in the subtree may be absent.
    pub(super) fn some_optional(&self, node: NodeId) -> bool {
        self.nodes[node].some_optional
    }

    /// Whether a name with a dot in it could lead anywhere from here.
    pub(super) fn deep(&self, node: NodeId) -> bool {
        self.nodes[node].deep
    }

    /// Whether `inner` is `outer` or stands below it.
    pub(super) fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        (outer..self.nodes[outer].end).contains(&inner)
    }

    /// The nodes at which a field ends, in the order of the engine.
    pub(super) fn ends(&self) -> Vec<NodeId> {
        let mut ends: Vec<NodeId> = (0..self.nodes.len()).filter(|node| self.nodes[*node].field.is_some()).collect();
        ends.sort_by_key(|node| self.nodes[*node].rank);
        ends
    }

    /// Where a name leads from a node; the name may hold dots.
    pub(super) fn follow(&self, from: NodeId, name: &str) -> Option<NodeId> {
        name.split('.').try_fold(from, |node, part| {
            let children = &self.nodes[node].children;
            children
                .binary_search_by(|child| match &*self.nodes[*child].name {
                    known if known == part => Ordering::Equal,
                    known => known.cmp(part),
                })
                .ok()
                .map(|at| children[at])
        })
    }
}
