//! Imports through a server that sometimes fails.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use beffroi_channels::import::{Error, Job, Profile, Progress, Summary, import};
use beffroi_wire::pb::event::v1::Language;
use beffroi_wire::pb::intake::v1::import_result::Outcome;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::intake::v1::intake_service_server::{IntakeService, IntakeServiceServer};
use beffroi_wire::pb::intake::v1::{
    AddAttachmentRequest, AddAttachmentResponse, AddFollowUpRequest, AddFollowUpResponse,
    ChangeServiceRequestRequest, ChangeServiceRequestResponse, ImportError, ImportRemark,
    ImportResult, ImportServiceRequestsRequest, ImportServiceRequestsResponse,
    ImportedServiceRequest, MergeServiceRequestsRequest, MergeServiceRequestsResponse,
    OpenServiceRequestRequest, OpenServiceRequestResponse, RecordContactRequest,
    RecordContactResponse, RelateServiceRequestsRequest, RelateServiceRequestsResponse,
    UnmergeServiceRequestRequest, UnmergeServiceRequestResponse, UnrelateServiceRequestsRequest,
    UnrelateServiceRequestsResponse,
};
use std::collections::HashSet;
use std::error::Error as _;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};

/// Takes requests in memory; fails as told.
#[derive(Clone, Default)]
struct Intake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    calls: usize,
    /// By the number of the call: the code it fails with, and whether it had been taken before.
    failures: Vec<(usize, Code, bool)>,
    /// Answers one result too few.
    is_short: bool,
    taken: Vec<ImportedServiceRequest>,
    known: HashSet<String>,
    sizes: Vec<usize>,
}

impl State {
    fn take(&mut self, request: ImportedServiceRequest) -> ImportResult {
        if request.product == "refused" {
            let (reason, field) = ("INVALID_FIELD".to_owned(), "product".to_owned());
            let error = Some(ImportError { reason, field, message: "not that".to_owned() });
            let outcome = Outcome::Rejected.into();
            return ImportResult { outcome, error, ..ImportResult::default() };
        }
        let mut remarks = Vec::new();
        if request.product == "remarked" {
            let (reason, field) = ("DETAIL_KEPT".to_owned(), "opened_at".to_owned());
            remarks.push(ImportRemark { reason, field, message: "kept".to_owned() });
        }
        let is_new = self.known.insert(request.source.as_ref().unwrap().id.clone());
        if is_new {
            self.taken.push(request);
        }
        let outcome = if is_new { Outcome::Created } else { Outcome::Unchanged };
        ImportResult { outcome: outcome.into(), remarks, ..ImportResult::default() }
    }
}

#[tonic::async_trait]
impl IntakeService for Intake {
    async fn import_service_requests(
        &self,
        call: Request<ImportServiceRequestsRequest>,
    ) -> Result<Response<ImportServiceRequestsResponse>, Status> {
        let mut state = self.0.lock().unwrap();
        state.calls += 1;
        let number = state.calls;
        let failure = state.failures.iter().find(|(call, ..)| *call == number).copied();
        if let Some((_, code, false)) = failure {
            return Err(Status::new(code, "as told"));
        }
        let requests = call.into_inner().service_requests;
        state.sizes.push(requests.len());
        let mut results: Vec<_> = requests.into_iter().map(|it| state.take(it)).collect();
        if let Some((_, code, true)) = failure {
            return Err(Status::new(code, "as told"));
        }
        if state.is_short {
            results.pop();
        }
        Ok(Response::new(ImportServiceRequestsResponse { results, position: None }))
    }

    async fn open_service_request(
        &self,
        _: Request<OpenServiceRequestRequest>,
    ) -> Result<Response<OpenServiceRequestResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn change_service_request(
        &self,
        _: Request<ChangeServiceRequestRequest>,
    ) -> Result<Response<ChangeServiceRequestResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn add_follow_up(
        &self,
        _: Request<AddFollowUpRequest>,
    ) -> Result<Response<AddFollowUpResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn record_contact(
        &self,
        _: Request<RecordContactRequest>,
    ) -> Result<Response<RecordContactResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn merge_service_requests(
        &self,
        _: Request<MergeServiceRequestsRequest>,
    ) -> Result<Response<MergeServiceRequestsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn unmerge_service_request(
        &self,
        _: Request<UnmergeServiceRequestRequest>,
    ) -> Result<Response<UnmergeServiceRequestResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn relate_service_requests(
        &self,
        _: Request<RelateServiceRequestsRequest>,
    ) -> Result<Response<RelateServiceRequestsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn unrelate_service_requests(
        &self,
        _: Request<UnrelateServiceRequestsRequest>,
    ) -> Result<Response<UnrelateServiceRequestsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn add_attachment(
        &self,
        _: Request<AddAttachmentRequest>,
    ) -> Result<Response<AddAttachmentResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// A server, a folder, and the files in it.
struct Given {
    intake: Intake,
    client: IntakeServiceClient<Channel>,
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
    progress: Vec<Progress>,
}

impl Given {
    async fn new(state: State) -> Self {
        let intake = Intake(Arc::new(Mutex::new(state)));
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let service = IntakeServiceServer::new(intake.clone());
        tokio::spawn(Server::builder().add_service(service).serve_with_incoming(incoming));
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        let client = IntakeServiceClient::new(endpoint.connect().await.unwrap());
        let folder = tempfile::tempdir().unwrap();
        Self { intake, client, folder, files: Vec::new(), progress: Vec::new() }
    }

    fn file(mut self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.files.push(path);
        self
    }

    fn rejects(&self) -> PathBuf {
        self.folder.path().join("rejects.csv")
    }

    async fn import(&mut self) -> Result<Summary, Error> {
        let profile = Profile::named("boston").unwrap();
        let (rejects, progress) = (self.rejects(), &mut self.progress);
        let job = job(&profile, &self.files, Some(&rejects));
        import(self.client.clone(), job, |it| progress.push(it)).await
    }

    fn rejected(&self) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(self.rejects());
        let records = reader.as_mut().unwrap().records();
        records.map(|it| it.unwrap().iter().map(str::to_owned).collect()).collect()
    }
}

fn job<'a>(profile: &'a Profile, files: &'a [PathBuf], rejects: Option<&'a Path>) -> Job<'a> {
    Job { profile, files, rejects, language: Language::English }
}

const HEADER: &str = "case_enquiry_id,open_dt,target_dt,closed_dt,case_status,reason,type,\
                      department,neighborhood,latitude,longitude,source";

/// A row; closed ones have a change.
fn row(id: usize, product: &str, status: &str) -> String {
    let closed = if status == "Closed" { "2012-01-03 00:00:01" } else { "" };
    format!("{id},2012-01-02 03:04:05,,{closed},{status},Lamps,{product},PWD,,,,Twitter\n")
}

fn rows(ids: std::ops::Range<usize>) -> String {
    ids.fold(format!("{HEADER}\n"), |text, id| text + &row(id, "Lamp", "Closed"))
}

#[tokio::test]
async fn what_is_sent_keeps_the_order_of_the_files_through_failures() {
    let failures = vec![
        (1, Code::Unavailable, false),
        (3, Code::DeadlineExceeded, true),
        (4, Code::ResourceExhausted, false),
    ];
    let mut given = Given::new(State { failures, ..State::default() })
        .await
        .file("one.csv", &rows(0..1100))
        .file("two.csv", &rows(1100..1150));
    let summary = given.import().await.unwrap();
    // The batch that was taken before its answer was lost is known when it comes again.
    let expected =
        Summary { files: 2, rows: 1150, created: 655, unchanged: 495, ..Summary::default() };
    assert_eq!(summary, expected);
    let state = given.intake.0.lock().unwrap();
    let ids: Vec<usize> =
        state.taken.iter().map(|it| it.source.as_ref().unwrap().id.parse().unwrap()).collect();
    assert_eq!(ids, (0..1150).collect::<Vec<_>>());
    assert_eq!(state.sizes, [495, 495, 495, 110, 50]);
    let last = given.progress.last().unwrap();
    let bytes = given.files.iter().map(|it| it.metadata().unwrap().len()).sum();
    assert_eq!((last.bytes_done, last.bytes_total, last.rows), (bytes, bytes, 1150));
    assert!(given.progress.is_sorted_by_key(|it| (it.bytes_done, it.rows)));
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    let mut given = Given::new(State::default()).await.file("one.csv", &rows(0..10));
    assert_eq!(given.import().await.unwrap().created, 10);
    let again = given.import().await.unwrap();
    assert_eq!((again.created, again.unchanged), (0, 10));
}

#[tokio::test]
async fn rejects_are_written_in_the_order_of_their_lines() {
    let mut text = format!("{HEADER}\n");
    text += &row(1, "Lamp", "Odd");
    text += &row(2, "refused", "Open");
    text += "3\n";
    text += "4,2012-01-02 03:04:05,2011-01-01 00:00:00,,Open,Lamps,refused,PWD,,,,Twitter\n";
    text += "5,2012-01-02 03:04:05,2011-01-01 00:00:00,,Open,Lamps,Lamp,PWD,,,,Twitter\n";
    text += &row(6, "remarked", "Open");
    let mut given = Given::new(State::default())
        .await
        .file("one.csv", "<!doctype html>")
        .file("two.csv", &text);
    let summary = given.import().await.unwrap();
    assert_eq!((summary.files, summary.rows, summary.created), (1, 6, 2));
    assert_eq!((summary.rejected, summary.remarks), (4, 2));
    assert_eq!(summary.unreadable_files.len(), 1);
    assert_eq!(summary.unreadable_files[0].reason, "html_page");
    let lines = given.rejected();
    let names = ["file", "line", "column", "reason", "outcome", "value", "message"];
    assert_eq!(lines[0], names);
    let mut short = String::new();
    for line in &lines[1..] {
        let file = Path::new(&line[0]).file_name().unwrap().to_str().unwrap();
        writeln!(short, "{file} {}", line[1..6].join(" ")).unwrap();
    }
    let expected = "\
one.csv 0  html_page rejected 
two.csv 2 case_status unknown_status rejected Odd
two.csv 3 type rejected_by_server rejected refused
two.csv 4  wrong_number_of_fields rejected 
two.csv 5 target_dt promised_before_opened rejected 2011-01-01 00:00:00
two.csv 5 type rejected_by_server rejected refused
two.csv 6 target_dt promised_before_opened imported 2011-01-01 00:00:00
two.csv 7 open_dt detail_kept imported 2012-01-02 03:04:05
";
    assert_eq!(short, expected);
    assert_eq!(lines[3][6], "not that [INVALID_FIELD]");
}

#[tokio::test]
async fn without_defects_the_rejects_have_a_header_alone() {
    let mut given = Given::new(State::default()).await.file("one.csv", &rows(0..1));
    given.import().await.unwrap();
    assert_eq!(given.rejected().len(), 1);
}

#[tokio::test]
async fn a_refused_batch_stops_the_import_and_says_where() {
    let failures = vec![(2, Code::PermissionDenied, false)];
    let state = State { failures, ..State::default() };
    let mut given = Given::new(state).await.file("one.csv", &rows(0..1000));
    let failure = given.import().await.unwrap_err();
    let text = failure.to_string();
    assert!(text.contains("before line 497"), "{text}");
    assert!(text.contains("after 495 rows"), "{text}");
    assert!(text.ends_with("running it again goes on from there"), "{text}");
    assert!(failure.source().unwrap().to_string().contains("as told"));
    let Error::Stopped { done, .. } = failure else { panic!("{failure:?}") };
    assert_eq!(done.created, 495);
    let again = given.import().await.unwrap();
    assert_eq!((again.created, again.unchanged), (505, 495));
}

#[tokio::test]
async fn an_answer_of_another_length_is_not_believed() {
    let state = State { is_short: true, ..State::default() };
    let mut given = Given::new(state).await.file("one.csv", &rows(0..3));
    let failure = given.import().await.unwrap_err();
    assert!(matches!(failure, Error::Answer { requests: 3, results: 2 }));
}

#[tokio::test]
async fn rejects_that_cannot_be_written_are_said_before_anything_is_sent() {
    let given = Given::new(State::default()).await.file("one.csv", &rows(0..3));
    let profile = Profile::named("boston").unwrap();
    let bad = given.folder.path().join("missing/rejects.csv");
    let attempt = import(given.client.clone(), job(&profile, &given.files, Some(&bad)), |_| {});
    assert!(matches!(attempt.await, Err(Error::Rejects { .. })));
    let input = &given.files[0];
    let attempt = import(given.client.clone(), job(&profile, &given.files, Some(input)), |_| {});
    assert!(matches!(attempt.await, Err(Error::RejectsIsInput(_))));
    assert_eq!(std::fs::read_to_string(input).unwrap(), rows(0..3));
    assert_eq!(given.intake.0.lock().unwrap().calls, 0);
}

#[tokio::test]
async fn the_import_can_be_a_task_of_its_own() {
    let given = Given::new(State::default()).await.file("one.csv", &rows(0..3));
    let (client, files) = (given.client.clone(), given.files.clone());
    let task = tokio::spawn(async move {
        let profile = Profile::named("boston").unwrap();
        import(client, job(&profile, &files, None), |_| {}).await.unwrap().created
    });
    assert_eq!(task.await.unwrap(), 3);
}

#[tokio::test]
async fn people_are_told_in_their_language() {
    let given = Given::new(State::default())
        .await
        .file("one.csv", "<!doctype html>")
        .file("two.csv", &format!("{HEADER}\n3\n"));
    let (profile, rejects) = (Profile::named("boston").unwrap(), given.rejects());
    let job = job(&profile, &given.files, Some(&rejects));
    let job = Job { language: Language::French, ..job };
    let summary = import(given.client.clone(), job, |_| {}).await.unwrap();
    let page = "le fichier est une page Web, non un tableau";
    assert_eq!(summary.unreadable_files[0].message, page);
    let messages: Vec<_> = given.rejected().iter().map(|it| it[6].clone()).collect();
    assert_eq!(messages[1..], [page, "la ligne a 1 champs, l'en-tête 12"]);
    let job = Job { rejects: Some(&given.files[0]), ..job };
    let error = import(given.client.clone(), job, |_| {}).await.unwrap_err();
    assert!(error.text(Language::French).starts_with("le fichier de rejets"));
    let error = Profile::named("nowhere").unwrap_err();
    assert!(error.text(Language::French).starts_with("il n'y a pas de profil"));
}
