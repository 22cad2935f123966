//! The contract: the gRPC query service terning.v1.
