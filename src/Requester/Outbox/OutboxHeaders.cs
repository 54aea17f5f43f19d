using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Messaging.Commands;
using Messaging.Wire;

namespace Messaging.Outbox;

/// <summary>Writes headers for the store, and reads them back: a JSON object of texts.</summary>
internal static class OutboxHeaders
{
    /// <param name="headers">The command's headers.</param>
    /// <param name="route">Where it goes; stored among them where that is not the service's commands queue.</param>
    /// <param name="service">The service.</param>
    public static string? Write(IReadOnlyDictionary<string, object?>? headers, in CommandRoute route, string service)
    {
        var elsewhere = !string.Equals(route.Queue, WireNames.CommandsQueue(service), StringComparison.Ordinal);
        if (headers is null && !elsewhere)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in headers ?? FrozenDictionary<string, object?>.Empty)
            {
                writer.WriteString(name, (string?)value);
            }

            if (elsewhere)
            {
                writer.WriteString(WireNames.OutboxQueue, route.Queue);
                if (route.Key is { } key)
                {
                    writer.WriteString(WireNames.OutboxKey, key);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>The headers as they travel, and where the command goes.</summary>
    /// <exception cref="JsonException">Somebody else has written to the table.</exception>
    /// <exception cref="InvalidOperationException">Somebody else has written to the table.</exception>
    public static (Dictionary<string, object?>? Headers, CommandRoute Route) Read(OutboxCommand command)
    {
        var route = new CommandRoute(WireNames.CommandsQueue(command.Service));
        if (command.Headers is null)
        {
            return (null, route);
        }

        using var document = JsonDocument.Parse(command.Headers);
        var headers = document.RootElement.EnumerateObject()
            .ToDictionary(static header => header.Name, static header => (object?)header.Value.GetString(), StringComparer.Ordinal);
        if (headers.Remove(WireNames.OutboxQueue, out var queue))
        {
            route = queue is string name && CommandQueues.IsOne(command.Service, name)
                ? new CommandRoute(name)
                : throw new InvalidOperationException($"'{queue}' is no queue of '{command.Service}'.");
        }

        if (headers.Remove(WireNames.OutboxKey, out var key))
        {
            route = route with { Key = (string?)key };
        }

        return (headers.Count == 0 ? null : headers, route);
    }

    /// <summary>The key of an ordered command; null for others, and for a row that can't be read.</summary>
    public static string? KeyOf(OutboxCommand command)
    {
        if (command.Headers is null || !command.Headers.Contains(WireNames.OutboxKey, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return Read(command).Route.Key;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Publishing it finds the same, and sets it aside.
            return null;
        }
    }
}
