//! The daily cap.
