using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Messaging.Mishaps;

/// <summary>Goes wrong as the request's headers say.</summary>
public sealed class MishapService(MishapRecord record, Dependency dependency) : IMishaps
{
    public const string What = "what";
    public const string Times = "times";

    /// <summary>What is to go wrong in the call that runs here.</summary>
    public static Mishap Current =>
        CallContext.Current is { } call
        && call.Headers.TryGetValue(What, out var what)
        && call.Attempt <= (call.Headers.TryGetValue(Times, out var times) ? int.Parse(times, CultureInfo.InvariantCulture) : int.MaxValue)
            ? Enum.Parse<Mishap>(what)
            : Mishap.None;

    public async Task<Answer> AskAsync(Question request, CancellationToken cancellationToken)
    {
        _ = dependency;
        return await RunAsync(request.Number, record.Calls, cancellationToken);
    }

    public Task DoAsync(Question command, CancellationToken cancellationToken) => RunCommandAsync(command, record.Commands, cancellationToken);

    public Task RushAsync(Question command, CancellationToken cancellationToken) => RunCommandAsync(command, record.Urgent, cancellationToken);

    public Task MoveAsync(Question command, CancellationToken cancellationToken) => RunCommandAsync(command, record.Ordered, cancellationToken);

    public async IAsyncEnumerable<Answer> CountAsync(Question request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new Answer(-1, Trap.Open);
        yield return await RunAsync(request.Number, record.Streams, cancellationToken);
        yield return new Answer(-2, Trap.Open);
    }

    public async Task<Answer> UploadAsync(IAsyncEnumerable<Question> items, CancellationToken cancellationToken)
    {
        await foreach (var item in items)
        {
            await RunAsync(item.Number, record.Streams, cancellationToken);
        }

        return await RunAsync(0, record.Streams, cancellationToken);
    }

    public async IAsyncEnumerable<Answer> EchoAsync(IAsyncEnumerable<Question> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in items)
        {
            yield return await RunAsync(item.Number, record.Streams, cancellationToken);
        }
    }

    private async Task RunCommandAsync(Question command, Gate gate, CancellationToken cancellationToken)
    {
        await RunAsync(command.Number, gate, cancellationToken);
        record.Ran(CallContext.Current!.MessageId!);
    }

    private static async Task<Answer> RunAsync(int number, Gate gate, CancellationToken cancellationToken)
    {
        if (number % 2 == 0)
        {
            // Half of the handlers end at once, on the thread that brought their call.
            await Task.Yield();
        }

        var call = CallContext.Current!;
        switch (Current)
        {
            case Mishap.Gate:
                await gate.PassAsync();
                break;
            case Mishap.Throws:
                throw new InvalidOperationException("plain");
            case Mishap.ThrowsWithoutMessage:
                throw new Unreadable(0);
            case Mishap.ThrowsWithoutReadableMessage:
                throw new Unreadable(1);
            case Mishap.ThrowsWithoutReadableText:
                throw new Unreadable(2);
            case Mishap.ThrowsWithEndlessStackTrace:
                throw new Unreadable(3);
            case Mishap.ThrowsFault:
                throw new Broken("axle", 0);
            case Mishap.ThrowsFaultWithoutMessage:
                throw new Broken(null, 1);
            case Mishap.ThrowsFaultWithoutReadableFields:
                throw new Broken(null, 2);
            case Mishap.ThrowsFaultOfAnyLength:
                throw new Broken(new string('x', 2 * MishapTests.MaxMessageBytes), 3);
            case Mishap.ThrowsStatusWithoutDetail:
                throw new RpcException(StatusCode.Aborted, null!);
            case Mishap.ThrowsStatusWithEndlessDetail:
                throw new RpcException((StatusCode)999, new string('d', 300_000));
            case Mishap.ThrowsForeignCancellation:
                throw new OperationCanceledException("not ours");
            case Mishap.ThrowsAggregate:
                throw new AggregateException(new Unreadable(1), new RpcException(StatusCode.Cancelled, "inner"));
            case Mishap.HeadersOverTheLimit:
                call.ResponseHeaders["large"] = new string('h', 200_000);
                break;
            case Mishap.TrailersOverTheLimit:
                call.ResponseTrailers["large"] = new string('h', 200_000);
                break;
            case Mishap.ManyHeaders:
                AddMany(call);
                break;
            case Mishap.EndlessHeaderName:
                call.ResponseTrailers[new string('n', 250)] = "x";
                break;
            case Mishap.ReservedHeader:
                call.ResponseHeaders["status"] = "0";
                break;
            case Mishap.NullHeader:
                call.ResponseHeaders["nothing"] = null!;
                break;
            case Mishap.HeadersOverTheLimitAndThrows:
                AddMany(call);
                call.ResponseTrailers[new string('n', 300)] = null!;
                throw new Unreadable(3);
            case Mishap.ReplyCannotBeWritten:
                return new Answer(number, new Trap(Trap.Spring.WhenWritten));
            case Mishap.ReplyCannotBeRead:
                return new Answer(number, new Trap(Trap.Spring.WhenRead));
            case Mishap.ReplyTooLarge:
                return new Answer(number, Trap.Open, new string('a', 2 * MishapTests.MaxMessageBytes));
            case Mishap.CallbackThrows:
                cancellationToken.Register(static () => throw new Unreadable(1));
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
            case Mishap.StopsBadly:
                var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                cancellationToken.Register(stopped.SetResult);
                await stopped.Task;
                throw new Unreadable(1);
        }

        return new Answer(number, Trap.Open);
    }

    private static void AddMany(CallContext call)
    {
        for (var number = 0; number < 12_000; number++)
        {
            call.ResponseHeaders[number.ToString(CultureInfo.InvariantCulture)] = "many";
        }
    }
}

/// <summary>A scoped service that can't be made, or not be disposed of.</summary>
public sealed class Dependency : IAsyncDisposable
{
    public Dependency()
    {
        if (MishapService.Current == Mishap.DependencyCannotBeMade)
        {
            throw new Unreadable(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        if (MishapService.Current is Mishap.DependencyCannotBeDisposedOf or Mishap.DisposalFailsToo)
        {
            throw new Unreadable(2);
        }
    }
}

/// <summary>Middleware that throws on either side of the handler.</summary>
public sealed class MishapMiddleware : IWorkerMiddleware
{
    public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
    {
        if (MishapService.Current == Mishap.MiddlewareThrowsBefore)
        {
            throw new Unreadable(0);
        }

        await next(context);
        if (MishapService.Current is Mishap.MiddlewareThrowsAfter or Mishap.DisposalFailsToo)
        {
            throw new Unreadable(1);
        }
    }
}

/// <summary>What the service has done.</summary>
public sealed class MishapRecord
{
    private readonly ConcurrentDictionary<string, bool> _ran = new(StringComparer.Ordinal);

    public Gate Calls { get; } = new(MishapTests.Concurrency);

    public Gate Commands { get; } = new(MishapTests.CommandConcurrency);

    public Gate Urgent { get; } = new(MishapTests.CommandConcurrency);

    public Gate Ordered { get; } = new(1);

    public Gate Streams { get; } = new(MishapTests.MaxStreams);

    public void Ran(string messageId) => _ran[messageId] = true;

    public bool HasRun(string messageId) => _ran.ContainsKey(messageId);
}

/// <summary>Lets handlers pass only so many at a time: nobody passes where fewer can run at once.</summary>
public sealed class Gate(int together)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public Task PassAsync()
    {
        lock (_lock)
        {
            var opens = _opens;
            if (++_waiting == together)
            {
                _waiting = 0;
                _opens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                opens.SetResult();
            }

            return opens.Task;
        }
    }
}
