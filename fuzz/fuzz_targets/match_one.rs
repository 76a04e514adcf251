#![no_main]
//! The compiled matcher and the textbook agree on every pattern and text.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::match_one(bytes) {
        panic!("{broken}");
    }
});
