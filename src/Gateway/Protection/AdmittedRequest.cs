using System.Buffers;
using System.IO.Pipelines;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Messaging.Protection;

/// <summary>A request that was let in: what it counts as until it ends, and how long its client may take nothing.</summary>
internal sealed class AdmittedRequest : IDisposable
{
    // What is smaller leaves with the end of the response, which the server sends.
    private const int FlushBytes = 32 * 1024;

    private readonly Admission _admission;
    private readonly HttpContext _context;
    private readonly string? _client;
    private readonly ClientLimits? _limits;
    private (RateLimitLease Own, RateLimitLease All) _leases;
    private bool _isStream;

    public AdmittedRequest(Admission admission, HttpContext context, string? client, ClientLimits? limits, (RateLimitLease Own, RateLimitLease All) leases)
    {
        _admission = admission;
        _context = context;
        _client = client;
        _limits = limits;
        _leases = leases;
        context.Features.Set(this);
    }

    /// <summary>The one that a request of a door is.</summary>
    public static AdmittedRequest Of(HttpContext context) => context.Features.Get<AdmittedRequest>()!;

    /// <summary>Counts it as a stream instead of a call.</summary>
    /// <exception cref="RefusedByLimitException">There are as many as there may be.</exception>
    public void BecomeStream()
    {
        if (_isStream)
        {
            return;
        }

        var leases = _admission.EnterStream(_limits, out var refusal) ?? throw refusal!.ToException();
        _isStream = true;
        Release();
        _leases = leases;
    }

    /// <summary>Writes what a response has in one piece.</summary>
    /// <exception cref="OperationCanceledException">The client has left, or takes nothing.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        _context.Response.BodyWriter.Write(body.Span);
        return body.Length < FlushBytes ? default : FlushAsync(cancellationToken);
    }

    /// <summary>Sends what was written, and waits while the client takes it more slowly than it comes.</summary>
    /// <exception cref="OperationCanceledException">The client has left, or took nothing for the write timeout: its connection is aborted.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flush = _context.Response.BodyWriter.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully)
        {
            return new ValueTask(WaitAsync(flush.AsTask(), cancellationToken));
        }

        Check(flush.Result, cancellationToken);
        return default;
    }

    public void Dispose()
    {
        Release();
        if (_limits is not null)
        {
            _admission.Leave(_client!, _limits);
        }
    }

    private static void Check(FlushResult result, CancellationToken cancellationToken)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The client has left.", cancellationToken);
        }
    }

    private async Task WaitAsync(Task<FlushResult> flush, CancellationToken cancellationToken)
    {
        try
        {
            Check(await flush.WaitAsync(_admission.WriteTimeout, _admission.Time, CancellationToken.None).ConfigureAwait(false), cancellationToken);
        }
        catch (TimeoutException exception)
        {
            _context.Abort();

            // Nobody may write while this still does.
            await ((Task)flush).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new OperationCanceledException($"The client took nothing for {_admission.WriteTimeout}.", exception);
        }
    }

    private void Release()
    {
        _leases.Own.Dispose();
        _leases.All.Dispose();
    }
}
