// An ordinary gRPC server that knows nothing of queues. Prints the port that it listens on, and what it hears of.
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

const definition = loader.loadSync(new URL('greeter.proto', import.meta.url).pathname);
const { Greeter } = grpc.loadPackageDefinition(definition).example;
const say = (line) => process.stdout.write(`${line}\n`);

const refuse = (call) => {
  const trailers = new grpc.Metadata();
  trailers.set('reason', 'stop-list');
  trailers.set('proof-bin', Buffer.from([0, 1, 255]));
  return { code: grpc.status.PERMISSION_DENIED, details: `No ${call.request.name} ☺`, metadata: trailers };
};

const handlers = {
  SayHello(call, callback) {
    switch (call.request.name) {
      case 'nobody':
        callback(refuse(call));
        return;
      case 'hang':
        say('hanging');
        call.on('cancelled', () => say('cancelled'));
        return;
      case 'deadline':
        callback(null, { message: String(call.getDeadline() - Date.now()) });
        return;
    }
    const headers = new grpc.Metadata();
    headers.set('served-by', 'node');
    call.sendMetadata(headers);
    const caller = call.metadata.get('caller')[0] ?? 'stranger';
    callback(null, { message: `Hello ${call.request.name} (${caller})` });
  },
  Count(call) {
    const last = Number(call.request.name);
    for (let number = 1; number <= last; number++) call.write({ message: String(number) });
    call.end();
  },
  Collect(call, callback) {
    const names = [];
    call.on('data', ({ name }) => names.push(name));
    call.on('end', () => callback(null, { message: names.join(',') }));
  },
  Chat(call) {
    call.on('data', ({ name }) => call.write({ message: name.toUpperCase() }));
    call.on('end', () => call.end());
    call.on('cancelled', () => say('cancelled'));
  },
};

const server = new grpc.Server();
server.addService(Greeter.service, handlers);
if (!process.argv.includes('--no-reflection')) {
  new ReflectionService(definition).addToServer(server);
}

server.bindAsync(`127.0.0.1:${process.argv[2] ?? 0}`, grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  say(`listening ${port}`);
});
process.stdin.on('end', () => process.exit(0)).resume();
