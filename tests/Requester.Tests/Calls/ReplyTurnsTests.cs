using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.Calls.Contract.Tapping;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Calls;

/// <summary>Callers go on, one after the other, on threads that others wait for.</summary>
public sealed class ReplyTurnsTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly InMemoryBroker _broker = new();
    private readonly List<IHost> _hosts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        _broker.Dispose();
    }

    [Fact]
    public async Task A_caller_that_blocks_holds_up_the_others_until_it_is_noticed_and_no_longer()
    {
        var time = new FakeTimeProvider();
        var calc = await StartAsync(time);
        using var release = new ManualResetEventSlim();
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = BlockAsync(calc, blocks, release);
        await blocks.Task.WaitAsync(_patience, Token);

        // What these call gathers for the turn that does not end, until time has passed.
        var load = LoadAsync(calc);
        while (!load.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await load;

        // From here no time passes.
        await LoadAsync(calc).WaitAsync(_patience, Token);
        release.Set();
        await blocked.WaitAsync(_patience, Token);
    }

    [Fact]
    public async Task Callers_that_block_all_get_their_outcomes()
    {
        const int Blocking = 3;
        var calc = await StartAsync(TimeProvider.System);
        using var all = new CountdownEvent(Blocking);

        // None of them goes on before all of them have been told.
        await Task.WhenAll(Enumerable.Range(0, Blocking).Select(async number =>
        {
            await calc.AddAsync(new Addends(number, 0), Token);
            all.Signal();
            all.Wait(Token);
        })).WaitAsync(_patience, Token);
    }

    [Theory]
    [InlineData(0, StatusCode.OK)]
    [InlineData(-1, StatusCode.Unknown)]
    public async Task A_listener_that_throws_costs_no_call_its_outcome(int number, StatusCode status)
    {
        var calc = await StartAsync(TimeProvider.System);
        using var caller = new Activity("throws").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, "Messaging", StringComparison.Ordinal),
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped =>
            {
                if (stopped.Kind == ActivityKind.Client && stopped.TraceId == caller.TraceId)
                {
                    throw new InvalidOperationException("listener");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        var call = calc.AddAsync(new Addends(number, 7), Token).WaitAsync(_patience, Token);

        if (status == StatusCode.OK)
        {
            Assert.Equal(7, (await call).Value);
        }
        else
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(() => call)).Status);
        }
    }

    private static async Task BlockAsync(ICalc calc, TaskCompletionSource blocks, ManualResetEventSlim release)
    {
        await calc.AddAsync(new Addends(0, 0), Token);
        blocks.SetResult();
        release.Wait(Token);
    }

    private static Task LoadAsync(ICalc calc) => Task.WhenAll(Enumerable.Range(0, 16).Select(async caller =>
    {
        for (var number = 0; number < 20; number++)
        {
            Assert.Equal(caller + number, (await calc.AddAsync(new Addends(caller, number), Token)).Value);
        }
    }));

    /// <summary>A requester that packs, with a clock of its own, and a worker.</summary>
    private async Task<ICalc> StartAsync(TimeProvider time)
    {
        var script = new CalcScript
        {
            Add = static (request, _) => request.Left < 0 ? throw new InvalidOperationException("negative") : Task.FromResult(new Sum(request.Left + request.Right)),
        };
        await StartAsync(TimeProvider.System, builder =>
        {
            builder.Services.AddSingleton(script);
            builder.AddWorker<ICalc, ScriptedCalc>();
        });
        var tap = new MessageTap { HandlerUs = 10 };
        var requester = await StartAsync(time, builder =>
        {
            tap.Install(builder);
            builder.AddRequester<ICalc>(options => options.Timeout = TimeSpan.FromDays(1));
        });
        var calc = requester.Services.GetRequiredService<ICalc>();
        tap.Hold();
        var calls = Enumerable.Range(0, 64).Select(number => calc.AddAsync(new Addends(number, 0), Token)).ToList();
        tap.Release();
        await Task.WhenAll(calls).WaitAsync(_patience, Token);
        return calc;
    }

    private async Task<IHost> StartAsync(TimeProvider time, Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(time);
        configure(application.Services.AddMessaging().UseInMemory(_broker));
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }
}
