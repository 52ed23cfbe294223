//! Characters to octets and back.
