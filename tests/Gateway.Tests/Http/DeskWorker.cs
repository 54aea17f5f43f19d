using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Messaging.Gateway.Tests.Http;

/// <summary>Signals what becomes of handlers.</summary>
internal sealed class DeskSignals
{
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Channel<string> Filed { get; } = Channel.CreateUnbounded<string>();
}

internal sealed class DeskWorker(DeskSignals signals) : IDesk
{
    public Task<Note> EchoAsync(Note request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<Note> HeadersAsync(Note request, CancellationToken cancellationToken)
    {
        var context = CallContext.Current!;
        context.ResponseHeaders["x-head"] = "before";
        context.ResponseHeaders["x-not http"] = "left out";
        context.ResponseHeaders["x-smile"] = "\u263a";
        context.ResponseTrailers["x-tail"] = "after";
        var headers = context.Headers.OrderBy(static header => header.Key, StringComparer.Ordinal).Select(static header => $"{header.Key}={header.Value}");
        return Task.FromResult(new Note { Text = string.Join(';', headers) });
    }

    public Task<Note> FailAsync(Failing request, CancellationToken cancellationToken)
    {
        CallContext.Current!.ResponseTrailers["x-tail"] = "after";
        throw request.Status == 0 ? new DeskFull("top", 3) : new RpcException((StatusCode)request.Status, request.Detail);
    }

    public Task TouchAsync(Note request, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Note> HangAsync(Note request, CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        return request;
    }

    public Task FileAsync(Note command, CancellationToken cancellationToken)
    {
        signals.Filed.Writer.TryWrite(command.Text);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<Note> ListAsync(Listing request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (request.Count > 0)
        {
            CallContext.Current!.ResponseHeaders["x-head"] = "before";
        }

        CallContext.Current!.ResponseTrailers["x-tail"] = "after";
        for (var number = 1; number <= request.Count; number++)
        {
            yield return new Note { Text = $"{number}" };
        }

        switch (request.Then)
        {
            case "fail":
                throw new RpcException(StatusCode.NotFound, "No more notes.");
            case "hang":
                await HangAsync(cancellationToken);
                break;
        }
    }

    public async IAsyncEnumerable<Note> PourAsync(Note request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var note = new Note { Text = new string('x', 16 * 1024) };
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return note;
                await Task.Yield();
            }
        }
        finally
        {
            signals.Cancelled.TrySetResult();
        }
    }

    public async Task<Note> JoinAsync(IAsyncEnumerable<Note> items, CancellationToken cancellationToken)
    {
        var joined = new List<string>();
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            joined.Add(item.Text);
        }

        return new Note { Text = string.Join('-', joined) };
    }

    public IAsyncEnumerable<Note> MirrorAsync(IAsyncEnumerable<Note> items, CancellationToken cancellationToken) => items;

    private async Task HangAsync(CancellationToken cancellationToken)
    {
        signals.Started.TrySetResult();
        try
        {
            await signals.Release.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            signals.Cancelled.TrySetResult();
            throw;
        }
    }
}
