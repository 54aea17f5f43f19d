// The page's program: the stock grpc-web client, with messages read from greeter.proto itself.
import grpcWeb from 'grpc-web';
import protobuf from 'protobufjs';
import greeterProto from '../greeter.proto';

const { root } = protobuf.parse(greeterProto);
const HelloRequest = root.lookupType('example.HelloRequest');
const HelloReply = root.lookupType('example.HelloReply');

const describe = (name, type) => new grpcWeb.MethodDescriptor(
  `/example.Greeter/${name}`, type, Object, Object,
  (request) => HelloRequest.encode(HelloRequest.create(request)).finish(),
  (bytes) => HelloReply.decode(bytes));
const sayHello = describe('SayHello', grpcWeb.MethodType.UNARY);
const sayHellos = describe('SayHellos', grpcWeb.MethodType.SERVER_STREAMING);

// One reply travels in either of gRPC-Web's modes; grpc-web reads streams in its text mode.
const unary = new grpcWeb.GrpcWebClientBase({ format: 'binary' });
const streaming = new grpcWeb.GrpcWebClientBase({ format: 'text' });

const name = document.querySelector('#name');
const greeting = document.querySelector('#greeting');
const greetings = document.querySelector('#greetings');
const streamed = document.querySelector('#streamed');
let stream = null;

const deadline = (seconds) => ({ deadline: String(Date.now() + seconds * 1000) });

document.querySelector('#hello').addEventListener('submit', (event) => {
  event.preventDefault();
  greeting.textContent = '…';
  unary.rpcCall('/example.Greeter/SayHello', { name: name.value }, deadline(5), sayHello, (error, reply) => {
    greeting.dataset.failed = String(Boolean(error));
    greeting.textContent = error ? `Status ${error.code}: ${error.message}` : reply.message;
  });
});

document.querySelector('#stream').addEventListener('click', () => {
  stream?.cancel();
  greetings.replaceChildren();
  streamed.textContent = 'streaming';
  stream = streaming.serverStreaming('/example.Greeter/SayHellos', { name: name.value }, {}, sayHellos);
  stream.on('data', (reply) => {
    const item = document.createElement('li');
    item.textContent = reply.message;
    greetings.append(item);
  });
  stream.on('error', (error) => { streamed.textContent = `Status ${error.code}: ${error.message}`; });
  stream.on('end', () => { streamed.textContent = 'complete'; });
});

document.querySelector('#stop').addEventListener('click', () => {
  stream?.cancel();
  streamed.textContent = 'cancelled';
});
