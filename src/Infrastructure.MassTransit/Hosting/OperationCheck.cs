using Messaging.MassTransit.Messages;

namespace Messaging.MassTransit.Hosting;

/// <summary>Says at start which operations of a contract MassTransit can't carry, and what to do.</summary>
internal static class OperationCheck
{
    /// <param name="operations">The contract's operations.</param>
    /// <param name="leftOut">Those that are not carried.</param>
    /// <param name="counterpart">Who is on the other side.</param>
    /// <param name="call">The call that chose MassTransit, for the message.</param>
    /// <exception cref="InvalidOperationException">Something can't be carried.</exception>
    public static void Validate(IReadOnlyList<OperationDescriptor> operations, LeftOutOperations leftOut, Counterpart counterpart, string call)
    {
        var problems = new List<string>();
        foreach (var name in leftOut.UnknownTo(operations))
        {
            problems.Add($"LeaveOut names '{name}', which the contract lacks; it has: {string.Join(", ", operations.Select(static operation => operation.Name))}.");
        }

        var carried = operations.Where(operation => !leftOut.Contains(operation)).ToList();
        problems.AddRange(carried.Select(operation => Explain(operation, counterpart)).OfType<string>());
        problems.AddRange(carried.SelectMany((operation, place) =>
            carried.Skip(place + 1).Select(other => ExplainPair(operation, other, counterpart)).OfType<string>()));
        if (problems.Count > 0)
        {
            throw new InvalidOperationException(
                $"MassTransit can't carry all of '{operations[0].Service}' ({call}). {string.Join(" ", problems)} " +
                "An operation that stays on Messaging's own transport belongs into a contract of its own; LeaveOut(\"…\") leaves one out here.");
        }
    }

    private static string? Explain(OperationDescriptor operation, Counterpart counterpart)
    {
        if (operation.IsStream)
        {
            return $"'{operation.FullName}' is a stream, and MassTransit has none.";
        }

        if (operation.Partitions > 0)
        {
            return $"'{operation.FullName}' is an ordered command (OrderedBy), and MassTransit keeps no order between competing workers.";
        }

        if (operation.Priority is not null)
        {
            return $"'{operation.FullName}' names a priority, and here all messages of an endpoint share one queue. Give urgent commands a contract, and so an endpoint, of their own.";
        }

        if (ReplyShapes.WhyNoMessage(operation.RequestType) is { } reason)
        {
            return $"'{operation.FullName}' takes {operation.RequestType}, which is no message type of MassTransit's ({reason}). Give it a record of its own.";
        }

        if (counterpart == Counterpart.Messaging || operation.Kind == OperationKind.Command)
        {
            return null;
        }

        if (operation.ReplyType == typeof(Nothing))
        {
            return $"'{operation.FullName}' returns no value, and a MassTransit consumer answers with a message or not at all. Make it a [Command], or give it the reply type that is on the wire.";
        }

        return ReplyShapes.WhyNoMessage(operation.ReplyType) is { } why
            ? $"'{operation.FullName}' returns {operation.ReplyType}, which is no message type of MassTransit's ({why}). Give it a record of its own."
            : null;
    }

    private static string? ExplainPair(OperationDescriptor one, OperationDescriptor other, Counterpart counterpart)
    {
        if (one.RequestType == other.RequestType)
        {
            return counterpart == Counterpart.Messaging
                ? null
                : $"'{one.FullName}' and '{other.FullName}' both take {one.RequestType}, and MassTransit tells messages apart by their type. Give each a request type of its own, or use UseMassTransit where both sides are Messaging.";
        }

        return one.RequestType.IsAssignableTo(other.RequestType) || other.RequestType.IsAssignableTo(one.RequestType)
            ? $"'{one.FullName}' takes {one.RequestType} and '{other.FullName}' takes {other.RequestType}, of which one is the other's base: MassTransit would hand such a message to both. Give them request types that are not related."
            : null;
    }
}
