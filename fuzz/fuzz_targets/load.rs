#![no_main]
//! A document loads if the textbook has no code for it, through serde as through text.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::load(bytes) {
        panic!("{broken}");
    }
});
