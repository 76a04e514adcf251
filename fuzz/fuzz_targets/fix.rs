#![no_main]
//! Safe fixes change no decision, add no problem and come to an end.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::fix(bytes) {
        panic!("{broken}");
    }
});
