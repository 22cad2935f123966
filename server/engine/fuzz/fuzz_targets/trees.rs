//! Any syntax tree: written as text and read again, it is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terning_fuzz::check;

fuzz_target!(|bytes: &[u8]| check::tree(bytes));
