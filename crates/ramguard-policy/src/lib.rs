//! Reads Alibaba Cloud RAM policy documents strictly, keeps positions, and says what is wrong where
