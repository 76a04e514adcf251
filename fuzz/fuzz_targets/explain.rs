#![no_main]
//! An explanation agrees with the decision and with the textbook; its grants are enough.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::explain(bytes) {
        panic!("{broken}");
    }
});
