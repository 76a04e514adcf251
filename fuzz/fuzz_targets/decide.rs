#![no_main]
//! The engine decides as the textbook does; denials, order and rewriting change nothing.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::decide(bytes) {
        panic!("{broken}");
    }
});
