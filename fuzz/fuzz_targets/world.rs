#![no_main]
//! Whatever is called in whatever order, the world stays sound.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::world(bytes) {
        panic!("{broken}");
    }
});
