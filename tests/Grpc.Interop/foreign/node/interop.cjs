// One case of the gRPC interop test description by @grpc/grpc-js. Usage: interop.cjs PROTOS ADDRESS CASE
'use strict';
const assert = require('node:assert');
const { once } = require('node:events');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [protos, address, name] = process.argv.slice(2);
const { TestService, UnimplementedService } = grpc.loadPackageDefinition(
  loader.loadSync('testing/test.proto', { includeDirs: [protos], keepCase: true, defaults: true })).grpc.testing;
const credentials = grpc.credentials.createInsecure();
const client = new TestService(address, credentials);

const send = [27182, 8, 1828, 45904];
const receive = [31415, 9, 2653, 58979];
const special = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
const payload = size => ({ body: Buffer.alloc(size) });
const output = (size, body) => ({ response_parameters: [{ size }], payload: payload(body) });
const large = { response_size: 314159, payload: payload(271828) };

// What a call ends with: its error (null when it went well), its answer, its headers and trailers.
function unary(method, request, metadata = new grpc.Metadata(), of = client) {
  return new Promise(resolve => {
    const seen = {};
    const call = of[method](request, metadata, (error, answer) => { seen.error = error; seen.answer = answer; });
    call.on('metadata', headers => { seen.headers = headers; });
    call.on('status', status => { seen.trailers = status.metadata; setImmediate(() => resolve(seen)); });
  });
}

function ended(call) {
  return new Promise(resolve => {
    const seen = { sizes: [] };
    call.on('data', answer => seen.sizes.push(answer.payload.body.length));
    call.on('metadata', headers => { seen.headers = headers; });
    call.on('error', () => {});
    call.on('status', status => { seen.code = status.code; seen.details = status.details; seen.trailers = status.metadata; resolve(seen); });
  });
}

async function answered(promise) {
  const { error, answer } = await promise;
  assert.ifError(error);
  return answer;
}

const cases = {
  async empty_unary() { await answered(unary('EmptyCall', {})); },
  async large_unary() {
    assert.deepStrictEqual((await answered(unary('UnaryCall', large))).payload.body, Buffer.alloc(314159));
  },
  async client_streaming() {
    const answer = await new Promise((resolve, reject) => {
      const call = client.StreamingInputCall((error, value) => (error ? reject(error) : resolve(value)));
      send.forEach(size => call.write({ payload: payload(size) }));
      call.end();
    });
    assert.strictEqual(answer.aggregated_payload_size, 74922);
  },
  async server_streaming() {
    const seen = await ended(client.StreamingOutputCall({ response_parameters: receive.map(size => ({ size })) }));
    assert.deepStrictEqual([seen.code, seen.sizes], [grpc.status.OK, receive]);
  },
  async ping_pong() {
    const call = client.FullDuplexCall();
    for (let i = 0; i < send.length; i++) {
      call.write(output(receive[i], send[i]));
      const [answer] = await once(call, 'data');
      assert.strictEqual(answer.payload.body.length, receive[i]);
    }
    const end = ended(call);
    call.end();
    assert.deepStrictEqual(await end.then(seen => [seen.code, seen.sizes]), [grpc.status.OK, []]);
  },
  async empty_stream() {
    const call = client.FullDuplexCall();
    const end = ended(call);
    call.end();
    const seen = await end;
    assert.deepStrictEqual([seen.code, seen.sizes], [grpc.status.OK, []]);
  },
  async custom_metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from([0xab, 0xab, 0xab]));
    const call = client.FullDuplexCall(metadata);
    const end = ended(call);
    call.end(output(314159, 271828));
    for (const seen of [await unary('UnaryCall', large, metadata), await end]) {
      assert.deepStrictEqual(seen.headers.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
      assert.deepStrictEqual(seen.trailers.get('x-grpc-test-echo-trailing-bin'), [Buffer.from([0xab, 0xab, 0xab])]);
    }
  },
  async status_code_and_message() {
    const response_status = { code: 2, message: 'test status message' };
    const { error } = await unary('UnaryCall', { response_status });
    const call = client.FullDuplexCall();
    const end = ended(call);
    call.end({ response_status });
    for (const seen of [error, await end]) {
      assert.deepStrictEqual([seen.code, seen.details], [grpc.status.UNKNOWN, 'test status message']);
    }
  },
  async special_status_message() {
    const { error } = await unary('UnaryCall', { response_status: { code: 2, message: special } });
    assert.deepStrictEqual([error.code, error.details], [grpc.status.UNKNOWN, special]);
  },
  async unimplemented_method() {
    assert.strictEqual((await unary('UnimplementedCall', {})).error.code, grpc.status.UNIMPLEMENTED);
  },
  async unimplemented_service() {
    const nobody = new UnimplementedService(address, credentials);
    assert.strictEqual((await unary('UnimplementedCall', {}, new grpc.Metadata(), nobody)).error.code, grpc.status.UNIMPLEMENTED);
    nobody.close();
  },
  async cancel_after_begin() {
    const error = await new Promise(resolve => client.StreamingInputCall(resolve).cancel());
    assert.strictEqual(error.code, grpc.status.CANCELLED);
  },
  async cancel_after_first_response() {
    const call = client.FullDuplexCall();
    const end = ended(call);
    call.write(output(31415, 27182));
    await once(call, 'data');
    call.cancel();
    assert.deepStrictEqual(await end.then(seen => [seen.code, seen.sizes]), [grpc.status.CANCELLED, [31415]]);
  },
  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
    const end = ended(call);
    call.write({ payload: payload(27182) });
    assert.strictEqual((await end).code, grpc.status.DEADLINE_EXCEEDED);
  },
};

cases[name]().then(() => client.close(), error => { console.error(error); process.exit(1); });
