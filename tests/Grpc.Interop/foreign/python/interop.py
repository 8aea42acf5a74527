"""One case of the gRPC interop test description, or of ours, by Python's grpcio. Usage: interop.py ADDRESS CASE"""
import sys

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from google.rpc import error_details_pb2, status_pb2
from health.v1 import health_pb2, health_pb2_grpc
from reflection.v1 import reflection_pb2 as reflection_v1, reflection_pb2_grpc as reflection_v1_grpc
from reflection.v1alpha import reflection_pb2 as reflection_alpha, reflection_pb2_grpc as reflection_alpha_grpc
from testing import empty_pb2, messages_pb2, test_pb2_grpc

SEND = (27182, 8, 1828, 45904)
RECEIVE = (31415, 9, 2653, 58979)
TEXT = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {expected!r}, got {actual!r}")


def payload(size):
    return messages_pb2.Payload(body=bytes(size))


def output(size, send=None):
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=size)], payload=None if send is None else payload(send))


def refused(call):
    """The error that the call ends with."""
    try:
        result = call()
        if not isinstance(result, grpc.Call):
            raise AssertionError(f"not refused: {result}")
        list(result)
    except grpc.RpcError as error:
        return error
    raise AssertionError("not refused")


class Messages:
    """Requests given one by one, so that each can wait for an answer."""

    def __init__(self):
        import queue
        self.queue = queue.Queue()

    def __iter__(self):
        return iter(self.queue.get, None)


def empty_unary(stub, channel):
    equal(stub.EmptyCall(empty_pb2.Empty()), empty_pb2.Empty())


def large_unary(stub, channel):
    answer = stub.UnaryCall(messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828)))
    equal(answer.payload.body, bytes(314159))


def client_streaming(stub, channel):
    answer = stub.StreamingInputCall(messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in SEND)
    equal(answer.aggregated_payload_size, 74922)


def server_streaming(stub, channel):
    request = messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=size) for size in RECEIVE])
    equal([len(answer.payload.body) for answer in stub.StreamingOutputCall(request)], list(RECEIVE))


def ping_pong(stub, channel):
    requests = Messages()
    answers = stub.FullDuplexCall(iter(requests))
    for send, receive in zip(SEND, RECEIVE):
        requests.queue.put(output(receive, send))
        equal(len(next(answers).payload.body), receive)
    requests.queue.put(None)
    equal(list(answers), [])


def empty_stream(stub, channel):
    equal(list(stub.FullDuplexCall(iter([]))), [])


def custom_metadata(stub, channel):
    sent = (("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
    _, unary = stub.UnaryCall.with_call(messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828)), metadata=sent)
    duplex = stub.FullDuplexCall(iter([output(314159, 271828)]), metadata=sent)
    equal(len(list(duplex)), 1)
    for call in unary, duplex:
        equal(dict(call.initial_metadata())[sent[0][0]], sent[0][1])
        equal(dict(call.trailing_metadata())[sent[1][0]], sent[1][1])


def status_code_and_message(stub, channel):
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    for error in (refused(lambda: stub.UnaryCall(messages_pb2.SimpleRequest(response_status=status))),
                  refused(lambda: stub.FullDuplexCall(iter([messages_pb2.StreamingOutputCallRequest(response_status=status)])))):
        equal((error.code(), error.details()), (grpc.StatusCode.UNKNOWN, "test status message"))


def special_status_message(stub, channel):
    status = messages_pb2.EchoStatus(code=2, message=TEXT)
    error = refused(lambda: stub.UnaryCall(messages_pb2.SimpleRequest(response_status=status)))
    equal((error.code(), error.details()), (grpc.StatusCode.UNKNOWN, TEXT))


def unimplemented_method(stub, channel):
    equal(refused(lambda: stub.UnimplementedCall(empty_pb2.Empty())).code(), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service(stub, channel):
    stub = test_pb2_grpc.UnimplementedServiceStub(channel)
    equal(refused(lambda: stub.UnimplementedCall(empty_pb2.Empty())).code(), grpc.StatusCode.UNIMPLEMENTED)


def cancel_after_begin(stub, channel):
    call = stub.StreamingInputCall.future(iter(Messages()))
    call.cancel()
    equal((call.cancelled(), call.code()), (True, grpc.StatusCode.CANCELLED))


def cancel_after_first_response(stub, channel):
    requests = Messages()
    answers = stub.FullDuplexCall(iter(requests))
    requests.queue.put(output(31415, 27182))
    equal(len(next(answers).payload.body), 31415)
    answers.cancel()
    equal(refused(lambda: answers).code(), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server(stub, channel):
    requests = Messages()
    requests.queue.put(messages_pb2.StreamingOutputCallRequest(payload=payload(27182)))
    equal(refused(lambda: stub.FullDuplexCall(iter(requests), timeout=0.001)).code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def health(stub, channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for name in "", "grpc.testing.TestService":
        equal(stub.Check(health_pb2.HealthCheckRequest(service=name)).status, health_pb2.HealthCheckResponse.SERVING)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=name))
        equal(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
        watch.cancel()
    equal(refused(lambda: stub.Check(health_pb2.HealthCheckRequest(service="nobody"))).code(), grpc.StatusCode.NOT_FOUND)
    equal(next(stub.Watch(health_pb2.HealthCheckRequest(service="nobody"))).status, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)


def reflect(messages, stub):
    """Makes a call with nothing known but the address: every message comes from reflection."""
    def ask(**question):
        return next(stub.ServerReflectionInfo(iter([messages.ServerReflectionRequest(**question)])))

    names = [service.name for service in ask(list_services="").list_services_response.service]
    equal([name for name in names if name == "grpc.testing.TestService"], ["grpc.testing.TestService"])
    files = {}
    for data in ask(file_containing_symbol="grpc.testing.TestService.UnaryCall").file_descriptor_response.file_descriptor_proto:
        file = descriptor_pb2.FileDescriptorProto.FromString(data)
        files[file.name] = file
    pool = descriptor_pool.DescriptorPool()

    def add(file):
        for needed in file.dependency:
            if needed in files:
                add(files.pop(needed))
        pool.Add(file)

    while files:
        add(files.pop(next(iter(files))))
    method = pool.FindServiceByName("grpc.testing.TestService").methods_by_name["UnaryCall"]
    factory = message_factory.MessageFactory(pool)
    request, answer = factory.GetPrototype(method.input_type), factory.GetPrototype(method.output_type)
    equal(ask(file_containing_symbol="nobody").error_response.error_code, grpc.StatusCode.NOT_FOUND.value[0])
    return lambda channel: equal(
        channel.unary_unary("/grpc.testing.TestService/UnaryCall", request.SerializeToString, answer.FromString)(
            request(response_size=17)).payload.body, bytes(17))


def reflection_of_v1(stub, channel):
    reflect(reflection_v1, reflection_v1_grpc.ServerReflectionStub(channel))(channel)


def reflection_of_v1alpha(stub, channel):
    reflect(reflection_alpha, reflection_alpha_grpc.ServerReflectionStub(channel))(channel)


def bad_request(stub, channel):
    fail = channel.unary_unary("/callcenter.probe.v1.Probe/Fail")
    error = refused(lambda: fail(b"\x0a\x05input", metadata=(("accept-language", "ru"),)))
    equal((error.code(), error.details()), (grpc.StatusCode.INVALID_ARGUMENT, "Запрос отклонён; неверных полей: 2."))
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    equal(status.code, grpc.StatusCode.INVALID_ARGUMENT.value[0])
    details = error_details_pb2.BadRequest()
    equal(status.details[0].Unpack(details), True)
    equal([(v.field, v.reason, v.description) for v in details.field_violations],
          [("filter.number", "NOT_A_NUMBER", "это не телефонный номер; пишите с кодом страны, например +7 916 123-45-67"),
           ("page_size", "OUT_OF_RANGE", "допустимо от 1 до 500")])


if __name__ == "__main__":
    address, case = sys.argv[1:]
    with grpc.insecure_channel(address) as connection:
        globals()[case](test_pb2_grpc.TestServiceStub(connection), connection)
