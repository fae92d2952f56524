//! Simulated faults under the real node: see its tests.
