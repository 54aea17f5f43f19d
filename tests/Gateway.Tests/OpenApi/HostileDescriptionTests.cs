using System.Text.Json.Nodes;
using Messaging.Descriptions;
using Messaging.OpenApi;

namespace Messaging.Gateway.Tests.OpenApi;

/// <summary>Descriptions come from workers, which may be of any make.</summary>
public sealed class HostileDescriptionTests
{
    private const string Place = "#/components/schemas/x";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Whatever_workers_say_the_document_is_valid()
    {
        var description = new ServiceDescription
        {
            Name = "odd",
            Operations =
            [
                new OperationDescription { Name = "a/{b} ☺", Kind = OperationKind.Call, ContentTypes = ["application/json", "application/x-protobuf"], Request = JsonValue.Create(5), Reply = new JsonArray(1), RequestMessage = "odd.Message" },
                new OperationDescription { Name = "Same", Kind = OperationKind.Call, ContentTypes = [], Request = JsonValue.Create(true) },
                new OperationDescription { Name = "Same", Kind = OperationKind.Command },
                new OperationDescription { Name = "Later", Kind = (OperationKind)17, ContentTypes = ["application/json"] },
                new OperationDescription { Name = "A.B", Kind = OperationKind.Call, ContentTypes = ["application/json"], Request = JsonNode.Parse("""{"$id":"https://example.com/x","$ref":"#/$defs/y","$defs":{"y":{"type":"string"}}}""") },
                new OperationDescription { Name = "A_B", Kind = OperationKind.Call, ContentTypes = ["application/json"], Request = JsonNode.Parse("""{"type":"object"}""") },
                new OperationDescription { Name = "A/B", Kind = OperationKind.Call, ContentTypes = ["application/json"], Request = JsonNode.Parse("""{"type":"array"}""") },
            ],
        };

        var document = OpenApiDocument.Create("odd", "", [KeyValuePair.Create("odd", description)], [KeyValuePair.Create("away", "gone")]);

        await OpenApiValidator.AssertValidAsync(
            document.ToJsonString(), Ct, ("odd.A.B.request", "\"text\"", true), ("odd.A.B.request", "5", false), ("odd.A_B.request", "{}", true), ("odd.A_B.request.2", "[]", true));
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""", """{"$ref":"#/components/schemas/x"}""")]
    [InlineData("""{"items":[{"$ref":"#/$defs/a"}]}""", """{"items":[{"$ref":"#/components/schemas/x/$defs/a"}]}""")]
    [InlineData("""{"properties":{"$ref":{"$ref":"#/properties/b"},"const":{"$ref":"#"}}}""", """{"properties":{"$ref":{"$ref":"#/components/schemas/x/properties/b"},"const":{"$ref":"#/components/schemas/x"}}}""")]
    [InlineData("""{"const":{"$ref":"#/a"},"default":{"$ref":"#"},"enum":[{"$ref":"#"}]}""", """{"const":{"$ref":"#/a"},"default":{"$ref":"#"},"enum":[{"$ref":"#"}]}""")]
    [InlineData("""{"$ref":"https://example.com/a"}""", """{"$ref":"https://example.com/a"}""")]
    [InlineData("""{"not":{"$id":"https://example.com/","$ref":"#/a"}}""", """{"not":{"$id":"https://example.com/","$ref":"#/a"}}""")]
    [InlineData("""{"$ref":5,"properties":7}""", """{"$ref":5,"properties":7}""")]
    public void References_are_made_right_where_they_are_references(string schema, string expected) =>
        Assert.Equal(expected, EmbeddedSchema.Create(JsonNode.Parse(schema), Place)!.ToJsonString());
}
