using System.Net;
using System.Text.Json.Nodes;
using Messaging.Gateway.Tests.Explorer;

namespace Messaging.Gateway.Tests.OpenApi;

public sealed class OpenApiTests(OpenApiTests.Shop shop) : IClassFixture<OpenApiTests.Shop>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task The_document_is_valid_and_its_schemas_take_what_the_services_take()
    {
        var document = await shop.ReadAsync("/openapi.json", Ct);

        await OpenApiValidator.AssertValidAsync(
            document.ToJsonString(),
            Ct,
            ("orders.Quote.request", """{"customer":"acme","lines":[{"sku":"tea","quantity":2}],"deliverTo":null,"neededBy":"2030-01-31"}""", true),
            ("orders.Quote.request", """{"customer":"acme","lines":[{"sku":2}]}""", false),
            ("catalog.Browse.request", """{"name":"a","children":[{"name":"b","children":[],"parent":null}],"parent":null}""", true),
            ("catalog.Browse.request", """{"name":"a","children":[{"name":"b","children":[{"name":1,"children":[],"parent":null}],"parent":null}],"parent":null}""", false),
            ("messaging.Problem", """{"type":"about:blank","title":"Conflict","status":409,"detail":"…","grpcStatus":"ABORTED","mayHaveRun":true}""", true));
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_operation_is_described_by_its_kind()
    {
        var paths = (await shop.ReadAsync("/openapi.json", Ct))["paths"]!.AsObject();

        Assert.Equal(
            ["/catalog/Browse", "/catalog/Forget", "/orders/Import", "/orders/Negotiate", "/orders/Quote", "/orders/Ship", "/orders/Watch"],
            paths.Select(static path => path.Key).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["call", "call", "requestStream", "duplexStream", "call", "command", "replyStream"],
            paths.OrderBy(static path => path.Key, StringComparer.Ordinal).Select(static path => (string)path.Value!["post"]!["x-messaging-kind"]!));
        var quote = paths["/orders/Quote"]!["post"]!;
        Assert.Equal(5000, (int)quote["x-messaging-timeout-ms"]!);
        Assert.True((bool)quote["x-messaging-idempotent"]!);
        Assert.Equal("OutOfStock", (string)quote["x-messaging-faults"]![0]!);
        Assert.Equal("#/components/schemas/orders.Quote.reply", (string)quote["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!);
        Assert.Equal(["202", "default"], Responses(paths["/orders/Ship"]!));
        Assert.Equal(["200", "204", "default"], Responses(paths["/catalog/Forget"]!));
        Assert.Equal(["application/x-ndjson", "text/event-stream"], ContentTypes(paths["/orders/Watch"]!["post"]!["responses"]!["200"]!));
        Assert.Equal(["application/json"], ContentTypes(paths["/orders/Watch"]!["post"]!["requestBody"]!));
        Assert.Equal(["application/x-ndjson"], ContentTypes(paths["/orders/Import"]!["post"]!["requestBody"]!));
        Assert.Equal(["application/json"], ContentTypes(paths["/orders/Import"]!["post"]!["responses"]!["200"]!));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_that_is_away_is_named_with_the_reason()
    {
        var document = await shop.ReadAsync("/openapi.json", Ct);

        Assert.Contains("billing", (string)document["x-messaging-away"]!["billing"]!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_has_a_document_of_its_own()
    {
        var document = await shop.ReadAsync("/openapi/catalog.json", Ct);

        Assert.Equal("catalog", (string)document["info"]!["title"]!);
        Assert.Equal(2, document["paths"]!.AsObject().Count);
        await OpenApiValidator.AssertValidAsync(document.ToJsonString(), Ct);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/openapi/nobody.json", HttpStatusCode.NotFound)]
    [InlineData("/openapi/billing.json", HttpStatusCode.ServiceUnavailable)]
    public async Task A_service_that_can_not_be_described_is_a_problem(string path, HttpStatusCode status)
    {
        using var response = await shop.Host.Client.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static IEnumerable<string> Responses(JsonNode path) => path["post"]!["responses"]!.AsObject().Select(static response => response.Key);

    private static IEnumerable<string> ContentTypes(JsonNode body) => body["content"]!.AsObject().Select(static content => content.Key);

    public sealed class Shop : IAsyncLifetime
    {
        internal ShopHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await ShopHost.StartAsync(CancellationToken.None);

        public ValueTask DisposeAsync() => Host.DisposeAsync();

        public async Task<JsonNode> ReadAsync(string path, CancellationToken cancellationToken) =>
            JsonNode.Parse(await Host.Client.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken))!;
    }
}
