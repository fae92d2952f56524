//! Holds what clients were told against the log, the projections and each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use beffroi_domain::{About, Event, FactKind, PromiseKind, Timestamp};
use beffroi_wire::pb::query::v1::{
    Breach, BreachKind, GetServiceRequestRequest, ListBreachesRequest, Status,
};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::history::{Answer, Op, Want};
use super::place::Place;
use crate::support::{Api, beffroi};

/// Checks everything, ends the nodes, and says in a line what there was.
pub(crate) fn check(mut place: Place, hands: &Runtime, history: &[Op]) -> String {
    let done: Vec<&Op> = history.iter().filter(|it| it.is_done()).collect();
    let opened: HashSet<Uuid> =
        done.iter().filter(|it| matches!(it.want, Want::Open(_))).map(|it| it.request).collect();
    let told: Vec<Vec<Breach>> = place.urls().iter().map(|url| hands.block_on(told(url))).collect();
    for url in place.urls() {
        hands.block_on(all_are_there(&url, &opened));
    }
    for data in place.stop() {
        let data = data.iter().map(String::as_str);
        let verify: Vec<_> = ["verify", "--output", "json"].into_iter().chain(data).collect();
        assert_eq!(beffroi(&verify).json()["same"], json!(true), "the projections are the log's");
    }
    let log = hands.block_on(place.log());
    let places = places(&log);
    nothing_is_lost(&done, &places);
    in_real_time(&done, &places);
    let lives = lives(history, &log);
    let mut by_request: HashMap<Uuid, Vec<&Op>> = HashMap::new();
    for op in history {
        by_request.entry(op.request).or_default().push(op);
    }
    for (request, ops) in &by_request {
        let life = lives.get(request).map_or(&[][..], Vec::as_slice);
        for op in ops {
            answered_rightly(op, life, ops, &places);
        }
    }
    let breaches = breaches(history, &log);
    for told in told {
        let told: Vec<Uuid> = told.iter().map(|it| it.id.parse().expect("an id")).collect();
        let on_log: Vec<Uuid> = breaches.iter().map(|it| it.id.uuid()).collect();
        assert_eq!(
            told, on_log,
            "each node tells of the breaches that the log holds, in its order"
        );
    }
    let again = history.iter().filter(|it| 1 < it.attempts).count();
    format!(
        "{} answered ({again} asked more than once), {} of them commands done, {} reads; {} events, {} \
         breaches: 0 lost, 0 twice",
        history.len(),
        done.iter().filter(|it| !matches!(it.want, Want::Read(_))).count(),
        done.iter().filter(|it| matches!(it.want, Want::Read(_))).count(),
        log.len(),
        breaches.len(),
    )
}

impl Op {
    fn is_done(&self) -> bool {
        matches!(self.answer, Answer::Done { .. })
    }
}

/// The breaches of which a node tells.
pub(crate) async fn told(url: &str) -> Vec<Breach> {
    let mut api = Api::connect(url).await;
    let (mut told, mut page_token) = (Vec::new(), String::new());
    loop {
        let kind = BreachKind::Breach.into();
        let call = ListBreachesRequest { kind, page_size: 1000, page_token, ..Default::default() };
        let page = api.query.list_breaches(call).await.expect("breaches").into_inner();
        told.extend(page.breaches);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return told;
        }
    }
}

async fn all_are_there(url: &str, opened: &HashSet<Uuid>) {
    let mut api = Api::connect(url).await;
    for request in opened {
        let service_request = request.to_string();
        let call = GetServiceRequestRequest { service_request, min_position: None };
        let found = api.query.get_service_request(call).await;
        assert!(found.is_ok(), "{request} was acknowledged and is not there: {found:?}");
    }
}

/// Where each event is.
fn places(log: &[(u64, Event)]) -> HashMap<Uuid, u64> {
    let mut places = HashMap::new();
    for (nth, (sequence, event)) in log.iter().enumerate() {
        assert_eq!(*sequence, nth as u64 + 1, "the log has no holes");
        let twice = places.insert(event.id.uuid(), *sequence);
        assert_eq!(twice, None, "{} is on the log twice", event.id.uuid());
    }
    places
}

fn nothing_is_lost(done: &[&Op], places: &HashMap<Uuid, u64>) {
    for op in done.iter().filter(|it| !matches!(it.want, Want::Read(_))) {
        let place = places.get(&op.id);
        let place = place.unwrap_or_else(|| panic!("{op:?} was acknowledged and is lost"));
        let Answer::Done { position, .. } = op.answer else { continue };
        assert!(*place <= position, "{op:?} is at {place}");
    }
}

/// What was answered before something else was first sent comes before it on the log.
fn in_real_time(done: &[&Op], places: &HashMap<Uuid, u64>) {
    let mut writes: Vec<(&Op, u64)> =
        done.iter().filter_map(|op| Some((*op, *places.get(&op.id)?))).collect();
    let mut ended = writes.clone();
    ended.sort_by_key(|it| it.0.ended);
    writes.sort_by_key(|it| it.0.began);
    let (mut ended, mut last) = (ended.into_iter().peekable(), 0);
    for (op, place) in writes {
        while let Some((_, before)) = ended.next_if(|it| it.0.ended < op.began) {
            last = last.max(before);
        }
        assert!(last < place, "{op:?} is at {place}, what was answered before it is at {last}");
    }
}

/// How each request stood from which place of the log on.
fn lives(history: &[Op], log: &[(u64, Event)]) -> HashMap<Uuid, Vec<(u64, Status)>> {
    let wants: HashMap<Uuid, &Op> = history.iter().map(|it| (it.id, it)).collect();
    let mut lives: HashMap<Uuid, Vec<(u64, Status)>> = HashMap::new();
    for (sequence, event) in log {
        let (About::Request(request), Some(op)) = (event.about, wants.get(&event.id.uuid())) else {
            continue;
        };
        let life = lives.entry(request.uuid()).or_default();
        let before = life.last().map(|it| it.1);
        assert!(op.want.is_taken(before), "{op:?} was done to a request that is {before:?}");
        life.extend(op.want.leaves(before).map(|status| (*sequence, status)));
    }
    lives
}

fn stands(life: &[(u64, Status)], position: u64) -> Option<Status> {
    life.iter().take_while(|it| it.0 <= position).last().map(|it| it.1)
}

/// An answer is what the log says at its position; a refusal is right at some moment between the
/// question and the answer.
fn answered_rightly(
    op: &Op,
    life: &[(u64, Status)],
    of_request: &[&Op],
    places: &HashMap<Uuid, u64>,
) {
    match &op.answer {
        Answer::Done { position, status } => {
            assert_eq!(stands(life, *position), Some(*status), "{op:?}, but {life:?}");
            if let Want::Read(asked) = op.want {
                assert!(asked <= *position, "{op:?} is older than asked");
            }
        }
        // An attempt of which nothing was heard may have been done after another was refused.
        Answer::Refused(_) if op.attempts > 1 => {}
        Answer::Refused(reason) => {
            assert!(!places.contains_key(&op.id), "{op:?} was done");
            let known = |until: Duration| {
                let before = of_request.iter().filter(|it| it.ended < until);
                before.filter_map(|it| places.get(&it.id)).max().copied().unwrap_or(0)
            };
            let from = known(op.began);
            let begun = of_request.iter().filter(|it| it.began <= op.ended);
            let until = begun.filter_map(|it| places.get(&it.id)).max().copied().unwrap_or(0);
            let mut moments = life.iter().map(|it| it.0).filter(|it| (from..=until).contains(it));
            let is_right = !op.want.is_taken(stands(life, from))
                || moments.any(|it| !op.want.is_taken(stands(life, it)));
            assert!(
                is_right,
                "{op:?} was refused as {reason}, but {life:?} from {from} to {until}"
            );
        }
    }
}

/// The breaches on the log: one for each request that is overdue, with the true due time.
fn breaches<'log>(history: &[Op], log: &'log [(u64, Event)]) -> Vec<&'log Event> {
    let expected: BTreeMap<Uuid, Timestamp> =
        history.iter().filter_map(|it| Some((it.request, it.breaches_at()?))).collect();
    let mut found = BTreeMap::new();
    let mut breaches = Vec::new();
    for (_, event) in log {
        let (About::Request(request), Some((kind, fact))) = (event.about, event.kind.fact()) else {
            continue;
        };
        assert_eq!((kind, fact.kind), (FactKind::Breach, PromiseKind::Resolution), "{event:?}");
        let twice = found.insert(request.uuid(), fact.due_at);
        assert_eq!(twice, None, "{event:?} is on the log twice");
        breaches.push(event);
    }
    assert_eq!(found, expected, "what is overdue, and since when");
    breaches
}
