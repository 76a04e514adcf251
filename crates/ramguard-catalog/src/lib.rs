//! What exists on Alibaba Cloud: services, actions, resources and condition keys, as compact tables
