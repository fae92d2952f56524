//! Filters of warnings and breaches: a list and a stream hold exactly what is asked for.

use beffroi_wire::pb::event::v1::{Channel, PromiseKind, Urgency};
use beffroi_wire::pb::intake::v1::OpenServiceRequestRequest;
use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{
    Breach, BreachFilter, BreachKind, ListBreachesRequest, SubscribeBreachesRequest,
};
use tonic::Code;

use crate::support::{Api, Node, open, refusal};

const CATALOGUE: &str = r#"
[[unit]]
code = "eau"
name = { fr = "Eau", en = "Water" }
[[product]]
code = "trou"
name = { fr = "Nid-de-poule", en = "Pothole" }
unit = "voirie"
nature = "rapid_intervention"
business_days = 3
precision = [{ code = "vite", name = { fr = "Vite", en = "Fast" }, urgency = "urgent" }]
[[product]]
code = "fuite"
name = { fr = "Fuite", en = "Leak" }
unit = "eau"
nature = "rapid_intervention"
business_days = 3
"#;

/// A node with facts of every kind of request, all of them raised.
async fn given() -> (Node, Api, tempfile::TempDir, Vec<Breach>) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    // In free text, as before any catalogue, one with two promises.
    api.opened(open("Abattage d'arbre", 90)).await;
    by_email(&mut api, open("Abattage d'arbre", 91)).await;
    node.publish(folder.path(), CATALOGUE);
    for (product, precision) in [("trou", ""), ("trou", "vite"), ("fuite", "")] {
        let call = OpenServiceRequestRequest {
            precision: precision.to_owned(),
            nature: 0,
            unasked: true,
            ..open(product, 60)
        };
        api.opened(call.clone()).await;
        let again = uuid::Uuid::now_v7().to_string();
        by_email(&mut api, OpenServiceRequestRequest { request_id: again, ..call }).await;
    }
    let facts = settled(&mut api, 12).await;
    (node, api, folder, facts)
}

async fn by_email(api: &mut Api, call: OpenServiceRequestRequest) {
    api.opened(OpenServiceRequestRequest { channel: Channel::Email.into(), ..call }).await;
}

/// All facts, once so many promises are broken.
async fn settled(api: &mut Api, broken: usize) -> Vec<Breach> {
    let started = std::time::Instant::now();
    loop {
        let facts = listed(api, BreachFilter::default()).await;
        let found = facts.iter().filter(|it| it.kind() == BreachKind::Breach).count();
        if found == broken {
            return facts;
        }
        assert!(started.elapsed().as_secs() < 60, "{found} of {broken}");
    }
}

/// What a list holds, over small pages.
async fn listed(api: &mut Api, filter: BreachFilter) -> Vec<Breach> {
    let mut call = ListBreachesRequest {
        page_size: 5,
        filter: Some(filter),
        ..ListBreachesRequest::default()
    };
    let mut found = Vec::new();
    loop {
        let page = api.query.list_breaches(call.clone()).await.unwrap().into_inner();
        found.extend(page.breaches);
        if page.next_page_token.is_empty() {
            return found;
        }
        call.page_token = page.next_page_token;
    }
}

/// What a stream sends after the token until it has caught up, at most so many; and its last token.
async fn streamed(
    api: &mut Api,
    filter: BreachFilter,
    token: &str,
    most: usize,
) -> (Vec<Breach>, String) {
    let call = SubscribeBreachesRequest {
        resume_token: token.to_owned(),
        filter: Some(filter),
        ..SubscribeBreachesRequest::default()
    };
    let mut stream = api.query.subscribe_breaches(call).await.unwrap().into_inner();
    let (mut seen, mut token) = (Vec::new(), token.to_owned());
    while seen.len() < most {
        let message = stream.message().await.unwrap().expect("the stream goes on");
        token = message.resume_token;
        match message.event {
            Some(Event::Breach(breach)) => seen.push(breach),
            Some(Event::CaughtUp(_)) => break,
            Some(Event::Heartbeat(_)) | None => {}
        }
    }
    (seen, token)
}

/// What a reader of the documentation would take the filter to mean.
fn takes(filter: &BreachFilter, fact: &Breach) -> bool {
    let any = |list: &[String], it: &[&str]| {
        list.is_empty() || list.iter().any(|x| it.contains(&x.as_str()))
    };
    let word = |list: &[i32], it: i32| list.is_empty() || list.contains(&it);
    word(&filter.kinds, fact.kind)
        && any(&filter.units, &[&fact.unit])
        && any(&filter.products, &[&fact.product, &fact.product_code])
        && word(&filter.promise_kinds, fact.promise_kind)
        && word(&filter.urgencies, fact.urgency)
}

/// Every combination of a few values of each field.
fn filters() -> Vec<BreachFilter> {
    let texts = |lists: &[&[&str]]| -> Vec<Vec<String>> {
        lists.iter().map(|it| it.iter().map(|it| (*it).to_owned()).collect()).collect()
    };
    let (warning, breach) = (BreachKind::Warning.into(), BreachKind::Breach.into());
    let withdrawal = BreachKind::Withdrawal.into();
    let units = texts(&[&[], &["Voirie", "Eau"], &["Nobody"]]);
    let products = texts(&[&[], &["trou"], &["Abattage d'arbre", "fuite"], &["Nid-de-poule"]]);
    let mut filters = Vec::new();
    for kinds in [vec![], vec![breach], vec![warning, withdrawal]] {
        for units in &units {
            for products in &products {
                for promise in [None, Some(PromiseKind::Resolution), Some(PromiseKind::FirstAnswer)]
                {
                    for urgency in [None, Some(Urgency::Normal), Some(Urgency::Urgent)] {
                        filters.push(BreachFilter {
                            kinds: kinds.clone(),
                            units: units.clone(),
                            products: products.clone(),
                            promise_kinds: promise.into_iter().map(Into::into).collect(),
                            urgencies: urgency.into_iter().map(Into::into).collect(),
                        });
                    }
                }
            }
        }
    }
    filters
}

#[tokio::test]
async fn a_list_and_a_stream_hold_what_a_filter_over_all_facts_holds() {
    let (_node, mut api, _folder, facts) = given().await;
    let of_each = |is_it: fn(&Breach) -> bool| facts.iter().any(is_it);
    assert!(of_each(|it| it.urgency() == Urgency::Urgent && it.product_code == "trou"));
    assert!(of_each(|it| it.promise_kind() == PromiseKind::FirstAnswer));
    assert!(of_each(|it| it.unit.is_empty() && it.product_code.is_empty()));
    for filter in filters() {
        let expected: Vec<&Breach> = facts.iter().filter(|it| takes(&filter, it)).collect();
        let list = listed(&mut api, filter.clone()).await;
        assert_eq!(list.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        let (stream, _) = streamed(&mut api, filter.clone(), "", usize::MAX).await;
        assert_eq!(stream, list, "{filter:?}");
    }
}

#[tokio::test]
async fn a_resume_token_survives_a_change_of_filter() {
    let (_node, mut api, _folder, facts) = given().await;
    let first = BreachFilter { products: vec!["trou".to_owned()], ..BreachFilter::default() };
    let then = BreachFilter {
        promise_kinds: vec![PromiseKind::Resolution.into()],
        ..BreachFilter::default()
    };
    let of_first = facts.iter().filter(|it| takes(&first, it)).count();
    for taken in 1..=of_first {
        let (seen, token) = streamed(&mut api, first.clone(), "", taken).await;
        let at = facts.iter().position(|it| it.id == seen[taken - 1].id).unwrap();
        let expected: Vec<&Breach> = facts[at + 1..].iter().filter(|it| takes(&then, it)).collect();
        let (seen, _) = streamed(&mut api, then.clone(), &token, usize::MAX).await;
        assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "after {taken}");
    }
}

#[tokio::test]
async fn a_wrong_filter_is_refused_with_its_fields_and_a_page_token_belongs_to_it() {
    let (node, mut api, _folder, _) = given().await;
    let wrong = BreachFilter {
        kinds: vec![BreachKind::Breach.into(), 99],
        units: vec![String::new()],
        products: vec!["x".to_owned(); 101],
        promise_kinds: vec![0],
        urgencies: vec![7],
    };
    let call = SubscribeBreachesRequest { filter: Some(wrong), ..Default::default() };
    let refused = refusal(api.query.subscribe_breaches(call).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(
        refused.fields,
        [
            "filter.kinds[1]",
            "filter.units[0]",
            "filter.products",
            "filter.promise_kinds[0]",
            "filter.urgencies[0]"
        ]
    );
    let call = ListBreachesRequest { page_size: 1, ..ListBreachesRequest::default() };
    let page_token =
        api.query.list_breaches(call.clone()).await.unwrap().into_inner().next_page_token;
    let filter = BreachFilter { kinds: vec![BreachKind::Breach.into()], ..Default::default() };
    let call = ListBreachesRequest { page_token, filter: Some(filter), ..call };
    assert_eq!(refusal(api.query.list_breaches(call).await).fields, ["page_token"]);
    let ids = |arguments: &[&str]| -> Vec<String> {
        let answer = node.ask(&[&["breaches"], arguments].concat());
        let facts = answer["breaches"].as_array().unwrap().iter();
        facts.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let asked = ["--kind", "breach,withdrawal", "--product", "trou", "--promise", "first-answer"];
    let found = ids(&asked);
    assert_eq!(found.len(), 2);
    assert_eq!(ids(&[&asked[..], &["--urgency", "urgent", "--unit", "Voirie"]].concat()).len(), 1);
    let table = node.run(&["breaches", "--promise", "first-answer", "--lang", "fr"]).stdout;
    assert!(table.contains("Engagement") && table.contains("Première"), "{table}");
}
