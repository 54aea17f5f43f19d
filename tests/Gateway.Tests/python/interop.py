"""gRPC's interoperability test cases, as https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
describes them, by gRPC's client for Python:

    python3 interop.py <host:port> <folder of the generated messages> <case> | all
"""

import sys
import threading
import time

import grpc

TARGET, GENERATED, CASE = sys.argv[1:4]
sys.path.insert(0, GENERATED)
import messages_pb2  # noqa: E402

SERVICE = "/grpc.testing.TestService/"
SIZES_OUT = [31415, 9, 2653, 58979]
SIZES_IN = [27182, 8, 1828, 45904]
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
LIMITS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]

channel = grpc.insecure_channel(TARGET, options=LIMITS)


def serialize(message):
    return message.SerializeToString()


def stub(shape, method, reply=messages_pb2.SimpleResponse, service=SERVICE):
    return getattr(channel, shape)(service + method, request_serializer=serialize, response_deserializer=reply.FromString)


empty_call = stub("unary_unary", "EmptyCall", messages_pb2.Empty)
unary_call = stub("unary_unary", "UnaryCall")
output_call = stub("unary_stream", "StreamingOutputCall", messages_pb2.StreamingOutputCallResponse)
input_call = stub("stream_unary", "StreamingInputCall", messages_pb2.StreamingInputCallResponse)
duplex_call = stub("stream_stream", "FullDuplexCall", messages_pb2.StreamingOutputCallResponse)


def payload(size):
    return messages_pb2.Payload(body=b"\0" * size)


def flag(value):
    return messages_pb2.BoolValue(value=value)


def large(**more):
    return messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828), **more)


def output(size, sent, **more):
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=size)], payload=payload(sent), **more)


def fails(status, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == status, f"{error.code()} instead of {status}: {error.details()}"
        return error
    raise AssertionError(f"no {status}")


class Turns:
    """An iterator of requests that another thread feeds."""

    def __init__(self):
        self._items, self._changed, self._ended = [], threading.Condition(), False

    def add(self, item):
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def end(self):
        with self._changed:
            self._ended = True
            self._changed.notify()

    def __iter__(self):
        return self

    def __next__(self):
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended)
            if not self._items:
                raise StopIteration
            return self._items.pop(0)


def empty_unary():
    assert empty_call(messages_pb2.Empty()) == messages_pb2.Empty()


def large_unary():
    assert unary_call(large()).payload.body == b"\0" * 314159


def client_compressed_unary():
    fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: unary_call(large(expect_compressed=flag(True))))
    for compression, expected in ((grpc.Compression.Gzip, True), (grpc.Compression.NoCompression, False)):
        reply = unary_call(large(expect_compressed=flag(expected)), compression=compression)
        assert len(reply.payload.body) == 314159


def server_compressed_unary():
    for compressed in (True, False):
        assert len(unary_call(large(response_compressed=flag(compressed))).payload.body) == 314159


def client_streaming():
    requests = (messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in SIZES_IN)
    assert input_call(requests).aggregated_payload_size == 74922


def client_compressed_streaming():
    def requests(expected):
        yield messages_pb2.StreamingInputCallRequest(payload=payload(27182), expect_compressed=flag(expected))
        yield messages_pb2.StreamingInputCallRequest(payload=payload(45904), expect_compressed=flag(expected))

    fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: input_call(requests(True)))
    assert input_call(requests(True), compression=grpc.Compression.Gzip).aggregated_payload_size == 73086
    assert input_call(requests(False)).aggregated_payload_size == 73086


def server_streaming():
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=[messages_pb2.ResponseParameters(size=size) for size in SIZES_OUT])
    assert [len(reply.payload.body) for reply in output_call(request)] == SIZES_OUT


def server_compressed_streaming():
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=[
        messages_pb2.ResponseParameters(size=31415, compressed=flag(True)),
        messages_pb2.ResponseParameters(size=92653, compressed=flag(False))])
    assert [len(reply.payload.body) for reply in output_call(request)] == [31415, 92653]


def ping_pong():
    turns = Turns()
    replies = duplex_call(turns)
    for size, sent in zip(SIZES_OUT, SIZES_IN):
        turns.add(output(size, sent))
        assert len(next(replies).payload.body) == size
    turns.end()
    assert list(replies) == []


def empty_stream():
    assert list(duplex_call(iter(()))) == []


def custom_metadata():
    sent = (("x-grpc-test-echo-initial", "test_initial_metadata_value"), ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
    reply, call = unary_call.with_call(large(), metadata=sent)
    check_metadata(call, sent)
    call = duplex_call(iter([output(314159, 271828)]), metadata=sent)
    assert len(list(call)) == 1
    check_metadata(call, sent)


def check_metadata(call, sent):
    assert dict(call.initial_metadata())[sent[0][0]] == sent[0][1], call.initial_metadata()
    assert dict(call.trailing_metadata())[sent[1][0]] == sent[1][1], call.trailing_metadata()


def status_code_and_message():
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    error = fails(grpc.StatusCode.UNKNOWN, lambda: unary_call(messages_pb2.SimpleRequest(response_status=status)))
    assert error.details() == status.message
    error = fails(grpc.StatusCode.UNKNOWN, lambda: list(duplex_call(iter([messages_pb2.StreamingOutputCallRequest(response_status=status)]))))
    assert error.details() == status.message


def special_status_message():
    status = messages_pb2.EchoStatus(code=2, message=SPECIAL)
    assert fails(grpc.StatusCode.UNKNOWN, lambda: unary_call(messages_pb2.SimpleRequest(response_status=status))).details() == SPECIAL


def unimplemented_method():
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: stub("unary_unary", "UnimplementedCall", messages_pb2.Empty)(messages_pb2.Empty()))


def unimplemented_service():
    call = stub("unary_unary", "UnimplementedCall", messages_pb2.Empty, "/grpc.testing.UnimplementedService/")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(messages_pb2.Empty()))


def cancel_after_begin():
    turns = Turns()
    call = input_call.future(turns)
    call.cancel()
    turns.end()
    assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response():
    turns = Turns()
    turns.add(output(31415, 27182))
    call = duplex_call(turns)
    next(call)
    call.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: next(call))
    turns.end()


def timeout_on_sleeping_server():
    turns = Turns()
    turns.add(messages_pb2.StreamingOutputCallRequest(payload=payload(27182), response_parameters=[
        messages_pb2.ResponseParameters(size=31415, interval_us=10_000_000)]))
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(duplex_call(turns, timeout=0.001)))
    turns.end()


ALL = [
    empty_unary, large_unary, client_compressed_unary, server_compressed_unary, client_streaming, server_streaming,
    client_compressed_streaming, server_compressed_streaming, ping_pong, empty_stream, custom_metadata, status_code_and_message,
    special_status_message, unimplemented_method, unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server,
]

for case in ALL:
    if CASE in ("all", case.__name__):
        began = time.monotonic()
        case()
        print(f"{case.__name__}: passed in {1000 * (time.monotonic() - began):.0f} ms", flush=True)
