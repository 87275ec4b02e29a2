//! What a walk used: the leaves that fulfilled the fields, for explanations.
//!
//! Matching alone keeps nothing, and pays nothing for it.

use serde_json::Value;

use super::tree::NodeId;

/// Keeps what was used for a match, and forgets it when the try fails.
pub(super) trait Record<'e> {
    fn length(&self) -> usize;
    fn keep(&mut self, node: NodeId, leaf: &'e Value);
    fn forget(&mut self, length: usize);
}

/// Keeps nothing.
impl<'e> Record<'e> for () {
    fn length(&self) -> usize {
        0
    }
    fn keep(&mut self, _: NodeId, _: &'e Value) {}
    fn forget(&mut self, _: usize) {}
}

impl<'e> Record<'e> for Vec<(NodeId, &'e Value)> {
    fn length(&self) -> usize {
        self.len()
    }
    fn keep(&mut self, node: NodeId, leaf: &'e Value) {
        self.push((node, leaf));
    }
    fn forget(&mut self, length: usize) {
        self.truncate(length);
    }
}
