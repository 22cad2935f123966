//! The contract: the gRPC query service `terning.v1`, generated from `terning/v1/query.proto`.

/// Messages and services of `terning.v1`.
#[allow(missing_docs, clippy::all, rust_2018_idioms, unused_qualifications)]
pub mod v1 {
    tonic::include_proto!("terning.v1");
}

/// The encoded descriptors, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/terning.v1.bin"));

/// The type of [`v1::ErrorDetail`] among the details of a `google.rpc.Status`.
pub const ERROR_DETAIL: &str = "type.googleapis.com/terning.v1.ErrorDetail";
