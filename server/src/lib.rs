//! Where it runs: folders, versions, gRPC.
