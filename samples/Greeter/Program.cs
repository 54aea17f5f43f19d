using System.CommandLine;
using Greeter.Hosting;

var broker = new Option<Uri?>("--broker")
{
    Description = "A RabbitMQ, e.g. amqp://localhost. Without it the embedded broker carries the calls.",
    CustomParser = static result =>
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is ("amqp" or "amqps"))
        {
            return uri;
        }

        result.AddError($"--broker is '{result.Tokens[0].Value}': give an address such as amqp://guest:guest@localhost:5672.");
        return null;
    },
};
var grpc = new Option<int>("--grpc-port") { Description = "Where gRPC is served, by HTTP/2 without TLS. 0 for any free port.", DefaultValueFactory = static _ => 50051 };
var web = new Option<int>("--web-port") { Description = "Where the page, gRPC-Web and HTTP/JSON are served. 0 for any free port.", DefaultValueFactory = static _ => 8080 };
var command = new RootCommand("The classic Greeter, served from a queue: a worker, the gateway and a browser page in one process.") { broker, grpc, web };
command.SetAction(async (result, cancellationToken) =>
{
    await using var app = GreeterApp.Build(result.GetValue(broker), result.GetValue(grpc), result.GetValue(web));
    await app.StartAsync(cancellationToken);
    var urls = app.Urls.ToArray();
    Console.WriteLine($"gRPC at {new Uri(urls[0]).Authority}: example.Greeter. The page: {urls[1]}/. Ctrl+C ends it.");
    await app.WaitForShutdownAsync(cancellationToken);
});
return await command.Parse(args).InvokeAsync();
