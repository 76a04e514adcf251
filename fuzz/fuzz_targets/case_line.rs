#![no_main]
//! Any line taken for a case is decided as the textbook decides it, and none makes a panic.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::case_line(bytes) {
        panic!("{broken}");
    }
});
