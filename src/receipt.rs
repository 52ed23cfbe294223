//! Delivery receipts, text and TLV.
