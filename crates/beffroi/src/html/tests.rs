//! The page: whole, in both languages, and safe whatever things are called.

use super::*;
use crate::view::samples::reader;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::report::v1 as pb;

fn figures(met: u64, late: u64) -> pb::CommitmentFigures {
    pb::CommitmentFigures {
        set: met + late,
        met,
        late,
        on_time: Some(pb::Ratio { numerator: met, denominator: met + late }),
        ..pb::CommitmentFigures::default()
    }
}

fn window(name: &str, standing: pb::LevelStanding, within: u64, of: u64) -> pb::LevelWindow {
    pb::LevelWindow {
        window: Some(pb::PeriodSpan { name: name.to_owned(), from: None, before: None }),
        standing: standing.into(),
        closed: true,
        share: Some(pb::Ratio { numerator: within, denominator: of }),
        exceptional: None,
        figure_revision: 2,
    }
}

fn level(length: event::WindowLength, windows: Vec<pb::LevelWindow>) -> pb::LevelRow {
    let contacts = event::ContactMeasure {
        channels: vec![event::Channel::Telephone.into()],
        within_secs: 120,
        hang_ups: event::HangUps::ShortGood.into(),
        short_secs: 5,
    };
    let measure = Some(event::level_definition::Measure::Contacts(contacts));
    pb::LevelRow {
        code: "telephone".to_owned(),
        name: "Téléphone <2 min>".to_owned(),
        definition: Some(event::LevelDefinition { measure, percent: 80 }),
        length: length.into(),
        windows,
    }
}

fn answer() -> pb::GetCommitmentReportResponse {
    use pb::LevelStanding::{Missed, NoData, Reached};
    let days = vec![
        window("2026-03-02", Reached, 4, 5),
        window("2026-03-03", Missed, 1, 2),
        window("2026-03-04", NoData, 0, 0),
    ];
    let promised = |product: &str, days| pb::Commitment {
        promise_kind: event::PromiseKind::Resolution.into(),
        business_days: days,
        product: product.to_owned(),
        ..pb::Commitment::default()
    };
    let row = |commitment, figures| pb::CommitmentRow {
        commitment: Some(commitment),
        figures: Some(figures),
        ..pb::CommitmentRow::default()
    };
    pb::GetCommitmentReportResponse {
        rows: vec![
            row(promised("Arbres & \"haies\"", 20), figures(3, 1)),
            row(promised("Nids-de-poule", 1), figures(1_234, 0)),
        ],
        total: Some(figures(1_237, 1)),
        imported: Some(figures(7, 7)),
        levels: vec![
            level(event::WindowLength::Day, days),
            level(event::WindowLength::Week, vec![window("2026-W10", Missed, 5, 7)]),
        ],
        city: "Québec".to_owned(),
        ..pb::GetCommitmentReportResponse::default()
    }
}

fn made(lang: Lang) -> String {
    let commitments = CommitmentsAnswer::new(answer(), &[Key::Commitment]);
    let units = CommitmentsAnswer::new(answer(), &[Key::Unit]);
    let periods = CommitmentsAnswer::new(answer(), &[Key::Month]);
    let window = WindowArgs { from: None, to: None };
    let (commitments, units, periods) = (&commitments, &units, &periods);
    let shown = Page { commitments, units, periods, period: Key::Month, window: &window };
    page(&shown, reader(lang))
}

#[test]
fn the_page_says_the_same_in_both_languages() {
    let french = made(Lang::Fr);
    assert!(french.contains("<html lang=\"fr\">") && french.contains("<b>99,9 %</b>"));
    assert!(french.contains("Résolution en 20 jours ouvrables · Arbres &amp; &quot;haies&quot;"));
    assert!(french.contains("1\u{202f}234 / 1\u{202f}234"));
    // Five of seven, over the days; of two days with data one was reached.
    assert!(french.contains("<b>71,4 % <em>cible 80 %</em></b>"), "{french}");
    assert!(french.contains("jours où la cible est atteinte : 1 sur 2"));
    assert!(french.contains("compte comme répondu (5 s)"));
    assert!(french.contains("Importés, non comptés") && french.contains("Sans données"));
    let english = made(Lang::En);
    assert!(english.contains("<html lang=\"en\">") && english.contains("<b>99.9%</b>"));
    assert!(english.contains("Resolution in 1 business day · Nids-de-poule"));
    assert!(english.contains("days on target: 1 of 2"));
}

#[test]
fn the_page_needs_nothing_else_and_nothing_in_it_is_read_as_html() {
    let page = made(Lang::Fr);
    for wrong in ["<script", "http://", "https://", "<link", "@import", "src=", "<2 min>"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    assert!(page.contains("Téléphone &lt;2 min&gt;"));
    // Every element that is opened is closed.
    for name in ["section", "table", "figure", "svg", "div", "tr", "ul", "details", "tfoot"] {
        let opened =
            page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
        assert_eq!(opened, page.matches(&format!("</{name}>")).count(), "{name}");
    }
    // Every chart has a table beside it, and says what it shows.
    assert_eq!(page.matches("role=\"img\" aria-label=").count(), 4);
}

#[test]
fn numbers_and_texts_are_as_people_write_them() {
    assert_eq!(thousands(999, Lang::En), "999");
    assert_eq!(thousands(1_234_567, Lang::En), "1,234,567");
    assert_eq!(thousands(12_345, Lang::Fr), "12\u{202f}345");
    assert_eq!(short("abcdef", 6), "abcdef");
    assert_eq!(short("abcdefg", 6), "abcde…");
    assert_eq!(escape("<a href='x'>&</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&lt;/a&gt;");
}
