//! Synthetic deliveries in the intake format, deterministic by seed.
