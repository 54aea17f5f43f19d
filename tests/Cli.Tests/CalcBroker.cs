using Messaging.Calls.Contract;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Cli.Tests;

/// <summary>A real broker, and a worker of the test contract in this process.</summary>
public sealed class CalcBroker : IAsyncLifetime
{
    private IHost? _host;

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PrivateBroker Broker { get; private set; } = null!;

    /// <summary>Completes when a call that hangs has begun.</summary>
    public Task Started => _started.Task;

    /// <summary>Completes when the handler of a call that hangs was cancelled.</summary>
    public Task Stopped => _stopped.Task;

    public async ValueTask InitializeAsync()
    {
        Broker = await PrivateBroker.StartNewAsync(TestContext.Current.CancellationToken);
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(new CalcScript
        {
            Add = async (request, token) => request.Left < 0 ? await HangAsync(token) : new Sum(request.Left + request.Right),
            Record = static (note, _) => note.Text.StartsWith("bad", StringComparison.Ordinal)
                ? throw new RpcException(StatusCode.InvalidArgument, "The note is bad.")
                : Task.CompletedTask,
        });
        application.Services.AddMessaging()
            .UseRabbitMq(options => options.Uri = Broker.Uri)
            .AddWorker<ICalc, ScriptedCalc>();
        _host = application.Build();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            _host.Dispose();
        }

        await Broker.DisposeAsync();
    }

    private async Task<Sum> HangAsync(CancellationToken token)
    {
        _started.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
        finally
        {
            _stopped.TrySetResult();
        }

        return new Sum(0);
    }
}
