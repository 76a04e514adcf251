//! Decides requests against Alibaba Cloud RAM policies, inside your process, and says why
