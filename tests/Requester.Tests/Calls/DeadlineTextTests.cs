using Messaging.Calls.Contract;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Calls;

/// <summary>A deadline's text says the time that somebody set, as somebody would say it.</summary>
public sealed class DeadlineTextTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private IHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ICalc Calc => _host!.Services.GetRequiredService<ICalc>();

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    [Fact]
    public async Task A_call_says_the_timeout_of_its_options()
    {
        await StartAsync(new CalcScript { Add = HangAsync });

        await EndsAsync(Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).AddAsync(new Addends(1, 1), Token), "The timeout of 1 s passed at stage 'reply'");
    }

    [Fact]
    public async Task A_call_says_the_timeout_of_the_requester()
    {
        await StartAsync(new CalcScript { Add = HangAsync }, static options => options.Timeout = TimeSpan.FromSeconds(90));

        await EndsAsync(Calc.AddAsync(new Addends(1, 1), Token), "The timeout of 90 s passed at stage 'reply'");
    }

    [Fact]
    public async Task A_stream_says_the_timeout_of_its_options()
    {
        await StartAsync(new CalcScript { Count = NoItemsAsync });

        await EndsAsync(ReadAsync(Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).CountAsync(new Addends(1, 1), Token)), "The timeout of 1 s passed");
    }

    [Fact]
    public async Task A_stream_says_the_timeout_of_its_operation()
    {
        await StartAsync(
            new CalcScript { Count = NoItemsAsync },
            static options => options.Operations["Count"] = new OperationOptions { Timeout = TimeSpan.FromMinutes(2) });

        await EndsAsync(ReadAsync(Calc.CountAsync(new Addends(1, 1), Token)), "The timeout of 2 min passed");
    }

    [Fact]
    public async Task A_stream_of_requests_says_the_timeout_of_its_options()
    {
        await StartAsync(new CalcScript { Total = static (_, token) => HangAsync(new Addends(0, 0), token) });

        await EndsAsync(Calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(250) }).TotalAsync(NoItemsAsync(new Addends(0, 0), CancellationToken.None), Token), "The timeout of 250 ms passed");
    }

    [Fact]
    public async Task A_reader_that_waits_for_an_item_is_told_the_time_for_one()
    {
        await StartAsync(new CalcScript { Count = NoItemsAsync }, static options => options.Stream.ItemTimeout = TimeSpan.FromSeconds(5));

        await EndsAsync(ReadAsync(Calc.CountAsync(new Addends(1, 1), Token)), "waited for an item for 5 s (ItemTimeout)");
    }

    [Fact]
    public async Task A_command_says_its_timeout()
    {
        await StartAsync(new CalcScript());
        _host!.Services.GetRequiredService<InMemoryBroker>().Faults.WithholdConfirms = true;

        await EndsAsync(Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1.5) }).RecordAsync(new Note("a"), Token), "The timeout of 1.5 s passed at stage 'confirm'");
    }

    [Fact]
    public async Task A_call_with_several_attempts_says_the_time_of_all()
    {
        await StartAsync(
            new CalcScript { Add = static (_, _) => throw new RpcException(StatusCode.Unavailable, "not now") },
            static options => (options.Retry.BaseDelay, options.Retry.MaxDelay, options.Retry.BudgetBurst) = (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), 100));

        await EndsAsync(Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).AddAgainAsync(new Addends(1, 1), Token), "The timeout of 1 s passed after 1 attempts");
    }

    [Fact]
    public async Task A_handlers_call_says_that_it_ended_with_the_handler()
    {
        var inner = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                if (request.Left is 0)
                {
                    running.TrySetResult();
                    return await HangAsync(request, token);
                }

                try
                {
                    return await Calc.AddAsync(new Addends(0, 0), CancellationToken.None);
                }
                catch (RpcException failure)
                {
                    inner.TrySetResult(failure.Detail);
                    throw;
                }
            },
        });

        var call = Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(2) }).AddAsync(new Addends(1, 1), Token);
        await running.Task.WaitAsync(_patience, Token);
        await EndsAsync(call, "The timeout of 2 s passed");
        Assert.StartsWith("The 2 s that the calling handler had left of its own deadline passed", await inner.Task.WaitAsync(_patience, Token), StringComparison.Ordinal);
    }

    private static async Task<Sum> HangAsync(Addends request, CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        return new Sum(0);
    }

    private static async IAsyncEnumerable<Sum> NoItemsAsync(Addends request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield break;
    }

    private static async Task ReadAsync(IAsyncEnumerable<Sum> stream)
    {
        await foreach (var item in stream)
        {
            Assert.Fail($"An item came: {item}");
        }
    }

    // The clock goes on in steps until the call ends: whatever it waits for has its own moment to begin to.
    private async Task EndsAsync(Task call, string text)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!call.IsCompleted)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(5, Token);
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.DeadlineExceeded, failure.Status);
        Assert.Contains(text, failure.Detail, StringComparison.Ordinal);
    }

    private Task StartAsync(CalcScript script, Action<RequesterOptions>? configure = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<TimeProvider>(_time);
        application.Services.AddSingleton(script);
        application.Services.AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>().AddRequester<ICalc>(configure);
        _host = application.Build();
        return _host.StartAsync(Token);
    }
}
