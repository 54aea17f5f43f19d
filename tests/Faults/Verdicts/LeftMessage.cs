using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.Faults.Verdicts;

/// <summary>A command that was found in a queue.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reason">Of a dead letter: why it is there.</param>
/// <param name="WasStopped">Of a dead letter: whether its handler's exception is what only a stopped handler throws.</param>
public sealed record LeftMessage(string Id, string? Reason = null, bool WasStopped = false)
{
    /// <summary>What is in the message of every exception that a handler throws only when it is cancelled.</summary>
    public const string StoppedMarker = "this handler was stopped";

    private static readonly HashSet<string> _commands =
        [.. typeof(IProbe).GetMethods().Where(static method => method.IsDefined(typeof(CommandAttribute), inherit: false)).Select(static method => method.Name[..^"Async".Length])];

    /// <summary>Reads a message; null where it is none of the contract's commands.</summary>
    internal static LeftMessage? Read(BasicDeliverEventArgs delivery)
    {
        var properties = delivery.BasicProperties;
        if (properties.Type is not { } type || !_commands.Contains(type))
        {
            return null;
        }

        using var body = JsonDocument.Parse(delivery.Body);
        var exception = Text(properties, "dead-exception-message");
        return new LeftMessage(
            body.RootElement.GetProperty("id").GetString()!,
            Text(properties, "dead-reason") ?? Text(properties, "x-last-death-reason") ?? Text(properties, "x-first-death-reason"),
            exception?.Contains(StoppedMarker, StringComparison.Ordinal) ?? false);
    }

    private static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers is { } headers && headers.TryGetValue(header, out var value) && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
}
