using System.Text;
using Messaging.Wire;

namespace Messaging.Replies;

/// <summary>
/// The headers of replies and of streams' ends: what the handler said beside its reply, copied once and measured, and what
/// the system says. Together they fit a frame: the broker would close the connection on more.
/// </summary>
internal static class ReplyHeaders
{
    // AMQP 0-9-1 short strings hold 255 bytes.
    private const int MaxNameBytes = 255;

    // What is added later: the handler's time or a stream's number, and the body's encoding.
    private const int Reserve = 256;

    // The rest of a frame is the caller's problem to read.
    private const int MaxStackTraceBytes = 64 * 1024;

    /// <summary>A handler's headers and trailers for its one reply, checked; null for none.</summary>
    /// <exception cref="ArgumentException">A name is reserved, empty or too long, or a value is null.</exception>
    /// <exception cref="RpcException">They don't fit a frame.</exception>
    public static Dictionary<string, object?>? Take(CallContext context, int limitBytes)
    {
        var (headers, trailers) = (context.SetResponseHeaders, context.SetResponseTrailers);
        if (headers is null && trailers is null)
        {
            return null;
        }

        ReplyMetadata.Validate(headers, trailers);
        var own = ReplyMetadata.Add(system: null, headers, trailers);
        foreach (var name in own?.Keys ?? Enumerable.Empty<string>())
        {
            if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            {
                throw new ArgumentException($"The trailer name '{name}' is longer than {MaxNameBytes - WireNames.TrailerPrefix.Length} bytes: choose a shorter one.", nameof(context));
            }
        }

        return Measure(own, limitBytes);
    }

    /// <summary>A handler's headers for its stream; null for none. As <see cref="Take"/>.</summary>
    public static Dictionary<string, object?>? TakeHeaders(CallContext context, int limitBytes)
    {
        if (context.SetResponseHeaders is not { Count: > 0 } headers)
        {
            return null;
        }

        UserHeaders.Validate(headers);
        return Measure(Copy(headers), limitBytes);
    }

    /// <summary>A handler's trailers for its stream's end; null for none. Those of the system's names are left out: they say how it ended.</summary>
    /// <exception cref="RpcException">They don't fit a frame.</exception>
    public static Dictionary<string, object?>? TakeTrailers(CallContext context, int limitBytes) =>
        context.SetResponseTrailers is { Count: > 0 } trailers ? Measure(Copy(trailers), limitBytes) : null;

    /// <summary>What can be had of a failed handler's headers and trailers; null for none.</summary>
    /// <param name="context">The call.</param>
    /// <param name="trailersOnly">Whether the headers have been sent, as a stream's are.</param>
    public static Dictionary<string, object?>? TakeSome(CallContext context, bool trailersOnly)
    {
        try
        {
            Dictionary<string, object?>? own = null;
            if (!trailersOnly)
            {
                Add(ref own, context.SetResponseHeaders, string.Empty);
            }

            Add(ref own, context.SetResponseTrailers, trailersOnly ? string.Empty : WireNames.TrailerPrefix);
            return own;
        }
        catch (InvalidOperationException)
        {
            // Something of the handler's that still runs changes them this moment. It has failed anyway.
            return null;
        }
    }

    /// <summary>The headers of a failure, cut so that they fit.</summary>
    /// <param name="head">What the system says.</param>
    /// <param name="own">What the handler says; null for nothing.</param>
    /// <param name="limitBytes">What headers may weigh.</param>
    public static Dictionary<string, object?> OfFailure(in ReplyHead head, Dictionary<string, object?>? own, int limitBytes)
    {
        var limit = limitBytes - Reserve;
        var all = (head with { StackTrace = null }).ToHeaders();
        var ownBytes = HeaderBytes.Of(own);
        if (HeaderBytes.Of(all) + ownBytes <= limit)
        {
            foreach (var (name, value) in own ?? [])
            {
                all.TryAdd(name, value);
            }
        }
        else if (ownBytes > 0)
        {
            all = (head with { StackTrace = null, Detail = $"(Its headers and trailers, {ownBytes:N0} bytes, did not fit and were left out.) {head.Detail}" }).ToHeaders();
        }

        HeaderBytes.TryFit(all, limit, [WireNames.Detail]);
        if (head.StackTrace is { Length: > 0 } trace
            && Math.Min(MaxStackTraceBytes, limit - HeaderBytes.Of(all) - HeaderBytes.Of(WireNames.StackTrace, string.Empty)) is > 0 and var room)
        {
            all[WireNames.StackTrace] = HeaderBytes.Cut(trace, room);
        }

        return all;
    }

    private static Dictionary<string, object?>? Copy(IReadOnlyDictionary<string, string> from)
    {
        Dictionary<string, object?>? copy = null;
        Add(ref copy, from, string.Empty);
        return copy;
    }

    private static void Add(ref Dictionary<string, object?>? all, IReadOnlyDictionary<string, string>? from, string prefix)
    {
        if (from is null)
        {
            return;
        }

        foreach (var (name, value) in from)
        {
            // A trailer is told by its prefix and may have any name behind it.
            var taken = prefix.Length == 0 && (UserHeaders.IsReserved(name) || name.StartsWith(WireNames.TrailerPrefix, StringComparison.Ordinal));
            if (!taken && name.Length > 0 && value is not null && Encoding.UTF8.GetByteCount(name) + prefix.Length <= MaxNameBytes)
            {
                (all ??= new Dictionary<string, object?>(StringComparer.Ordinal))[prefix + name] = value;
            }
        }
    }

    private static Dictionary<string, object?>? Measure(Dictionary<string, object?>? own, int limitBytes)
    {
        var bytes = HeaderBytes.Of(own);
        return bytes <= limitBytes - Reserve
            ? own
            : throw new RpcException(
                StatusCode.ResourceExhausted,
                $"The reply's headers and trailers are {bytes:N0} bytes in all, and {limitBytes - Reserve:N0} fit: send less in them; large values belong in the body.")
            {
                Reason = FailureReason.TooLarge,
            };
    }
}
