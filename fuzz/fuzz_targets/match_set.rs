#![no_main]
//! A set of patterns finds exactly those that fit by the textbook.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::match_set(bytes) {
        panic!("{broken}");
    }
});
