//! Volumes, snapshots and images, and who may use them.

use super::{Deed, critical, info, list, notice, tell, warning};
use crate::calls::ec2::{
    CreateImage, CreateSnapshot, CreateVolume, Grantee, ModifyImageAttribute, ModifySnapshotAttribute, PermissionChange,
};
use crate::calls::rds::ModifyDBSnapshotAttribute;

tell! {
    CreateVolume => |done| {
        let plain = done.response.and_then(|response| response.encrypted) == Some(false);
        let made = info(format!("created {}", done.thing));
        if plain { made.map(|deed| deed.noting("it is not encrypted")) } else { made }
    };
    CreateSnapshot => |done| info(format!("created {}", done.thing));
    CreateImage => |done| info(format!("created {}", done.thing));
    ModifySnapshotAttribute => |done| permitted(&done.thing, &done.request?.permission);
    ModifyImageAttribute => |done| permitted(&done.thing, &done.request?.permission);
    ModifyDBSnapshotAttribute => |done| {
        let request = done.request?;
        let (added, removed) = (&request.values_to_add, &request.values_to_remove);
        shared(&done.thing, added.iter().map(String::as_str), removed.iter().map(String::as_str))
    };
}

fn permitted(thing: &str, change: &PermissionChange) -> Option<Deed> {
    shared(thing, change.add.iter().filter_map(Grantee::name), change.remove.iter().filter_map(Grantee::name))
}

fn shared<'a>(
    thing: &str,
    added: impl Iterator<Item = &'a str>,
    removed: impl Iterator<Item = &'a str>,
) -> Option<Deed> {
    let (added, removed): (Vec<&str>, Vec<&str>) = (added.collect(), removed.collect());
    if added.contains(&"all") {
        critical(format!("shared {thing} with everyone"))
    } else if !added.is_empty() {
        warning(format!("shared {thing} with {}", list(added)))
    } else if !removed.is_empty() {
        notice(format!("shares {thing} with {} no more", list(removed)))
    } else {
        notice(format!("changed an attribute of {thing}"))
    }
}
