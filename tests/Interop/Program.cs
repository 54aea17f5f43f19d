using System.Net;
using Messaging.Interop;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

// dotnet run --project tests/Interop -- --port 10000 [--broker amqp://guest:guest@localhost:5672/]
var arguments = new ConfigurationBuilder().AddCommandLine(args).Build();
var port = arguments.GetValue("port", 10_000);
var broker = arguments["broker"] is { Length: > 0 } uri ? new Uri(uri) : null;

await using var application = InteropHost.Create(IPAddress.Any, port, broker);
await application.StartAsync();
Console.WriteLine($"grpc.testing.TestService is served on {string.Join(", ", application.Urls)} ({(broker is null ? "embedded broker" : "RabbitMQ")}).");
await application.WaitForShutdownAsync();
