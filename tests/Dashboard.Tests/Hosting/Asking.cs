using System.Net;
using System.Text;
using System.Text.Json;

namespace Messaging.Dashboard.Tests;

/// <summary>Asks the dashboard's server as its page does.</summary>
internal static class Asking
{
    public static async Task<JsonElement> AskAsync(this ShopHost host, string path, CancellationToken cancellationToken)
    {
        using var response = await host.Client.GetAsync(new Uri($"/dashboard/api/{path}", UriKind.Relative), cancellationToken);
        return await ReadAsync(response, HttpStatusCode.OK, cancellationToken);
    }

    /// <summary>Waits until the dashboard knows the service, which it hears from its worker.</summary>
    public static async Task KnowsAsync(this ShopHost host, string service, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await host.Client.GetAsync(new Uri($"/dashboard/api/letters?service={service}", UriKind.Relative), cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    public static async Task<JsonElement> ActAsync(
        this ShopHost host, string path, string json, CancellationToken cancellationToken, HttpStatusCode expected = HttpStatusCode.OK, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/dashboard/api/{path}", UriKind.Relative)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Messaging-Dashboard", "1");
        change?.Invoke(request);
        using var response = await host.Client.SendAsync(request, cancellationToken);
        return await ReadAsync(response, expected, cancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");

        // Lines of JSON are one document each: the last one says how it ended.
        using var document = JsonDocument.Parse(text.TrimEnd().Split('\n')[^1]);
        return document.RootElement.Clone();
    }
}
