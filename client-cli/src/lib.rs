//! The terning command line.
