//! How big a catalogue may be, so that checking one always ends soon.

/// Products of a catalogue.
pub const PRODUCTS_MAX: usize = 2_000;
/// Units of a catalogue.
pub const UNITS_MAX: usize = 1_000;
/// Planned intervention programmes of a catalogue.
pub const PROGRAMMES_MAX: usize = 1_000;
/// Commitments of a catalogue.
pub const COMMITMENTS_MAX: usize = 1_000;
/// Precisions of a product.
pub const PRECISIONS_MAX: usize = 50;
/// Questions of a product.
pub const QUESTIONS_MAX: usize = 200;
/// Choices of a question.
// At most 128: sets of choices are kept in that many bits.
pub const CHOICES_MAX: usize = 100;
/// Conditions of a question.
pub const CONDITIONS_MAX: usize = 20;
/// Outcomes of a question.
pub const OUTCOMES_MAX: usize = 20;
/// Synonyms of a product or precision, in each language.
pub const SYNONYMS_MAX: usize = 100;
/// Aliases of a product or precision.
pub const ALIASES_MAX: usize = 200;
/// Characters of a question, a help, a notice or an answer.
pub const TEXT_MAX: usize = 2_000;
/// Business days of a commitment.
pub const BUSINESS_DAYS_MAX: u32 = 2_000;
/// Days of a rule on reopening or on duplicates.
pub const DAYS_MAX: u32 = 36_500;
/// Metres of a rule on duplicates.
pub const METRES_MAX: u32 = 100_000;
/// Answers that are looked at in one walk.
pub const ANSWERS_MAX: usize = 1_000;
