#![no_main]
//! The readers of the command end on any file, and tell places that lie in it.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::cli_inputs(bytes) {
        panic!("{broken}");
    }
});
