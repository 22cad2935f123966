//! How it is counted: delivery bytes to cube to answer; no files, sockets or clock.
