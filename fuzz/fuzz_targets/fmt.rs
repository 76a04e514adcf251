#![no_main]
//! Laying out keeps every token, decides alike and is done once.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::fmt(bytes) {
        panic!("{broken}");
    }
});
