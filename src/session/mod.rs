//! The sans-IO session engine, both roles.
