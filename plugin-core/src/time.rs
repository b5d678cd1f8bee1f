//! Civil time and exact time.
