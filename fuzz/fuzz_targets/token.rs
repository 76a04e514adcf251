#![no_main]
//! A token leads back to its session; altered, it is refused; nothing else is a token.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = ramguard_testkit::laws::target::token(bytes) {
        panic!("{broken}");
    }
});
