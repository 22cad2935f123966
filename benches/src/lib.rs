//! Questions about speed.
