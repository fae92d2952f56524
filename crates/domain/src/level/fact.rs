//! What is stated of a level's windows once they have closed: that it was missed, and that it is
//! reached again.

use super::{Definition, Level, LevelWindow, Share, Standing};
use crate::catalogue::Bilingual;
use crate::{Code, Label, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// What is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LevelFactKind {
    /// The window has closed and the share was missed.
    Breached,
    /// The share is reached again: in a later window, or in the same one by what was recorded late.
    Restored,
}

/// A fact about one window of a level, with the definition under which it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelFact {
    /// The level.
    pub code: Code,
    /// What people called it.
    pub name: Bilingual<Label>,
    /// What had to be reached.
    pub definition: Definition,
    /// The window.
    pub window: Span,
    /// What was reached in it.
    pub share: Share,
    /// The revision of that figure.
    pub figure_revision: u32,
    /// How many facts were stated of the window before.
    pub revision: u32,
    /// When it was noticed.
    pub noticed_at: Timestamp,
    /// The log sequence of the last arrival that counts.
    pub based_on: u64,
}

/// What was stated of a window so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The last fact.
    pub kind: LevelFactKind,
    /// How many there are.
    pub facts: u32,
    /// The definition under which the last one was judged.
    pub definition: Definition,
}

/// What must be stated of a window now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What.
    pub kind: LevelFactKind,
    /// Of which window.
    pub window: Span,
    /// How many facts were stated of it before.
    pub revision: u32,
    /// What is counted in it.
    pub counted: LevelWindow,
}

impl LevelFactKind {
    /// The name of the event: the same on the log, in the API and in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breached => "level_breached",
            Self::Restored => "level_restored",
        }
    }
}

impl LevelFact {
    /// The fact of a statement, noticed `now`.
    pub fn new(level: &Level, statement: &Statement, now: Timestamp) -> Self {
        let Statement { window, revision, counted, .. } = *statement;
        Self {
            code: level.code.clone(),
            name: level.name.clone(),
            definition: level.definition.clone(),
            window,
            share: counted.ordinary,
            figure_revision: counted.revision,
            revision,
            noticed_at: now,
            based_on: counted.last,
        }
    }

    /// The name from which its id derives: the same on every node, never twice.
    pub fn id_name(&self, kind: LevelFactKind) -> String {
        format!("{}/{}/{}/{}", kind.name(), self.code, self.window.name(), self.revision)
    }
}

impl Stated {
    /// What is stated once a fact has been; `None`: the fact is void, for it does not follow.
    pub fn after(before: Option<&Self>, kind: LevelFactKind, fact: &LevelFact) -> Option<Self> {
        let facts = before.map_or(0, |it| it.facts);
        let repeats = before.is_some_and(|it| it.kind == kind);
        (facts == fact.revision && !repeats).then(|| Self {
            kind,
            facts: facts.saturating_add(1),
            definition: fact.definition.clone(),
        })
    }
}

/// What must be stated of the closed windows of one length, given in order of time with what is
/// counted in each and what was stated of it.
///
/// Up to the last window that was judged under another definition nothing is stated: a verdict is
/// never given again under other rules.
pub fn statements(
    definition: &Definition,
    windows: &[(Span, LevelWindow, Option<Stated>)],
) -> Vec<Statement> {
    let is_other = |stated: &Stated| stated.definition != *definition;
    let judged = windows.iter().rposition(|(_, _, stated)| stated.as_ref().is_some_and(is_other));
    let (before, open) = windows.split_at(judged.map_or(0, |at| at + 1));
    let last = before.last().and_then(|(_, _, stated)| stated.as_ref());
    let mut missed_before = last.is_some_and(|it| it.kind == LevelFactKind::Breached);
    let mut found = Vec::new();
    for (window, counted, stated) in open {
        let standing = definition.standing(counted.ordinary);
        let said = stated.as_ref().map(|it| it.kind);
        let kind = match (standing, said) {
            (Standing::Missed, None | Some(LevelFactKind::Restored)) => {
                Some(LevelFactKind::Breached)
            }
            (Standing::Reached | Standing::NoData, Some(LevelFactKind::Breached)) => {
                Some(LevelFactKind::Restored)
            }
            (Standing::Reached, None) if missed_before => Some(LevelFactKind::Restored),
            (Standing::Missed, Some(LevelFactKind::Breached))
            | (Standing::Reached | Standing::NoData, None | Some(LevelFactKind::Restored)) => None,
        };
        let revision = stated.as_ref().map_or(0, |it| it.facts);
        found.extend(kind.map(|kind| Statement {
            kind,
            window: *window,
            revision,
            counted: *counted,
        }));
        match standing {
            Standing::Missed => missed_before = true,
            Standing::Reached => missed_before = false,
            Standing::NoData => {}
        }
    }
    found
}
