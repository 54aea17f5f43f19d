using System.Runtime.CompilerServices;
using Messaging.Protection;
using Messaging.Serialization;
using Messaging.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Messaging.Http;

/// <summary>A call that a client of HTTP makes: its head, its deadline and its body.</summary>
internal sealed class HttpCall : IDisposable
{
    private readonly int _maxBytes;
    private readonly long _began;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _ends;
    private readonly CancellationTokenSource _reading;
    private Task _lastRead = Task.CompletedTask;

    /// <param name="context">Its HTTP.</param>
    /// <param name="head">What its headers say.</param>
    /// <param name="maxBytes">How large a message of the client may be.</param>
    /// <param name="time">The clock, which starts here.</param>
    public HttpCall(HttpContext context, HttpRequestHead head, int maxBytes, TimeProvider time)
    {
        _maxBytes = maxBytes;
        _began = time.GetTimestamp();
        Time = time;
        Context = context;
        Head = head;
        Admitted = AdmittedRequest.Of(context);

        // What is one message has its limit here, and streams have none. The server's own counts the heads of chunks too.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (head.Timeout is { } timeout)
        {
            _deadline = new CancellationTokenSource(timeout, time);
            _ends = CancellationTokenSource.CreateLinkedTokenSource(Aborted, _deadline.Token);
        }

        _reading = CancellationTokenSource.CreateLinkedTokenSource(Ends);
    }

    public HttpContext Context { get; }

    public HttpRequestHead Head { get; }

    public AdmittedRequest Admitted { get; }

    public TimeProvider Time { get; }

    public string Service => (string)Context.Request.RouteValues["service"]!;

    public string Method => (string)Context.Request.RouteValues["method"]!;

    /// <summary>What the handler says beside its reply or items.</summary>
    public ResponseMetadata Response { get; } = new() { Opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };

    /// <summary>The client has left.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The client has left, or the deadline has passed.</summary>
    public CancellationToken Ends => _ends?.Token ?? Aborted;

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsLate => _deadline?.IsCancellationRequested == true;

    /// <summary>How the invoker is to call.</summary>
    /// <exception cref="OperationCanceledException">The deadline has passed.</exception>
    public CallOptions CreateOptions(bool isStream = false)
    {
        TimeSpan? left = null;
        if (Head.Timeout is { } timeout)
        {
            left = timeout - Time.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero)
            {
                _deadline!.Cancel();
                Ends.ThrowIfCancellationRequested();
            }
        }

        return new CallOptions
        {
            Timeout = left,
            Headers = Head.Headers,
            Response = Response,

            // The items of a stream share a body, which can't be compressed in pieces.
            AcceptEncoding = isStream ? null : Head.AcceptEncoding,
        };
    }

    /// <summary>The options of a command, and its id, which the client may have given.</summary>
    public CallOptions CreateCommandOptions(out string messageId)
    {
        messageId = Head.MessageId ?? CorrelationIds.Format(CorrelationIds.Create());
        return CreateOptions() with { MessageId = messageId };
    }

    /// <summary>Reads the body as one message.</summary>
    /// <exception cref="HttpRefusedException">It is too large, or has no content type.</exception>
    public async ValueTask<RawPayload> ReadBodyAsync(string contentType)
    {
        var body = await RequestBody.ReadAsync(Context, _maxBytes, Ends).ConfigureAwait(false);
        if (!body.IsEmpty)
        {
            return new RawPayload(body, Head.Encoding);
        }

        // Nothing is no JSON, and a request that has nothing to say sends nothing.
        return MediaTypes.IsJson(contentType) ? new RawPayload("{}"u8.ToArray()) : default;
    }

    /// <summary>Reads the lines of the body one by one, as they are asked for.</summary>
    public async IAsyncEnumerable<RawPayload> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A stream may rest as long as it likes; only calls must come in time.
        if (Context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        await using var leaves = cancellationToken.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading).ConfigureAwait(false);
        var reader = new NdjsonReader(Context.Request.BodyReader, _maxBytes);
        while (true)
        {
            var read = reader.ReadAsync(_reading.Token).AsTask();
            _lastRead = read;
            if (await read.ConfigureAwait(false) is not { } line)
            {
                yield break;
            }

            yield return new RawPayload(line);
        }
    }

    /// <summary>Ends a reading that the call no longer needs.</summary>
    public async Task StopReadingAsync()
    {
        await _reading.CancelAsync().ConfigureAwait(false);

        // Whoever reads has got what it threw.
        await _lastRead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _reading.Dispose();
        _ends?.Dispose();
        _deadline?.Dispose();
    }
}
