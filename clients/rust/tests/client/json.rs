//! Messages as proto3 JSON, and back.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let descriptors = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    DescriptorPool::decode(descriptors.as_slice()).expect("build.rs writes descriptors")
});

fn descriptor<M: Name>() -> MessageDescriptor {
    POOL.get_message_by_name(&M::full_name()).expect("the message is of the API")
}

/// The canonical JSON of a message.
pub fn json_of<M: Message + Name>(message: &M) -> Value {
    let read = DynamicMessage::decode(descriptor::<M>(), message.encode_to_vec().as_slice());
    serde_json::to_value(read.expect("it was encoded just now")).expect("every message has a JSON")
}

/// The message of a JSON; an empty one for null.
pub fn message_of<M: Message + Name + Default>(json: &Value) -> M {
    if json.is_null() {
        return M::default();
    }
    let read = DynamicMessage::deserialize(descriptor::<M>(), json).expect("it is the message's JSON");
    M::decode(read.encode_to_vec().as_slice()).expect("it was encoded just now")
}
