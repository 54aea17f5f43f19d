using System.Net;
using System.Text;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>An HTTP request becomes a call, and what the call ends with becomes an HTTP status.</summary>
internal sealed class HttpInFront : ITourStep
{
    public string Title => "A web app calls on behalf of HTTP";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var quote = await stage.Http.GetFromJsonAsync("/quotes/tea?quantity=3", OrdersJson.Default.Quote, ct)
            ?? throw new UnexpectedException("GET /quotes/tea answered null");
        await ExpectAsync(HttpStatusCode.Conflict, stage.Http.GetAsync(new Uri("/quotes/unicorn", UriKind.Relative), ct));
        await ExpectAsync(HttpStatusCode.BadRequest, stage.Http.GetAsync(new Uri("/quotes/tea?quantity=-1", UriKind.Relative), ct));
        await ExpectAsync(HttpStatusCode.ServiceUnavailable, PostAsync("/orders/1001/return", string.Empty));
        await ExpectAsync(HttpStatusCode.Created, PostAsync("/orders", """{"sku":"tea","quantity":2}"""));
        return $"3 x tea cost {quote.Total} says {quote.ServedBy}; sold out is 409, a bad quantity 400, nobody there 503";

        async Task<HttpResponseMessage> PostAsync(string path, string json)
        {
            using var body = new StringContent(json, Encoding.UTF8, "application/json");
            return await stage.Http.PostAsync(new Uri(path, UriKind.Relative), body, ct);
        }
    }

    private static async Task ExpectAsync(HttpStatusCode expected, Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        UnexpectedException.Unless(
            response.StatusCode == expected,
            $"{response.RequestMessage?.RequestUri?.PathAndQuery} answered {(int)response.StatusCode}, not {(int)expected}");
    }
}
