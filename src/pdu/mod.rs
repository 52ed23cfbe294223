//! PDUs to octets and back.
