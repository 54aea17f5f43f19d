using System.Text;
using System.Text.Json;

namespace Messaging.Outbox;

/// <summary>Writes headers for the store, and reads them back: a JSON object of texts.</summary>
internal static class OutboxHeaders
{
    public static string? Write(IReadOnlyDictionary<string, object?>? headers)
    {
        if (headers is null)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in headers)
            {
                writer.WriteString(name, (string?)value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <exception cref="JsonException">Somebody else has written to the table.</exception>
    /// <exception cref="InvalidOperationException">Somebody else has written to the table.</exception>
    public static Dictionary<string, object?>? Read(string? headers)
    {
        if (headers is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(headers);
        return document.RootElement.EnumerateObject()
            .ToDictionary(static header => header.Name, static header => (object?)header.Value.GetString(), StringComparer.Ordinal);
    }
}
