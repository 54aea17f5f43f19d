using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A worker of the test contract in a process of its own, to be killed: WorkerProcess <broker uri> <hang|serve>.
// It writes a line when it serves, and one for every call that it starts. Negative numbers, which only warm up, are
// answered in silence.
var hang = string.Equals(args[1], "hang", StringComparison.Ordinal);
var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
application.Services.AddSingleton(new CalcScript
{
    Add = async (request, token) =>
    {
        if (request.Left >= 0)
        {
            Console.WriteLine($"started {request.Left}");
            if (hang)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
        }

        return new Sum(request.Left + request.Right);
    },
});
application.Services.AddMessaging()
    .UseRabbitMq(options => options.Uri = new Uri(args[0]))
    .AddWorker<ICalc, ScriptedCalc>();
var host = application.Build();
await host.StartAsync();
Console.WriteLine("serving");
await host.WaitForShutdownAsync();
