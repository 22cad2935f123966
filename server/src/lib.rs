//! Where it runs: folders, versions, gRPC.
//!
//! In reading order:
pub mod map;
pub mod versions;
pub mod grpc;
pub mod serve;
#[doc(hidden)]
pub mod stub;
