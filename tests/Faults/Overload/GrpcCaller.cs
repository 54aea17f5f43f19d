using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Messaging.Faults.Overload;

/// <summary>Calls by the gateway's gRPC, written by hand: a client's own work must not be what is measured.</summary>
internal sealed class GrpcCaller(HttpClient client, TimeSpan deadline) : ICaller
{
    private static readonly MediaTypeHeaderValue _type = new("application/grpc+json");
    private static readonly Uri _path = new($"{ILoaded.Name}/Work", UriKind.Relative);
    private static readonly byte[] _message = [0, 0, 0, 0, 12, .. "{\"number\":1}"u8];

    private readonly string _timeout = string.Create(CultureInfo.InvariantCulture, $"{deadline.TotalMilliseconds:0}m");

    public async ValueTask<CallEnd> CallAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _path)
        {
            Content = new ByteArrayContent(_message),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = _type;
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.TryAddWithoutValidation("grpc-timeout", _timeout);
        using var response = await client.SendAsync(request);
        return EndOf(response.TrailingHeaders) ?? EndOf(response.Headers) ?? new CallEnd(string.Create(CultureInfo.InvariantCulture, $"HTTP-{(int)response.StatusCode}"));
    }

    // gRPC has no reasons: whatever is exhausted was refused in time.
    private static CallEnd? EndOf(HttpHeaders headers)
    {
        if (!headers.TryGetValues("grpc-status", out var values))
        {
            return null;
        }

        var status = (StatusCode)int.Parse(values.First(), CultureInfo.InvariantCulture);
        return new CallEnd(
            status == StatusCode.ResourceExhausted ? CallOutcome.RefusedInTime : CallOutcome.Of(status, FailureReason.None),
            headers.TryGetValues("grpc-message", out var messages) ? Uri.UnescapeDataString(messages.First()) : null);
    }
}
