//! What is behind the bus and Lambda alike: what they call, and where they count.

use super::at_work::AtWork;
use super::metrics::Metrics;
use super::world::World;
use std::sync::Arc;

/// What is behind the bus and Lambda.
#[derive(Clone, Debug)]
pub struct Backstage {
    /// What they call.
    pub world: Arc<dyn World>,
    /// Where they count.
    pub metrics: Arc<Metrics>,
    /// The functions' processes that are at work.
    pub(super) at_work: Arc<AtWork>,
}

impl Backstage {
    /// A world, with nothing counted yet.
    pub fn new(world: Arc<dyn World>) -> Backstage {
        Backstage { world, metrics: Arc::default(), at_work: Arc::default() }
    }
}
