using System.Globalization;

namespace Messaging.Grpc;

/// <summary>The trailer <c>grpc-status</c>, and what stands for it where a server that is no gRPC server answered.</summary>
internal static class GrpcStatus
{
    private static readonly string[] _numbers = [.. Enum.GetValues<StatusCode>().Select(static status => ((int)status).ToString(CultureInfo.InvariantCulture))];

    /// <summary>As it stands in a trailer. A number that gRPC lacks is <see cref="StatusCode.Unknown"/>.</summary>
    public static string Format(StatusCode status) => _numbers[(int)status is >= 0 and var number && number < _numbers.Length ? number : (int)StatusCode.Unknown];

    /// <summary>Reads a status. A number that gRPC lacks is <see cref="StatusCode.Unknown"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StatusCode status)
    {
        status = StatusCode.Unknown;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        status = number < _numbers.Length ? (StatusCode)number : StatusCode.Unknown;
        return true;
    }

    /// <summary>
    /// The status of a response without <c>grpc-status</c>, by its HTTP status.
    /// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
    /// </summary>
    public static StatusCode OfHttp(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
