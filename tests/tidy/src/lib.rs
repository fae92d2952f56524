//! Checks of the repository itself: see its tests.
