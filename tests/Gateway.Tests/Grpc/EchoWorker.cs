using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>Signals what becomes of handlers.</summary>
internal sealed class EchoSignals
{
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Channel<string> Notes { get; } = Channel.CreateUnbounded<string>();

    public int Made;
}

internal sealed class EchoWorker(EchoSignals signals) : IEcho
{
    public Task<Text> SayAsync(Text request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<Text> FailAsync(Failure request, CancellationToken cancellationToken)
    {
        CallContext.Current!.ResponseHeaders["x-before"] = "head";
        CallContext.Current!.ResponseTrailers["x-after"] = "tail";
        throw request.Status == 0 ? new TooLoud(90) : new RpcException((StatusCode)request.Status, request.Detail);
    }

    public async Task<Text> WaitAsync(Text request, CancellationToken cancellationToken)
    {
        signals.Started.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return request;
        }
        catch (OperationCanceledException)
        {
            signals.Cancelled.TrySetResult();
            throw;
        }
    }

    public Task<Text> HeadersAsync(Text request, CancellationToken cancellationToken)
    {
        var context = CallContext.Current!;
        context.ResponseHeaders["X-Upper"] = "yes";
        context.ResponseHeaders["x-bad value"] = "name";
        context.ResponseHeaders["x-bad"] = "\u263a";
        context.ResponseTrailers["x-after-bin"] = "q6ur";
        return Task.FromResult(new Text(string.Join(';', context.Headers.OrderBy(static header => header.Key, StringComparer.Ordinal).Select(static header => $"{header.Key}={header.Value}"))));
    }

    public Task NoteAsync(Text command, CancellationToken cancellationToken)
    {
        signals.Notes.Writer.TryWrite(command.Value);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<Text> CountAsync(Number request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= request.Value; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref signals.Made);
            yield return new Text($"{number} {new string('x', 1000)}");
        }

        await Task.CompletedTask;
    }

    public async Task<Number> SumAsync(IAsyncEnumerable<Number> items, CancellationToken cancellationToken)
    {
        var sum = 0;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            sum += item.Value;
            if (item.Value < 0)
            {
                break;
            }
        }

        return new Number(sum);
    }

    public async IAsyncEnumerable<Text> ChatAsync(IAsyncEnumerable<Text> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CallContext.Current!.ResponseHeaders["x-before"] = "head";
        CallContext.Current!.ResponseTrailers["x-after"] = "tail";
        signals.Started.TrySetResult();
        var isWhole = false;
        try
        {
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                if (item.Value is "fail")
                {
                    throw new RpcException(StatusCode.OutOfRange, "Enough.");
                }

                yield return item;
            }

            isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                signals.Cancelled.TrySetResult();
            }
        }
    }
}
