using Messaging.Wire;

namespace Messaging.Compression;

/// <summary>What is to be done with a body before it is sent.</summary>
/// <param name="Encoding">How to compress it; null for not at all.</param>
/// <param name="ThresholdBytes">How large it has to be.</param>
/// <param name="Always">Whether it is compressed even where that doesn't make it smaller.</param>
internal readonly record struct CompressionPlan(string? Encoding, int ThresholdBytes = 0, bool Always = false)
{
    public static CompressionPlan Of(CompressionOptions options) => new(ContentEncodings.Of(options.Algorithm), options.ThresholdBytes);

    /// <summary>What a worker does with a reply, or an item of one.</summary>
    /// <param name="options">The worker's options.</param>
    /// <param name="wanted">What the handler wants.</param>
    /// <param name="request">The request's headers, which say what the caller reads.</param>
    public static CompressionPlan OfReply(CompressionOptions options, ReplyCompression wanted, IReadOnlyDictionary<string, object?>? request)
    {
        if (request is null
            || wanted == ReplyCompression.Never
            || (wanted == ReplyCompression.Automatic && options.Algorithm == CompressionAlgorithm.None)
            || !request.TryGetValue(WireNames.AcceptEncoding, out var header)
            || HeaderValues.TryGetText(header) is not { } accepted)
        {
            return default;
        }

        var always = wanted == ReplyCompression.Always;
        var first = always ? ContentEncodings.Gzip : ContentEncodings.Of(options.Algorithm)!;
        var second = ReferenceEquals(first, ContentEncodings.Gzip) ? ContentEncodings.Brotli : ContentEncodings.Gzip;
        var encoding = ContentEncodings.Accepts(accepted, first) ? first : ContentEncodings.Accepts(accepted, second) ? second : null;
        return new CompressionPlan(encoding, always ? 0 : options.ThresholdBytes, always);
    }
}
