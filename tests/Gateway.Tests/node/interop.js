// gRPC's interoperability test cases, as https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
// describes them, by gRPC's client for Node: node interop.js <host:port> <folder of the protos> <case>
'use strict';

const assert = require('node:assert/strict');
const Module = require('node:module');
const zlib = require('node:zlib');

// The client decompresses without saying so: each message that it inflates is counted.
let inflated = 0;
const counting = { ...zlib, createGunzip: (...rest) => { inflated += 1; return zlib.createGunzip(...rest); } };
const load = Module._load;
Module._load = (request, ...rest) => (request === 'zlib' ? counting : load(request, ...rest));

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [target, protos, name] = process.argv.slice(2);
const definition = loader.loadSync('grpc/testing/test.proto', { includeDirs: [protos], keepCase: true, longs: Number, defaults: true });
const { TestService, UnimplementedService } = grpc.loadPackageDefinition(definition).grpc.testing;

const NO_COMPRESS = 2;
const GZIP = 2;
const plain = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
const client = new TestService(target, grpc.credentials.createInsecure(), plain);
const gzipClient = () => new TestService(target, grpc.credentials.createInsecure(), { ...plain, 'grpc.default_compression_algorithm': GZIP });

const payload = (size) => ({ type: 'COMPRESSABLE', body: Buffer.alloc(size) });
const unary = (stub, method, request, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve) => {
  const seen = {};
  const call = stub[method](request, metadata, options, (error, response) => {
    seen.error = error;
    seen.response = response;
    if (seen.status) resolve(seen);
  });
  call.on('metadata', (headers) => { seen.headers = headers; });
  call.on('status', (status) => {
    seen.status = status;
    if ('error' in seen) resolve(seen);
  });
});
const upload = (stub, write) => new Promise((resolve) => {
  const call = stub.StreamingInputCall((error, response) => resolve({ error, response }));
  write(call);
});
const collect = (call, onData = () => {}) => new Promise((resolve) => {
  const seen = { items: [] };
  call.on('metadata', (headers) => { seen.headers = headers; });
  call.on('data', (item) => { seen.items.push(item); onData(seen, item); });
  call.on('error', (error) => { seen.error = error; });
  call.on('status', (status) => { seen.status = status; resolve(seen); });
});
const ok = (seen) => assert.equal(seen.error ?? null, null);

const SIZES_OUT = [31415, 9, 2653, 58979];
const SIZES_IN = [27182, 8, 1828, 45904];
const STATUS = { code: 2, message: 'test status message' };
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08\t\n';

const cases = {
  async empty_unary() {
    const seen = await unary(client, 'EmptyCall', {});
    ok(seen);
    assert.deepEqual(seen.response, {});
  },

  async large_unary() {
    const seen = await unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828) });
    ok(seen);
    assert.equal(seen.response.payload.body.length, 314159);
    assert.ok(seen.response.payload.body.every((byte) => byte === 0));
  },

  async client_compressed_unary() {
    const request = { response_size: 314159, payload: payload(271828) };
    const probe = await unary(client, 'UnaryCall', { ...request, expect_compressed: { value: true } });
    assert.equal(probe.error.code, grpc.status.INVALID_ARGUMENT);
    for (const [stub, compressed] of [[gzipClient(), true], [client, false]]) {
      const seen = await unary(stub, 'UnaryCall', { ...request, expect_compressed: { value: compressed } });
      ok(seen);
      assert.equal(seen.response.payload.body.length, 314159);
    }
  },

  async server_compressed_unary() {
    for (const compressed of [true, false]) {
      const before = inflated;
      const seen = await unary(client, 'UnaryCall', { response_compressed: { value: compressed }, response_size: 314159, payload: payload(271828) });
      ok(seen);
      assert.equal(seen.response.payload.body.length, 314159);
      assert.equal(inflated - before, compressed ? 1 : 0);
    }
  },

  async client_streaming() {
    const seen = await upload(client, (call) => {
      SIZES_IN.forEach((size) => call.write({ payload: payload(size) }));
      call.end();
    });
    ok(seen);
    assert.equal(seen.response.aggregated_payload_size, 74922);
  },

  async client_compressed_streaming() {
    const probe = await upload(client, (call) => {
      call.on('error', () => {});
      call.write({ expect_compressed: { value: true }, payload: payload(27182) });
      call.end();
    });
    assert.equal(probe.error.code, grpc.status.INVALID_ARGUMENT);
    const seen = await upload(gzipClient(), (call) => {
      call.write({ expect_compressed: { value: true }, payload: payload(27182) });
      call.write({ expect_compressed: { value: false }, payload: payload(45904) }, NO_COMPRESS);
      call.end();
    });
    ok(seen);
    assert.equal(seen.response.aggregated_payload_size, 73086);
  },

  async server_streaming() {
    const seen = await collect(client.StreamingOutputCall({ response_parameters: SIZES_OUT.map((size) => ({ size })) }));
    ok(seen);
    assert.deepEqual(seen.items.map((item) => item.payload.body.length), SIZES_OUT);
  },

  async server_compressed_streaming() {
    const before = inflated;
    const parameters = [{ compressed: { value: true }, size: 31415 }, { compressed: { value: false }, size: 92653 }];
    const seen = await collect(client.StreamingOutputCall({ response_parameters: parameters }));
    ok(seen);
    assert.deepEqual(seen.items.map((item) => item.payload.body.length), [31415, 92653]);
    assert.equal(inflated - before, 1);
  },

  async ping_pong() {
    const call = client.FullDuplexCall();
    const send = (index) => call.write({ response_parameters: [{ size: SIZES_OUT[index] }], payload: payload(SIZES_IN[index]) });
    const done = collect(call, (seen) => (seen.items.length < SIZES_OUT.length ? send(seen.items.length) : call.end()));
    send(0);
    const seen = await done;
    ok(seen);
    assert.deepEqual(seen.items.map((item) => item.payload.body.length), SIZES_OUT);
  },

  async empty_stream() {
    const call = client.FullDuplexCall();
    const done = collect(call);
    call.end();
    const seen = await done;
    ok(seen);
    assert.equal(seen.items.length, 0);
  },

  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from('ababab', 'hex'));
    const check = (seen) => {
      ok(seen);
      assert.deepEqual(seen.headers.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
      assert.deepEqual(seen.status.metadata.get('x-grpc-test-echo-trailing-bin'), [Buffer.from('ababab', 'hex')]);
    };
    check(await unary(client, 'UnaryCall', { response_size: 314159, payload: payload(271828) }, metadata));
    const call = client.FullDuplexCall(metadata);
    const done = collect(call);
    call.write({ response_parameters: [{ size: 314159 }], payload: payload(271828) });
    call.end();
    check(await done);
  },

  async status_code_and_message() {
    const seen = await unary(client, 'UnaryCall', { response_status: STATUS });
    assert.equal(seen.error.code, STATUS.code);
    assert.equal(seen.error.details, STATUS.message);
    const call = client.FullDuplexCall();
    const done = collect(call);
    call.write({ response_status: STATUS });
    call.end();
    const streamed = await done;
    assert.equal(streamed.status.code, STATUS.code);
    assert.equal(streamed.status.details, STATUS.message);
  },

  async special_status_message() {
    const seen = await unary(client, 'UnaryCall', { response_status: { code: 2, message: SPECIAL } });
    assert.equal(seen.error.code, 2);
    assert.equal(seen.error.details, SPECIAL);
  },

  async unimplemented_method() {
    assert.equal((await unary(client, 'UnimplementedCall', {})).error.code, grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const stub = new UnimplementedService(target, grpc.credentials.createInsecure());
    assert.equal((await unary(stub, 'UnimplementedCall', {})).error.code, grpc.status.UNIMPLEMENTED);
  },

  async cancel_after_begin() {
    const seen = await upload(client, (call) => setImmediate(() => call.cancel()));
    assert.equal(seen.error.code, grpc.status.CANCELLED);
  },

  async cancel_after_first_response() {
    const call = client.FullDuplexCall();
    const done = collect(call, () => call.cancel());
    call.write({ response_parameters: [{ size: 31415 }], payload: payload(27182) });
    const seen = await done;
    assert.equal(seen.items.length, 1);
    assert.equal(seen.status.code, grpc.status.CANCELLED);
  },

  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall(new grpc.Metadata(), { deadline: Date.now() + 1 });
    const done = collect(call);
    call.write({ payload: payload(27182) });
    assert.equal((await done).status.code, grpc.status.DEADLINE_EXCEEDED);
  },
};

if (!cases[name]) {
  console.error(`There is no case '${name}': ${Object.keys(cases).join(', ')}.`);
  process.exit(2);
}

cases[name]().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  });
