//! GUIDs of forms, views, roles and steps.
//!
//! A component keeps its GUID for ever: an import finds by it what it must update. So each is computed from
//! what the component is called here (UUID version 5, RFC 9562 section 5.5), and none can be mistyped or used twice.

use uuid::{Uuid, uuid};

/// Of no meaning, and never to be changed.
const NAME_SPACE: Uuid = uuid!("9e284fe5-a493-44ff-a790-6d2d4d5ed2f1");

/// The GUID in braces, as solution files write it.
pub fn guid(name: &str) -> String {
    Uuid::new_v5(&NAME_SPACE, name.as_bytes())
        .braced()
        .to_string()
}
