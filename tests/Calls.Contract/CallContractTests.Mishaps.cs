using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Calls.Contract;

/// <content>The application's own code, or what watches it, fails where nobody expects it.</content>
public abstract partial class CallContractTests
{
    // More than a worker is given before it must settle some.
    private const int MoreThanThePrefetch = 5;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_call_whose_exception_can_t_be_read_or_sent_is_answered_and_the_next_is_served(int kind)
    {
        await StartWorkerAsync(
            new CalcScript { Add = (request, _) => request.Left < 0 ? throw HostileException.Of(kind) : Task.FromResult(new Sum(request.Left)) },
            static options => (options.Concurrency, options.IncludeExceptionDetails) = (1, true));
        var calc = await StartRequesterAsync();

        for (var number = 0; number < MoreThanThePrefetch; number++)
        {
            var failure = await FailsAsync(calc.AddAsync(new Addends(-1, 0), Token));
            Assert.Equal((StatusCode.Unknown, true), (failure.Status, failure.MayHaveRun));
        }

        Assert.Equal(7, (await SoonAsync(calc.AddAsync(new Addends(7, 0), Token))).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_command_whose_exception_can_t_be_read_is_dead_lettered_and_the_next_runs(int kind)
    {
        var ran = Signal();
        await StartWorkerAsync(
            new CalcScript
            {
                Record = (note, _) =>
                {
                    if (note.Text is "bad")
                    {
                        throw HostileException.Of(kind);
                    }

                    ran.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options => (options.CommandConcurrency, options.CommandRetry.MaxAttempts) = (1, 1));
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var calc = host.Services.GetRequiredService<ICalc>();

        for (var number = 0; number < MoreThanThePrefetch; number++)
        {
            await SoonAsync(calc.RecordAsync(new Note("bad"), Token));
        }

        await SoonAsync(calc.RecordAsync(new Note("good"), Token));
        await SoonAsync(ran.Task);

        Assert.Equal(MoreThanThePrefetch, await SoonAsync(host.Services.GetRequiredService<IDeadLetters>().CountAsync("calc", Token)));
    }

    [Fact]
    public async Task A_declared_fault_without_a_message_arrives_by_a_call_and_by_a_stream()
    {
        await StartWorkerAsync(
            new CalcScript { Add = static (request, _) => throw new Nameless(request.Left), Count = static (request, _) => ThrowAsync(new Nameless(request.Left)) },
            static options => options.Concurrency = 1);
        var calc = await StartRequesterAsync();

        for (var number = 0; number < MoreThanThePrefetch; number++)
        {
            Assert.Equal(number, (await Assert.ThrowsAsync<Nameless>(() => SoonAsync(calc.AddAsync(new Addends(number, 0), Token)))).Number);
            Assert.Equal(number, (await Assert.ThrowsAsync<Nameless>(() => SoonAsync(ReadAllAsync(calc.CountAsync(new Addends(number, 0), Token))))).Number);
        }
    }

    [Theory]
    [InlineData(1, 200_000, false)]
    [InlineData(1, 200_000, true)]
    [InlineData(12_000, 10, false)]
    [InlineData(12_000, 10, true)]
    public async Task Headers_and_trailers_that_fit_no_frame_fail_their_call_or_stream_alone(int count, int length, bool trailers)
    {
        await StartWorkerAsync(
            new CalcScript
            {
                Add = (request, _) =>
                {
                    Say(request.Left);
                    return Task.FromResult(new Sum(request.Left));
                },
                Count = (request, _) =>
                {
                    Say(request.Left);
                    return CountOneAsync();
                },
            },
            static options => options.Concurrency = 1);
        var calc = await StartRequesterAsync();

        for (var number = 0; number < MoreThanThePrefetch; number++)
        {
            var call = await FailsAsync(calc.AddAsync(new Addends(-1, 0), Token));
            Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge, true), (call.Status, call.Reason, call.MayHaveRun));
            var stream = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(-1, 0), Token)));
            Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge), (stream.Status, stream.Reason));
        }

        Assert.Equal(7, (await SoonAsync(calc.AddAsync(new Addends(7, 0), Token))).Value);
        await SoonAsync(ReadAllAsync(calc.CountAsync(new Addends(7, 0), Token)));

        void Say(int left)
        {
            var context = CallContext.Current!;
            for (var number = 0; left < 0 && number < count; number++)
            {
                (trailers ? context.ResponseTrailers : context.ResponseHeaders)[$"own-{number}"] = new string('x', length);
            }
        }
    }

    [Fact]
    public async Task What_a_failed_call_says_beside_its_failure_is_left_out_where_it_does_not_fit()
    {
        await StartWorkerAsync(
            new CalcScript
            {
                Add = static (request, _) =>
                {
                    CallContext.Current!.ResponseTrailers["own"] = new string('x', request.Left);
                    throw new TooBig(request.Left, "characters");
                },
            },
            static options => options.IncludeExceptionDetails = true);
        var calc = await StartRequesterAsync();
        var response = new ResponseMetadata();

        Assert.Equal(200_000, (await Assert.ThrowsAsync<TooBig>(() => SoonAsync(calc.CheckAsync(new Addends(200_000, 0), Token)))).Limit);
        await Assert.ThrowsAsync<TooBig>(() => SoonAsync(calc.With(new CallOptions { Response = response }).CheckAsync(new Addends(1000, 0), Token)));

        Assert.Equal(1000, response.Trailers["own"].Length);
    }

    [Fact]
    public async Task A_log_provider_that_throws_changes_no_outcome_and_ends_no_link()
    {
        var ran = Signal();
        var worker = await StartHostAsync(builder =>
        {
            builder.Services.AddLogging(static logging => logging.AddProvider(new ThrowingLogs()));
            builder.Services.AddSingleton(new CalcScript
            {
                Add = static (request, _) => request.Left < 0 ? throw new InvalidOperationException("broken") : Task.FromResult(new Sum(request.Left)),
                Record = (note, _) =>
                {
                    if (note.Text is "bad")
                    {
                        throw new InvalidOperationException("broken");
                    }

                    ran.TrySetResult();
                    return Task.CompletedTask;
                },
            });
            builder.AddWorker<ICalc, ScriptedCalc>(static options => (options.Concurrency, options.CommandConcurrency, options.CommandRetry.MaxAttempts) = (1, 1, 1));
        });
        var requester = await StartHostAsync(static builder =>
        {
            builder.Services.AddLogging(static logging => logging.AddProvider(new ThrowingLogs()));
            builder.AddRequester<ICalc>();
        });
        var calc = requester.Services.GetRequiredService<ICalc>();

        for (var number = 0; number < MoreThanThePrefetch; number++)
        {
            Assert.Equal(StatusCode.Unknown, (await FailsAsync(calc.AddAsync(new Addends(-1, 0), Token))).Status);
            await SoonAsync(calc.RecordAsync(new Note("bad"), Token));
        }

        await SoonAsync(calc.RecordAsync(new Note("good"), Token));
        await SoonAsync(ran.Task);
        Assert.Equal(MoreThanThePrefetch, await SoonAsync(requester.Services.GetRequiredService<IDeadLetters>().CountAsync("calc", Token)));

        await Harness.StopBrokerAsync();
        await Harness.StartBrokerAsync();

        Assert.Equal(3, (await SoonAsync(RepeatUntilServedAsync(calc))).Value);
        await SoonAsync(worker.StopAsync(Token));
    }

    private static async IAsyncEnumerable<Sum> CountOneAsync()
    {
        await Task.Yield();
        yield return new Sum(1);
    }

    private static async IAsyncEnumerable<Sum> ThrowAsync(Exception exception)
    {
        yield return new Sum(1);
        await Task.Yield();
        throw exception;
    }
}
