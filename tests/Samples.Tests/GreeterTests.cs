using Greeter;
using Greeter.Contracts;
using Greeter.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Samples.Tests;

public sealed class GreeterTests
{
    [Fact(Timeout = 60_000)]
    public async Task The_greeter_greets_once_and_again_and_again()
    {
        var token = TestContext.Current.CancellationToken;
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddMessaging().UseInMemory().AddGreeter().AddRequester<IGreeter>();
        using var host = application.Build();
        await host.StartAsync(token);
        var greeter = host.Services.GetRequiredService<IGreeter>();

        var reply = await greeter.SayHelloAsync(new HelloRequest { Name = "world" }, token);
        var replies = new List<string>();
        await foreach (var next in greeter.SayHellosAsync(new HelloRequest { Name = "world" }, token))
        {
            replies.Add(next.Message);
        }

        await host.StopAsync(token);
        Assert.Equal("Hello world", reply.Message);
        Assert.Equal(["Hello world, 1 of 5", "Hello world, 2 of 5", "Hello world, 3 of 5", "Hello world, 4 of 5", "Hello world, 5 of 5"], replies);
    }
}
