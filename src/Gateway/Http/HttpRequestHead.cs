using System.Globalization;
using Messaging.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Messaging.Http;

/// <summary>What a request's headers say.</summary>
internal sealed record HttpRequestHead
{
    public const string TimeoutHeader = "Timeout-Ms";
    public const string MessageIdHeader = "Message-Id";

    private const string Utf8 = "utf-8";

    /// <summary>The content type without parameters; null where the request has none.</summary>
    public string? MediaType { get; private init; }

    /// <summary>Whether a browser sends it for a page of another origin, or for one that it doesn't name.</summary>
    public bool IsCrossOrigin { get; private init; }

    /// <summary>What the body is compressed with; null for nothing.</summary>
    public string? Encoding { get; private init; }

    /// <summary>How the reply may be compressed; null for not at all.</summary>
    public string? AcceptEncoding { get; private init; }

    /// <summary>The time that the call has; null for what its contract or the options say.</summary>
    public TimeSpan? Timeout { get; private init; }

    /// <summary>The id for a command; null for a new one.</summary>
    public string? MessageId { get; private init; }

    /// <summary>The headers that travel with the call; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; private init; }

    public bool PrefersAsync { get; private init; }

    /// <summary>Reads it.</summary>
    /// <exception cref="HttpRefusedException">A header has a value that means nothing, or asks for what there is not here.</exception>
    public static HttpRequestHead Read(IHeaderDictionary headers)
    {
        var prefer = PreferHeader.Read(headers[PreferHeader.Name]);
        return new HttpRequestHead
        {
            MediaType = ReadMediaType(headers.ContentType),
            IsCrossOrigin = ReadIsCrossOrigin(headers.Origin, headers.Host),
            Encoding = ReadEncoding(headers.ContentEncoding),
            AcceptEncoding = ReadAcceptEncoding(headers.AcceptEncoding),
            Timeout = Shorter(
                ReadTime(TimeoutHeader, headers[TimeoutHeader], TimeSpan.FromMilliseconds(1), "milliseconds"),
                ReadTime($"{PreferHeader.Name}: {PreferHeader.WaitToken}", prefer.Wait, TimeSpan.FromSeconds(1), "seconds")),
            MessageId = ReadMessageId(headers[MessageIdHeader]),
            Headers = MessageHeaders.Read(headers),
            PrefersAsync = prefer.RespondAsync,
        };
    }

    // Without the scheme, which a proxy that ends TLS changes on the way.
    private static bool ReadIsCrossOrigin(StringValues origin, StringValues host) =>
        !StringValues.IsNullOrEmpty(origin)
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && HostString.FromUriComponent(host.ToString()) is var own
            && string.Equals(uri.Host, own.Host, StringComparison.OrdinalIgnoreCase)
            && (uri.IsDefaultPort ? own.Port is null or 80 or 443 : uri.Port == own.Port));

    private static string? ReadMediaType(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            throw new HttpRefusedException(StatusCodes.Status415UnsupportedMediaType, StatusCode.InvalidArgument, $"The content type '{contentType}' can't be read.");
        }

        return type.Charset.Value is not { } charset || charset.Trim('"').Equals(Utf8, StringComparison.OrdinalIgnoreCase)
            ? type.MediaType.Value
            : throw new HttpRefusedException(StatusCodes.Status415UnsupportedMediaType, StatusCode.InvalidArgument, $"The charset '{charset}' is not read here: send {Utf8}.");
    }

    private static string? ReadEncoding(string? encoding) => encoding switch
    {
        null or "" => null,
        _ when encoding.Equals("identity", StringComparison.OrdinalIgnoreCase) => null,
        _ when encoding.Equals(ContentEncodings.Gzip, StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) => ContentEncodings.Gzip,
        _ when encoding.Equals(ContentEncodings.Brotli, StringComparison.OrdinalIgnoreCase) => ContentEncodings.Brotli,
        _ => throw new HttpRefusedException(
            StatusCodes.Status415UnsupportedMediaType, StatusCode.InvalidArgument, $"Bodies that are compressed with '{encoding}' are not read here: send one of {ContentEncodings.Readable}, or send it as it is.")
        {
            Header = new(HeaderNames.AcceptEncoding, ContentEncodings.Readable),
        },
    };

    // Only what is known: the workers get it as a header.
    private static string? ReadAcceptEncoding(string? accepted)
    {
        if (string.IsNullOrEmpty(accepted))
        {
            return null;
        }

        return (ContentEncodings.Accepts(accepted, ContentEncodings.Gzip), ContentEncodings.Accepts(accepted, ContentEncodings.Brotli)) switch
        {
            (true, true) => ContentEncodings.Readable,
            (true, false) => ContentEncodings.Gzip,
            (false, true) => ContentEncodings.Brotli,
            _ => null,
        };
    }

    private static TimeSpan? ReadTime(string name, string? text, TimeSpan unit, string units)
    {
        if (text is null)
        {
            return null;
        }

        var most = (long)(CallOptions.MaxTimeout / unit);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? unit * number
            : throw new HttpRefusedException(
                StatusCodes.Status400BadRequest,
                StatusCode.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"The header '{name}' is '{text}': it is a whole number of {units}, from 1 to {most}."));
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private static string? ReadMessageId(string? id)
    {
        try
        {
            return id is null ? null : new CallOptions { MessageId = id }.MessageId;
        }
        catch (ArgumentException exception)
        {
            throw new HttpRefusedException(StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, $"The header '{MessageIdHeader}': {exception.Message}");
        }
    }
}
