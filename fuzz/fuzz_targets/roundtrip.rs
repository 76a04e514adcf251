#![no_main]
//! What is written is read back as an equal policy, compact and for people.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::roundtrip(bytes) {
        panic!("{broken}");
    }
});
