//! Rows: what has the same values of what it is counted by is counted together.

use super::commitments::Promised;
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use beffroi_domain::{Period, Span};
use beffroi_wire::pb::report::v1 as pb;
use std::collections::BTreeMap;

/// Rows of one report at most.
pub(super) const ROWS_MAX: usize = 50_000;

/// A value of a dimension. Rows are sorted by them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// A word of the API, by its number there.
    Word(i32),
    /// A text, empty when there is none.
    Text(String),
    /// What was promised.
    Promised(Promised),
    /// A period.
    Period(Span),
}

/// Figures by key, and of all together.
#[derive(Debug, Default)]
pub(super) struct Groups<F> {
    rows: BTreeMap<Vec<Value>, F>,
    total: F,
}

impl<F: Default> Groups<F> {
    /// The figures of a key and those of all, to be added to.
    pub(super) fn of(&mut self, key: Vec<Value>) -> Result<(&mut F, &mut F), ApiError> {
        if self.rows.len() >= ROWS_MAX && !self.rows.contains_key(&key) {
            return Err(ApiError::ReportTooLarge);
        }
        Ok((self.rows.entry(key).or_default(), &mut self.total))
    }

    /// The rows in order, and the total. What is counted by nothing has no rows.
    pub(super) fn into_parts(mut self) -> (BTreeMap<Vec<Value>, F>, F) {
        self.rows.remove([].as_slice());
        (self.rows, self.total)
    }
}

/// Reads what to count by: words of `parse`, each once, and the period exactly when it is `period`.
pub(super) fn dimensions<D: Copy + PartialEq>(
    fields: &mut Fields,
    (numbers, parse): (&[i32], impl Fn(i32) -> Option<D>),
    (length, period): (i32, D),
) -> Option<(Vec<D>, Option<Period>)> {
    let mut by = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let field = format!("by[{at}]");
        let Some(dimension) = fields.word(&field, *number, parse(*number)) else { continue };
        if by.contains(&dimension) {
            fields.wrong(&field, Problem::Twice);
        }
        by.push(dimension);
    }
    let word = match pb::Period::try_from(length) {
        Ok(pb::Period::Unspecified) | Err(_) => None,
        Ok(pb::Period::Day) => Some(Period::Day),
        Ok(pb::Period::Week) => Some(Period::Week),
        Ok(pb::Period::Month) => Some(Period::Month),
        Ok(pb::Period::Year) => Some(Period::Year),
    };
    if by.contains(&period) {
        let word = fields.word("period", length, word)?;
        return Some((by, Some(word)));
    }
    if length != 0 {
        fields.wrong("period", Problem::WithoutPeriod);
    }
    Some((by, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_same_key_is_counted_together_and_rows_are_sorted() {
        let mut groups = Groups::<u64>::default();
        for (word, text) in [(2, "b"), (1, "b"), (2, "a"), (2, "b")] {
            let key = vec![Value::Word(word), Value::Text(text.to_owned())];
            let (row, total) = groups.of(key).unwrap();
            *row += 1;
            *total += 1;
        }
        let (rows, total) = groups.into_parts();
        let rows: Vec<_> = rows.into_iter().collect();
        let key = |word, text: &str| vec![Value::Word(word), Value::Text(text.to_owned())];
        assert_eq!(rows, [(key(1, "b"), 1), (key(2, "a"), 1), (key(2, "b"), 2)]);
        assert_eq!(total, 4);
    }

    #[test]
    fn what_is_counted_by_nothing_has_only_a_total() {
        let mut groups = Groups::<u64>::default();
        *groups.of(Vec::new()).unwrap().1 += 1;
        assert_eq!(groups.into_parts(), (BTreeMap::new(), 1));
    }

    #[test]
    fn a_report_of_too_many_rows_is_refused() {
        let mut groups = Groups::<u64>::default();
        let key = |at: usize| vec![Value::Text(at.to_string())];
        assert!((0..ROWS_MAX).all(|at| groups.of(key(at)).is_ok()));
        assert!(matches!(groups.of(key(ROWS_MAX)), Err(ApiError::ReportTooLarge)));
        assert!(groups.of(key(0)).is_ok());
    }

    fn parsed(numbers: &[i32], period: i32) -> Result<(Vec<i32>, Option<Period>), Vec<String>> {
        let mut fields = Fields::default();
        let known = |number| (1..=7).contains(&number).then_some(number);
        let by = dimensions(&mut fields, (numbers, known), (period, 7));
        fields.finish(by).map_err(|wrong| wrong.into_iter().map(|it| it.field).collect())
    }

    #[test]
    fn each_dimension_is_named_once_and_the_period_has_a_length() {
        assert_eq!(parsed(&[1, 7], 3), Ok((vec![1, 7], Some(Period::Month))));
        assert_eq!(parsed(&[], 0), Ok((vec![], None)));
        let wrong = |fields: &[&str]| Err(fields.iter().map(ToString::to_string).collect());
        assert_eq!(parsed(&[1, 1], 0), wrong(&["by[1]"]));
        assert_eq!(parsed(&[0, 9], 0), wrong(&["by[0]", "by[1]"]));
        assert_eq!(parsed(&[7], 0), wrong(&["period"]));
        assert_eq!(parsed(&[7], 9), wrong(&["period"]));
        assert_eq!(parsed(&[1], 3), wrong(&["period"]));
    }
}
