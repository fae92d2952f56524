//! What an import came to.

use serde::Serialize;

/// What an import came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ImportAnswer {
    /// Files read to their end.
    pub files: u64,
    /// Rows found, rejected ones included.
    pub rows: u64,
    /// Requests that were new.
    pub created: u64,
    /// Requests that were known and had changes added.
    pub updated: u64,
    /// Requests that were known with all their changes.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: u64,
    /// Remarks on requests that were taken.
    pub remarks: u64,
    /// Files that could not be read, or not to their end.
    pub unreadable_files: Vec<UnreadableView>,
    /// Where rejects and remarks were written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects_file: Option<String>,
    /// How long it took.
    pub seconds: u64,
}

/// A file that could not be read, or not to its end.
#[derive(Debug, Serialize)]
pub(crate) struct UnreadableView {
    /// The file, as it was named.
    pub file: String,
    /// A stable reason.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_always_there() {
        assert_eq!(
            serde_json::to_string(&ImportAnswer::default()).expect("json"),
            r#"{"files":0,"rows":0,"created":0,"updated":0,"unchanged":0,"rejected":0,"#.to_owned()
                + r#""remarks":0,"unreadable_files":[],"seconds":0}"#
        );
    }
}
