//! Commitments: what may be promised, and what is promised for a request.

use crate::support::{catalogue, code, promising};
use beffroi_domain::catalogue::{Asked, Draft, check};
use beffroi_domain::{Channel, Code, Days, Rule, Urgency, Warn};

/// Changes the draft that promises, and says what is then wrong: place, key, kind.
#[track_caller]
fn promising_with(change: impl FnOnce(&mut Draft), expected: &[(&str, &str, &str)]) {
    let mut draft = promising();
    change(&mut draft);
    let found = check(&draft);
    let found: Vec<_> =
        found.iter().map(|it| (it.place.as_str(), it.field, it.flaw.name())).collect();
    assert_eq!(found, expected);
}

#[test]
fn commitments_name_what_exists_and_promise_what_can_be_counted() {
    let of = |field, flaw| [("arbre-urgent", field, flaw)];
    promising_with(|it| it.commitments[1].product = "x".into(), &of("product", "unknown_product"));
    promising_with(
        |it| it.commitments[1].precision = "x".into(),
        &of("precision", "unknown_precision"),
    );
    promising_with(
        |it| {
            it.commitments[1].product.clear();
            it.commitments[1].precision = "x".into();
        },
        &of("precision", "precision_alone"),
    );
    promising_with(|it| it.commitments[1].rule = None, &of("rule", "missing"));
    for rule in [
        Rule::Source,
        Rule::BusinessDaysEodV1(0),
        Rule::BusinessDaysEodV1(2_001),
        Rule::BusinessTimeV1 { secs: 0 },
        Rule::CalendarTimeV1 { secs: u64::MAX },
        Rule::CalendarDaysV1(365_000),
        Rule::BusinessDaysSameTimeV1(Days { days: 1, extra_secs: 90_000 }),
    ] {
        promising_with(|it| it.commitments[1].rule = Some(rule), &of("rule", "delay_out_of_range"));
    }
    let warn = |warn, field| {
        let flaw = of(field, "warning_out_of_range");
        promising_with(|it| it.commitments[1].warnings = vec![warn], &flaw);
    };
    warn(Warn::Percent(0), "warn_at_percent");
    warn(Warn::Percent(100), "warn_at_percent");
    warn(Warn::WorkingSecs(0), "warn_hours_before");
    warn(Warn::BusinessDays(1), "warn_business_days_before");
    promising_with(
        |it| it.commitments[1].warnings = vec![Warn::DEFAULT; 5],
        &of("warn_at_percent", "too_many"),
    );
    promising_with(
        |it| it.commitments[1].code = "courriel".into(),
        &[("courriel", "code", "duplicate_code")],
    );
    promising_with(|it| it.commitments[1].name.english.clear(), &of("name", "missing_translation"));
}

#[test]
fn a_product_promises_first_then_the_first_commitment_of_each_kind_that_applies() {
    let catalogue = catalogue(&promising());
    let promised = |product: &str, channel, urgency| {
        let class = catalogue.class(&code(product), None).unwrap();
        let asked = Asked { channel, nature: class.nature(), urgency };
        let promised = catalogue.promised(class, asked).into_iter();
        let named = |it: &Option<Code>| it.as_ref().map(Code::to_string).unwrap_or_default();
        promised.map(|it| (named(&it.commitment), it.delay.rule)).collect::<Vec<_>>()
    };
    let answer = ("courriel".to_owned(), Rule::BusinessDaysEodV1(2));
    let urgent = ("arbre-urgent".to_owned(), Rule::BusinessTimeV1 { secs: 4 * 3600 });
    let own = (String::new(), Rule::BusinessDaysEodV1(5));
    assert_eq!(promised("arbre", Channel::Telephone, Urgency::Normal), []);
    assert_eq!(promised("arbre", Channel::Email, Urgency::Normal), std::slice::from_ref(&answer));
    assert_eq!(promised("arbre", Channel::Email, Urgency::Urgent), [answer.clone(), urgent]);
    assert_eq!(promised("eau-potable", Channel::Email, Urgency::Urgent), [own, answer]);
}
