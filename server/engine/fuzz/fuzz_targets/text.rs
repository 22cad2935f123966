//! Any text: read, bound and answered without panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terning_fuzz::check;

fuzz_target!(|text: &str| check::text(text));
