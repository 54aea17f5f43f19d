using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Messaging.Faults.Overload;

/// <summary>Calls by the gateway's HTTP.</summary>
internal sealed class HttpCaller(HttpClient client, TimeSpan deadline) : ICaller
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");
    private static readonly Uri _path = new($"{ILoaded.Name}/Work", UriKind.Relative);

    private readonly string _timeout = deadline.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    public async ValueTask<CallEnd> CallAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = new ByteArrayContent("{\"number\":1}"u8.ToArray()) };
        request.Content.Headers.ContentType = _json;
        request.Headers.TryAddWithoutValidation("Timeout-Ms", _timeout);
        using var response = await client.SendAsync(request);
        if (response.IsSuccessStatusCode)
        {
            return new CallEnd(CallOutcome.Answered);
        }

        var problem = await response.Content.ReadAsByteArrayAsync();
        var outcome = (int)response.StatusCode switch
        {
            429 when problem.AsSpan().IndexOf("\"reason\":\"Overloaded\""u8) >= 0 => CallOutcome.RefusedInTime,
            429 => nameof(StatusCode.ResourceExhausted),
            503 => nameof(StatusCode.Unavailable),
            504 => CallOutcome.DeadlineExceeded,
            var status => string.Create(CultureInfo.InvariantCulture, $"HTTP-{status}"),
        };
        return new CallEnd(outcome, Encoding.UTF8.GetString(problem));
    }
}
