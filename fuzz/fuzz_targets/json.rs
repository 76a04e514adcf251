#![no_main]
//! The JSON reader takes what serde_json takes and reads the same, but for what it refuses.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::json(bytes) {
        panic!("{broken}");
    }
});
