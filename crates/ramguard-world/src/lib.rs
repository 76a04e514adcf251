//! Instance RAM roles: roles, policies, instances and their credentials, as a pure library
