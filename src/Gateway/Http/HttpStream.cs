using Messaging.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Messaging.Http;

/// <summary>Writes a stream of items as a response, each as it comes, and no faster than the client takes them.</summary>
internal sealed class HttpStream(HttpCall call)
{
    // A handler says its headers at once or with its first item. Where it does neither, the client learns by now that the stream is open.
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(1);

    // What has been written leaves when it is this much, if nothing else has it leave.
    private const int FlushBytes = 64 * 1024;

    private readonly HttpContext _context = call.Context;
    private readonly StreamFormat _format = StreamFormat.Choose(call.Context.Request.Headers.Accept);
    private bool _begun;
    private int _unflushed;

    /// <exception cref="RpcException">The stream failed before it began. Later failures are written behind its items.</exception>
    /// <exception cref="OperationCanceledException">The client has left, or takes nothing.</exception>
    public async Task WriteAllAsync(Func<CancellationToken, IAsyncEnumerable<RawPayload>> open)
    {
        try
        {
            await WriteItemsAsync(open).ConfigureAwait(false);
            _format.WriteEnd(_context.Response.BodyWriter);
        }
        catch (RpcException exception) when (_begun)
        {
            _format.WriteFailure(_context.Response.BodyWriter, Problem.Of(exception, $"{call.Service}/{call.Method}").ToJson());
        }

        WriteTrailers();
        await FlushAsync().ConfigureAwait(false);
    }

    private async Task WriteItemsAsync(Func<CancellationToken, IAsyncEnumerable<RawPayload>> open)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted);
        var items = open(leaving.Token).GetAsyncEnumerator(leaving.Token);
        await using var disposal = items.ConfigureAwait(false);
        var next = items.MoveNextAsync().AsTask();
        try
        {
            if (!next.IsCompleted && await OpensBeforeAsync(next, leaving.Token).ConfigureAwait(false))
            {
                Begin();
                await FlushAsync().ConfigureAwait(false);
            }

            while (await next.ConfigureAwait(false))
            {
                Write(items.Current);
                next = items.MoveNextAsync().AsTask();

                // Items that are there go out together; one that comes alone leaves at once.
                if (!next.IsCompleted || _unflushed >= FlushBytes)
                {
                    await FlushAsync().ConfigureAwait(false);
                }
            }

            Begin();
        }
        finally
        {
            // Nobody may leave the items while one is asked for.
            await leaving.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Whether there is something to say before there is an item.
    private async Task<bool> OpensBeforeAsync(Task next, CancellationToken cancellationToken)
    {
        var headers = call.Response.Headers;
        var quiet = WaitQuietlyAsync(cancellationToken);
        await Task.WhenAny(next, headers, quiet).ConfigureAwait(false);

        // Headers that are empty are those of a stream that ends or has its item there.
        return !next.IsCompleted && (headers.IsCompleted ? (await headers.ConfigureAwait(false)).Count > 0 : quiet.IsCompletedSuccessfully);
    }

    private async Task WaitQuietlyAsync(CancellationToken cancellationToken)
    {
        await call.Response.Opening!.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(_quiet, call.Time, cancellationToken).ConfigureAwait(false);
    }

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var response = _context.Response;
        MessageHeaders.Add(response.Headers, call.Response.Headers);
        response.ContentType = _format.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);

        // Proxies such as nginx hold responses back otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        _context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private void Write(RawPayload item)
    {
        Begin();
        if (item.Encoding is { } encoding)
        {
            throw new RpcException(StatusCode.Internal, $"An item is compressed with '{encoding}', though nobody asked for it.") { MayHaveRun = true, Reason = FailureReason.Undecodable };
        }

        _unflushed += item.Body.Length;
        _format.WriteItem(_context.Response.BodyWriter, item.Body.IsEmpty ? "null"u8 : item.Body.Span);
    }

    private ValueTask FlushAsync()
    {
        _unflushed = 0;
        return call.Admitted.FlushAsync(call.Aborted);
    }

    private void WriteTrailers()
    {
        if (_context.Response.SupportsTrailers())
        {
            foreach (var (name, value) in MessageHeaders.Sendable(call.Response.Trailers))
            {
                _context.Response.AppendTrailer(name, value);
            }
        }
    }
}
