"""A client that knows nothing of Beffroi but `proto/`: it opens, follows up, changes and asks.

usage: client.py HOST:PORT PROTO_DIRECTORY

Code is generated at run time, into a directory that is removed at the end. Every expectation is an
assertion: the script ends with 0 when all hold.
"""

import pathlib
import subprocess
import sys
import tempfile
import uuid

import grpc
from google.protobuf import descriptor_pool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status


def generate(protos, into):
    """Generates code for every file of the API, and makes it importable."""
    files = sorted(str(it.relative_to(protos)) for it in protos.rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={protos}"]
    outputs = [f"--python_out={into}", f"--grpc_python_out={into}"]
    subprocess.run(command + outputs + files, check=True)
    sys.path.insert(0, str(into))


def details(error):
    """The ErrorInfo and the BadRequest of an error."""
    info, invalid = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in rpc_status.from_call(error).details:
        for form in (info, invalid):
            if detail.Is(form.DESCRIPTOR):
                detail.Unpack(form)
    return info, invalid


def refused(call, *arguments):
    """The error of a call that must fail."""
    try:
        call(*arguments)
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call was not refused")


def check_services(channel):
    """The server describes itself and says that it is well."""
    database = ProtoReflectionDescriptorDatabase(channel)
    services = set(database.get_services())
    names = {"beffroi.intake.v1.IntakeService", "beffroi.query.v1.QueryService"}
    assert names | {"grpc.health.v1.Health"} <= services, services
    pool = descriptor_pool.DescriptorPool(database)
    for name, method in zip(sorted(names), ["OpenServiceRequest", "GetVolumes"]):
        assert method in pool.FindServiceByName(name).methods_by_name
    health = health_pb2_grpc.HealthStub(channel)
    for name in sorted(names) + [""]:
        answer = health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING, name


def check_life(intake, query, words, calls, views):
    """A request is opened, followed up, changed and asked about."""
    citizen = str(uuid.uuid4())
    call = calls.OpenServiceRequestRequest(
        request_id=str(uuid.uuid4()),
        citizen_id=citizen,
        product="Abattage d'arbre",
        nature=words.NATURE_SERVICE,
        channel=words.CHANNEL_WEB_FORM,
        description="Un érable penche sur la rue.",
    )
    opened = intake.OpenServiceRequest(call)
    request = opened.service_request
    assert request.id == call.request_id
    assert request.status == views.STATUS_OPEN
    assert request.promises[0].verdict == views.VERDICT_PENDING
    assert intake.OpenServiceRequest(call) == opened, "sent again, answered alike"

    for text, visibility in [
        ("Une équipe passera jeudi.", words.VISIBILITY_PUBLIC),
        ("Vérifier la ligne électrique", words.VISIBILITY_INTERNAL),
    ]:
        intake.AddFollowUp(
            calls.AddFollowUpRequest(
                follow_up_id=str(uuid.uuid4()),
                service_request=request.number,
                text=text,
                visibility=visibility,
            )
        )
    for step, status in [
        ({"assign": calls.Assign(unit="Foresterie urbaine")}, views.STATUS_ASSIGNED),
        (
            {"put_on_hold": calls.PutOnHold(reason=words.HOLD_REASON_THIRD_PARTY)},
            views.STATUS_ON_HOLD,
        ),
        ({"resume": calls.Resume()}, views.STATUS_ASSIGNED),
        ({"resolve": calls.Resolve()}, views.STATUS_RESOLVED),
    ]:
        change = calls.ChangeServiceRequestRequest(
            change_id=str(uuid.uuid4()), service_request=request.id, **step
        )
        answer = intake.ChangeServiceRequest(change)
        assert answer.service_request.status == status, step

    intake.RecordContact(
        calls.RecordContactRequest(
            contact_id=str(uuid.uuid4()),
            citizen_id=citizen,
            channel=words.CHANNEL_TELEPHONE,
            nature=words.NATURE_INFORMATION,
            outcome=words.CONTACT_OUTCOME_FOLLOWED_UP,
            service_request=request.number,
        )
    )
    found = query.GetServiceRequest(
        views.GetServiceRequestRequest(service_request=request.number, min_position=opened.position)
    )
    assert found.service_request.status == views.STATUS_RESOLVED
    assert found.service_request.unit == "Foresterie urbaine"
    assert found.service_request.promises[0].verdict == views.VERDICT_ON_TIME
    history = views.GetServiceRequestHistoryRequest(
        service_request=request.number, audience=views.AUDIENCE_STAFF
    )
    kinds = [it.kind for it in query.GetServiceRequestHistory(history).entries]
    assert kinds[0] == "request_opened" and len(kinds) == 8, kinds
    assert kinds[-1] == "contact_recorded", kinds
    synthesis = query.GetCitizen(views.GetCitizenRequest(citizen_id=citizen))
    assert synthesis.citizen.contacts == 1
    assert [it.number for it in synthesis.service_requests] == [request.number]
    return request


def check_pages(intake, query, words, calls, views):
    """A list comes whole, page after page, newest number first."""
    product = f"Nid-de-poule {uuid.uuid4()}"
    numbers = []
    for _ in range(7):
        call = calls.OpenServiceRequestRequest(
            request_id=str(uuid.uuid4()),
            product=product,
            nature=words.NATURE_RAPID_INTERVENTION,
            channel=words.CHANNEL_APP,
        )
        numbers.append(intake.OpenServiceRequest(call).service_request.number)
    wanted = views.ServiceRequestFilter(product=product)
    listed, token = [], ""
    while True:
        page = query.ListServiceRequests(
            views.ListServiceRequestsRequest(filter=wanted, page_size=3, page_token=token)
        )
        assert len(page.service_requests) <= 3
        listed += [it.number for it in page.service_requests]
        token = page.next_page_token
        if not token:
            break
    assert listed == list(reversed(numbers)), (listed, numbers)
    volumes = query.GetVolumes(views.GetVolumesRequest()).requests
    assert sum(it.count for it in volumes if it.product == product) == 7


def check_errors(intake, query, calls, views, request):
    """Errors carry a code, a stable reason, and the fields they are about."""
    error = refused(intake.OpenServiceRequest, calls.OpenServiceRequestRequest())
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    info, invalid = details(error)
    assert (info.reason, info.domain) == ("INVALID_FIELD", "beffroi")
    fields = [it.field for it in invalid.field_violations]
    assert fields == ["request_id", "product", "nature", "channel"], fields
    assert all(it.description for it in invalid.field_violations)

    unknown = views.GetServiceRequestRequest(service_request=str(uuid.uuid4()))
    error = refused(query.GetServiceRequest, unknown)
    assert error.code() == grpc.StatusCode.NOT_FOUND
    info, _ = details(error)
    assert info.reason == "UNKNOWN_REQUEST"
    assert info.metadata["service_request"] == unknown.service_request

    again = calls.ChangeServiceRequestRequest(
        change_id=str(uuid.uuid4()), service_request=request.number, cancel=calls.Cancel()
    )
    error = refused(intake.ChangeServiceRequest, again)
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    info, _ = details(error)
    assert (info.reason, info.metadata["status"]) == ("WRONG_STATUS", "resolved"), info


def check_streams(query, views, request):
    """A stream begins with what is there."""
    watch = query.WatchServiceRequest(
        views.WatchServiceRequestRequest(service_request=request.number), timeout=20
    )
    assert next(watch).service_request.status == views.STATUS_RESOLVED
    watch.cancel()
    follow = query.SubscribeBreaches(views.SubscribeBreachesRequest(), timeout=20)
    first = next(follow)
    assert first.WhichOneof("event") == "caught_up" and first.resume_token, first
    follow.cancel()


def main():
    address, protos = sys.argv[1:]
    with tempfile.TemporaryDirectory() as generated:
        generate(pathlib.Path(protos), generated)
        from beffroi.event.v1 import vocabulary_pb2 as words
        from beffroi.intake.v1 import intake_service_pb2 as calls
        from beffroi.intake.v1 import intake_service_pb2_grpc as intake_grpc
        from beffroi.query.v1 import query_service_pb2 as queries
        from beffroi.query.v1 import query_service_pb2_grpc as query_grpc
        from beffroi.query.v1 import service_request_pb2 as request_views

        class Views:
            """The messages of both files of the query package."""

            def __getattr__(self, name):
                return getattr(queries if hasattr(queries, name) else request_views, name)

        with grpc.insecure_channel(address) as channel:
            grpc.channel_ready_future(channel).result(timeout=20)
            intake = intake_grpc.IntakeServiceStub(channel)
            query = query_grpc.QueryServiceStub(channel)
            views = Views()
            check_services(channel)
            request = check_life(intake, query, words, calls, views)
            check_pages(intake, query, words, calls, views)
            check_errors(intake, query, calls, views, request)
            check_streams(query, views, request)
    print("all expectations hold")


main()
