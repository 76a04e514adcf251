//! Wildcard patterns for policy engines: one pattern or many against one text, in linear time
