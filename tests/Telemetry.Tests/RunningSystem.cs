using Messaging.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace Messaging.Telemetry.Tests;

/// <summary>The gateway, two services and what they need, in one process, with metrics at /metrics.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningSystem(WebApplication app) => _app = app;

    public Uri Uri => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public Back Back => _app.Services.GetRequiredService<Back>();

    public IFront Front => _app.Services.GetRequiredService<IFront>();

    /// <summary>Asks <see cref="Back"/> for longer handlers than it has time for, until some are refused.</summary>
    public async Task OverloadAsync(CancellationToken cancellationToken)
    {
        var back = _app.Services.GetRequiredService<IBack>().With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) });
        var refused = 0;
        while (refused == 0)
        {
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => AskAsync()));
        }

        async Task AskAsync()
        {
            try
            {
                await back.LookAsync(new Question("slow"), cancellationToken);
            }
            catch (RpcException exception)
            {
                Interlocked.Add(ref refused, exception.Reason == FailureReason.Overloaded ? 1 : 0);
            }
        }
    }

    /// <param name="broker">A RabbitMQ; null for the embedded broker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RunningSystem> StartAsync(PrivateBroker? broker, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Back>();
        var messaging = builder.Services.AddMessaging();
        if (broker is not null)
        {
            messaging.UseRabbitMq(options => options.Uri = broker.Uri);
        }
        else
        {
            messaging.UseInMemory();
        }

        messaging
            .AddWorker<IFront, Front>()
            .AddWorker<IBack, Back>()
            .AddRequester<IFront>()
            .AddRequester<IBack>()
            .AddGateway(static options => options.Services.Add("front"));
        builder.Services.AddPrometheusMetrics(static metrics => metrics.AddMessagingInstrumentation());
        var app = builder.Build();
        app.MapPrometheusMetrics();
        app.MapMessagingGateway();
        await app.StartAsync(cancellationToken);
        return new RunningSystem(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
