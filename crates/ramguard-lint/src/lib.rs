//! Lint rules for Alibaba Cloud RAM policies: one rule a file, findings, fixes
