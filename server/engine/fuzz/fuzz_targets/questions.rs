//! Any question that is well formed and names what there is: answered without panic, twice the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terning_fuzz::check;

fuzz_target!(|bytes: &[u8]| check::question(bytes));
