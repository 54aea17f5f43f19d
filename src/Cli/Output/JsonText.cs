using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messaging.Cli.Output;

/// <summary>JSON as it is printed: numbers digit by digit as they came.</summary>
internal static class JsonText
{
    private const int MaxDepth = 256;
    private static readonly JsonDocumentOptions _reading = new() { MaxDepth = MaxDepth };

    /// <summary>A node on one line.</summary>
    public static string OneLine(JsonNode node) => Write(node.WriteTo, indented: false);

    /// <summary>A body on several lines; null where it is no JSON.</summary>
    public static string? TryIndent(ReadOnlyMemory<byte> body) => TryRewrite(body, indented: true);

    /// <summary>A body on one line; null where it is no JSON.</summary>
    public static string? TryCompact(ReadOnlyMemory<byte> body) => TryRewrite(body, indented: false);

    /// <summary>A body as a node; text where it is no JSON, and base64 where it is no text.</summary>
    public static JsonNode? ToNode(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(body.Span, documentOptions: _reading);
        }
        catch (JsonException)
        {
            return JsonValue.Create(ToText(body));
        }
    }

    /// <summary>A body as text; base64 where it is none.</summary>
    public static string ToText(ReadOnlyMemory<byte> body)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.Span);
        }
        catch (DecoderFallbackException)
        {
            return Convert.ToBase64String(body.Span);
        }
    }

    private static string? TryRewrite(ReadOnlyMemory<byte> body, bool indented)
    {
        try
        {
            using var document = JsonDocument.Parse(body, _reading);
            return Write(document.WriteTo, indented);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Write(Action<Utf8JsonWriter> write, bool indented)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            MaxDepth = MaxDepth,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    private static string Write(WriteNode write, bool indented) => Write(writer => write(writer, null), indented);

    private delegate void WriteNode(Utf8JsonWriter writer, JsonSerializerOptions? options);
}
